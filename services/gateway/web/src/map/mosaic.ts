import type { Feature, Position, Shapes } from './shapes'

/** What the mosaic needs to know of an area. */
export interface Placed {
  key: string
  parent: string | null
}

const TALL = 4 // a Hilbert curve of 2^4 cells on a side, repeated to the right: long, like a screen

/**
 * A schematic map for areas that nobody has drawn yet: every leaf is one cell, laid along a Hilbert curve in the order of the tree, so that what
 * belongs together lies together. An area above is the outline of its cells. It shows membership, not geography.
 */
export function mosaic(nodes: readonly Placed[]): Shapes {
  const above = new Map(nodes.map((node) => [node.key, node.parent]))
  const parents = new Set(nodes.map((node) => node.parent))
  const leaves = nodes.filter((node) => !parents.has(node.key))
  const order = Math.min(TALL, Math.max(1, Math.round(Math.log2(Math.sqrt(leaves.length / 2 || 1)))))
  const cells = new Map<string, [number, number][]>()
  leaves.forEach((leaf, at) => {
    const cell = cellOf(at, order)
    for (let key: string | null | undefined = leaf.key; key; key = above.get(key)) cells.set(key, [...(cells.get(key) ?? []), cell])
  })
  const features: Feature[] = nodes.map((node) => ({ id: node.key, geometry: { type: 'Polygon', coordinates: outlines(cells.get(node.key) ?? []) } }))
  return { features, geographic: false }
}

function cellOf(at: number, order: number): [number, number] {
  const side = 2 ** order
  const [x, y] = hilbert(at % (side * side), order)
  return [x + side * Math.floor(at / (side * side)), y]
}

/** The cell at a distance along a Hilbert curve. */
export function hilbert(distance: number, order: number): [number, number] {
  let [x, y, rest] = [0, 0, distance]
  for (let size = 1; size < 2 ** order; size *= 2) {
    const right = 1 & (rest >> 1)
    const up = 1 & (rest ^ right)
    if (!up) {
      if (right) [x, y] = [size - 1 - x, size - 1 - y]
      ;[x, y] = [y, x]
    }
    x += size * right
    y += size * up
    rest >>= 2
  }
  return [x, y]
}

/** The rings around a set of unit cells, the one with the most points first. */
export function outlines(cells: readonly (readonly [number, number])[]): Position[][] {
  const has = new Set(cells.map(([x, y]) => `${x},${y}`))
  const next = new Map<string, Position[]>()
  const edge = (from: Position, to: Position): void => void next.set(String(from), [...(next.get(String(from)) ?? []), to])
  for (const [x, y] of cells) {
    if (!has.has(`${x},${y - 1}`)) edge([x, y], [x + 1, y])
    if (!has.has(`${x + 1},${y}`)) edge([x + 1, y], [x + 1, y + 1])
    if (!has.has(`${x},${y + 1}`)) edge([x + 1, y + 1], [x, y + 1])
    if (!has.has(`${x - 1},${y}`)) edge([x, y + 1], [x, y])
  }
  const rings: Position[][] = []
  for (const [start] of next) {
    const ring: Position[] = []
    let at: string | undefined = start
    while (at !== undefined) {
      const to: Position | undefined = next.get(at)?.pop()
      if (!to) break
      ring.push(to)
      at = String(to)
    }
    if (ring.length) rings.push(ring)
  }
  return rings.sort((one, other) => other.length - one.length)
}
