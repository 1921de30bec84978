/** A figure as the stream tells it: whole in a snapshot, with only the rows that changed in a delta. */
export interface LiveFigure {
  metric: string
  value?: number | null
  num?: number | null
  den?: number | null
  suppressed?: boolean | null
  unit?: string
  problem?: unknown
  by?: { key: string | null; [name: string]: unknown }[]
  by_gone?: (string | null)[]
}

export interface LiveMessage {
  id: string
  today: string
  lag_s: number
  figures: LiveFigure[]
}

/** The figures after a message; the map given is not changed. */
export function merged(known: ReadonlyMap<string, LiveFigure>, message: LiveMessage, whole: boolean): Map<string, LiveFigure> {
  const after = new Map(whole ? [] : known)
  for (const figure of message.figures) {
    const before = after.get(figure.metric)
    after.set(figure.metric, !whole && before?.by && figure.by ? { ...figure, by: rows(before.by, figure) } : figure)
  }
  return after
}

function rows(before: NonNullable<LiveFigure['by']>, figure: LiveFigure): NonNullable<LiveFigure['by']> {
  const kept = new Map(before.map((row) => [row.key, row]))
  for (const row of figure.by ?? []) kept.set(row.key, row)
  for (const key of figure.by_gone ?? []) kept.delete(key)
  return [...kept.values()]
}
