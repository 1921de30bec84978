import type { Metric } from '../api/documents'

/** The metrics in whose id or definition all words occur, whatever their order; all of them where nothing is sought. */
export function found<T extends Pick<Metric, 'id' | 'text'>>(metrics: readonly T[], words: string): T[] {
  const sought = words.trim().toLowerCase().split(/\s+/).filter(Boolean)
  return metrics.filter((metric) => {
    const text = `${metric.id} ${metric.text.zh} ${metric.text.en}`.toLowerCase()
    return sought.every((word) => text.includes(word))
  })
}
