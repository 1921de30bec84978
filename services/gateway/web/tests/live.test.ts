import { isCalm } from '../src/live/calm'
import { describe, expect, it } from 'vitest'
import { type LiveFigure, merged } from '../src/live/merge'

const message = (...figures: LiveFigure[]) => ({ id: '1.2', today: '2024-05-31', lag_s: 0, figures })
const known = merged(
  new Map(),
  message(
    {
      metric: 'units',
      value: 3,
      by: [
        { key: 'a', value: 1 },
        { key: 'b', value: 2 },
      ],
    },
    { metric: 'areas', value: 9 },
  ),
  true,
)

describe('figures as they change', () => {
  it('takes the new value and only the rows that changed', () => {
    const after = merged(known, message({ metric: 'units', value: 4, by: [{ key: 'b', value: 3 }] }), false)
    expect(after.get('units')).toEqual({
      metric: 'units',
      value: 4,
      by: [
        { key: 'a', value: 1 },
        { key: 'b', value: 3 },
      ],
    })
    expect(after.get('areas')?.value).toBe(9)
  })
  it('drops the rows that are gone', () => {
    expect(merged(known, message({ metric: 'units', value: 2, by: [], by_gone: ['a'] }), false).get('units')?.by).toEqual([{ key: 'b', value: 2 }])
  })
  it('forgets everything at a snapshot', () => {
    expect([...merged(known, message({ metric: 'areas', value: 1 }), true).keys()]).toEqual(['areas'])
  })
  it('leaves what it was given as it was', () => {
    merged(known, message({ metric: 'units', value: 0, by: [], by_gone: ['a', 'b'] }), false)
    expect(known.get('units')?.by).toHaveLength(2)
  })
})

describe('calm', () => {
  const heard = (every: number, count: number) => Array.from({ length: count }, (_, at) => ({ heard: 100_000 - at * every }))

  it('is what lets each event be pointed out, and a flood ends it', () => {
    expect(isCalm([])).toBe(true)
    expect(isCalm(heard(1, 8))).toBe(true)
    expect(isCalm(heard(500, 60))).toBe(true)
    expect(isCalm(heard(5, 60))).toBe(false)
  })
})
