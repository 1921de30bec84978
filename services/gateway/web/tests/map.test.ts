import { describe, expect, it } from 'vitest'
import { classesOf } from '../src/map/classes'
import { hilbert, mosaic, outlines } from '../src/map/mosaic'
import { area, centre, drawn, type Shapes } from '../src/map/shapes'

const square = (x: number, y: number, side: number): [number, number][] => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
  [x, y],
]

describe('a map of areas', () => {
  const shapes: Shapes = {
    geographic: false,
    features: [
      { id: 'low', geometry: { type: 'Polygon', coordinates: [square(0, 0, 1)] } },
      { id: 'high', geometry: { type: 'MultiPolygon', coordinates: [[square(0, 1, 1)], [square(1, 1, 0.1)]] } },
      { id: 'elsewhere', geometry: { type: 'Polygon', coordinates: [square(90, 90, 1)] } },
      { id: 'unknown', geometry: null },
    ],
  }
  it('draws only what was asked for, north up, the longer side 1000', () => {
    const sheet = drawn(shapes, new Set(['low', 'high', 'unknown']))
    expect([...sheet.drawn.keys()]).toEqual(['low', 'high'])
    expect(sheet.height).toBeCloseTo(1000)
    expect(sheet.drawn.get('high')?.y).toBeLessThan(sheet.drawn.get('low')?.y ?? 0)
  })
  it('puts a name into the largest part', () => {
    const high = drawn(shapes, new Set(['low', 'high'])).drawn.get('high')
    expect([high?.x, high?.y].map((at) => Math.round(at ?? -1))).toEqual([250, 250])
  })
  it('squeezes degrees of longitude by the cosine of the latitude', () => {
    const north: Shapes = {
      geographic: true,
      features: [
        {
          id: 'n',
          geometry: {
            type: 'Polygon',
            coordinates: [
              [
                [0, 59],
                [2, 59],
                [2, 61],
                [0, 61],
                [0, 59],
              ],
            ],
          },
        },
      ],
    }
    const sheet = drawn(north, new Set(['n']))
    expect(sheet.width / sheet.height).toBeCloseTo(0.5, 2)
  })
  it('finds areas and centres as geometry has them', () => {
    expect(area(square(3, 4, 2).slice(0, 4))).toBeCloseTo(4)
    expect(centre(square(3, 4, 2))).toEqual([4, 5])
  })
})

describe('a mosaic of areas that nobody drew', () => {
  const nodes = [{ key: 'd', parent: null }, ...[1, 2, 3].map((n) => ({ key: `c${n}`, parent: 'd' }))]
  const grids = [1, 2, 3].flatMap((ward) => Array.from({ length: 20 }, (_, n) => ({ key: `g${ward}-${n}`, parent: `c${ward}` })))
  const shapes = mosaic([...nodes, ...grids])
  const size = (id: string): number => {
    const found = shapes.features.find((feature) => feature.id === id)?.geometry
    return found?.type === 'Polygon' ? Math.abs(found.coordinates.reduce((all, ring) => all + area(ring as [number, number][]), 0)) : 0
  }
  it('gives every leaf one cell and every area above the cells of its leaves', () => {
    expect(grids.every((grid) => size(grid.key) === 1)).toBe(true)
    expect(['c1', 'c2', 'c3', 'd'].map(size)).toEqual([20, 20, 20, 60])
  })
  it('walks from cell to cell without a jump', () => {
    const path = Array.from({ length: 64 }, (_, at) => hilbert(at, 3))
    expect(new Set(path.map(String)).size).toBe(64)
    expect(path.slice(1).every(([x, y], at) => Math.abs(x - (path[at]?.[0] ?? 9)) + Math.abs(y - (path[at]?.[1] ?? 9)) === 1)).toBe(true)
  })
  it('rings a hole as well', () => {
    const frame = [0, 1, 2].flatMap((x) => [0, 1, 2].map((y) => [x, y] as const)).filter(([x, y]) => x !== 1 || y !== 1)
    const rings = outlines(frame)
    expect(rings).toHaveLength(2)
    expect(rings.reduce((all, ring) => all + area(ring as [number, number][]), 0)).toBe(8)
  })
})

describe('shades', () => {
  it('holds about as many areas in each class', () => {
    const { bounds } = classesOf(
      Array.from({ length: 100 }, (_, n) => n + 1),
      true,
    )
    expect(bounds).toEqual([1, 21, 41, 61, 81])
  })
  it('tells nothing from none', () => {
    const classes = classesOf([0, 0, 5, 9, null], true)
    expect(classes.of(null)).toBeNull()
    expect(classes.of(0)).toBe(0)
    expect(classes.of(9)).toBeGreaterThan(classes.of(0) ?? 0)
  })
  it('never gives a larger value a lower shade', () => {
    const values = [0, 0.12, 0.4, 0.41, 0.77, 0.8, 0.99, 1]
    const classes = classesOf(values, false)
    const shades = values.map((value) => classes.of(value) ?? 0)
    expect(shades).toEqual([...shades].sort((one, other) => one - other))
  })
})

describe('classes of a map', () => {
  it('give each of a few whole numbers a shade of its own, however unevenly they stand', () => {
    const classes = classesOf([...Array<number>(122).fill(2), ...Array<number>(24).fill(3), 4, 9], true)
    expect(classes.bounds).toEqual([2, 3, 4, 9])
    expect(classes.below).toBe(false)
    expect(new Set([2, 3, 4, 9].map(classes.of)).size).toBe(4)
  })
  it('keep zero apart', () => {
    const classes = classesOf([0, 0, 5], true)
    expect([classes.below, classes.of(0), classes.of(null)]).toEqual([true, 0, null])
    expect(classes.of(5)).not.toBe(0)
  })
})
