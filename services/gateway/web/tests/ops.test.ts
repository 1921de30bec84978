import { describe, expect, it } from 'vitest'
import { treeOf } from '../src/desk/tree'
import { neighbour } from '../src/map/neighbour'
import { perMinute, type Sample, sampled } from '../src/ops/rates'

describe('the rate of a source', () => {
  const at = (seconds: number, accepted: number): Sample => ({ at: seconds * 1000, counts: { accepted, rejected: 1 } })

  it('is what came between the first and the last look, for a minute', () => {
    expect(perMinute([at(0, 100), at(15, 130), at(30, 160)], ['accepted'])).toBe(120)
  })
  it('is not known from one look', () => {
    expect(perMinute([at(0, 100)], ['accepted'])).toBeNull()
  })
  it('forgets what is older than a minute', () => {
    let known = new Map<string, readonly Sample[]>()
    for (const seconds of [0, 30, 61, 80]) known = sampled(known, new Map([['a', at(seconds, seconds)]]))
    expect(known.get('a')?.map((one) => one.at)).toEqual([30_000, 61_000, 80_000])
  })
})

describe('the tree of metrics', () => {
  it('puts each with what it counts, general ones first, decided numbers last', () => {
    const metric = (id: string, families: string[], form = 'sum') => ({ id, families, form })
    const tree = treeOf([
      metric('decided.rounds', [], 'constant'),
      metric('elders.visited', ['unit']),
      metric('units.coverage', ['unit']),
      metric('units', ['unit']),
    ])
    expect(tree.map((group) => [group.id, group.list.map((one) => one.id)])).toEqual([
      ['units', ['units', 'units.coverage', 'elders.visited']],
      ['constants', ['decided.rounds']],
    ])
  })
})

describe('arrows on the map', () => {
  const cell = (id: string, x: number, y: number) => ({ id, path: '', x, y, width: 1, height: 1 })
  const cells = [cell('a', 0, 0), cell('b', 10, 1), cell('c', 10, 30), cell('d', 0, 12)]

  it('lead to the nearest area in their direction', () => {
    expect(neighbour(cell('a', 0, 0), cells, 'ArrowRight')).toBe('b')
    expect(neighbour(cell('a', 0, 0), cells, 'ArrowDown')).toBe('d')
  })
  it('end at the edge, and other keys lead nowhere', () => {
    expect(neighbour(cell('a', 0, 0), cells, 'ArrowLeft')).toBeUndefined()
    expect(neighbour(cell('a', 0, 0), cells, 'x')).toBeUndefined()
  })
})
