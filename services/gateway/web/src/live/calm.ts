/** At a flood nothing is lit up or ringed: where everything is new nothing stands out, and each light costs frames. */
const SPAN_MS = 2000
const MOST = 8

/** Whether so few things happened lately that each may be pointed out. The newest comes first. */
export function isCalm(happenings: readonly { heard: number }[]): boolean {
  const [newest, atLeast] = [happenings[0], happenings[MOST]]
  return !newest || !atLeast || newest.heard - atLeast.heard > SPAN_MS
}
