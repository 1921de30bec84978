import type { Drawn } from './shapes'

const STEPS: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

/** The area that an arrow key leads to: the nearest in that direction, what lies aside counting twice. Undefined for other keys, and at the edge. */
export function neighbour(from: Drawn, areas: readonly Drawn[], key: string): string | undefined {
  const step = STEPS[key]
  if (!step) return undefined
  let found: { id: string; far: number } | undefined
  for (const area of areas) {
    const [right, down] = [area.x - from.x, area.y - from.y]
    const ahead = right * step[0] + down * step[1]
    const aside = Math.abs(right * step[1] + down * step[0])
    if (area.id === from.id || ahead <= aside / 2) continue
    const far = ahead + 2 * aside
    if (!found || far < found.far) found = { id: area.id, far }
  }
  return found?.id
}
