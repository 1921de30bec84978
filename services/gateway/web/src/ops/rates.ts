/** Counts of one source at one moment, in milliseconds. */
export interface Sample {
  at: number
  counts: Readonly<Record<string, number>>
}

const OVER_MS = 60_000

/** What was sampled of each source within the last minute, the sample before that kept to count from. */
export function sampled(known: ReadonlyMap<string, readonly Sample[]>, now: ReadonlyMap<string, Sample>): Map<string, readonly Sample[]> {
  return new Map([...now].map(([source, sample]) => [source, [...(known.get(source) ?? []).slice(-60).filter((one) => sample.at - one.at <= OVER_MS), sample]]))
}

/** Events a minute of some states; null until there are two samples to compare. */
export function perMinute(samples: readonly Sample[] | undefined, states: readonly string[]): number | null {
  const [first, last] = [samples?.[0], samples?.[samples.length - 1]]
  if (!first || !last || last.at <= first.at) return null
  const sum = (sample: Sample): number => states.reduce((all, state) => all + (sample.counts[state] ?? 0), 0)
  return ((sum(last) - sum(first)) * 60_000) / (last.at - first.at)
}
