import { describe, expect, it } from 'vitest'
import { type Group, grouped, packed } from '../src/wall/packing'

const group = (id: string, bars: number): Group =>
  grouped(
    id,
    id,
    '',
    'entries',
    Array.from({ length: bars }, (_, at) => ({ key: `${id}${at}`, name: '', value: bars - at })),
  )
const shape = (pages: Group[][]): string[] => pages.map((page) => page.map((one) => `${one.id}:${one.bars.length}`).join(' '))

describe('pages of a panel', () => {
  it('hold several groups where there is room, a title counting as a row', () => {
    expect(shape(packed([group('a', 1), group('b', 3), group('c', 2)], 6))).toEqual(['a-0:1 b-0:3', 'c-0:2'])
  })
  it('go on with a group on the next page and lose no bar', () => {
    const pages = packed([group('a', 2), group('b', 9)], 6)
    expect(shape(pages)).toEqual(['a-0:2 b-0:2', 'b-2:5', 'b-7:2'])
    expect(pages.flat().reduce((all, one) => all + one.bars.length, 0)).toBe(11)
  })
  it('draw a bar to one scale on every page, and a rate against the whole', () => {
    expect(packed([group('b', 9)], 6).map((page) => page[0]?.whole)).toEqual([9, 9])
    expect(grouped('rates', '', '', 'ratio', [{ key: 'a', name: '', value: 0.761 }]).whole).toBe(1)
    expect(grouped('empty', '', '', 'entries', []).whole).toBe(0)
  })
  it('are never too small for a title and two bars', () => {
    expect(shape(packed([group('a', 4)], 1))).toEqual(['a-0:2', 'a-2:2'])
    expect(packed([], 9)).toEqual([])
  })
})
