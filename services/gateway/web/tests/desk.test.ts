import { describe, expect, it } from 'vitest'
import { queryOf } from '../src/api/client'
import { Turns } from '../src/api/turns'
import { changed, courseOf, filtersOf, presets, trimmed } from '../src/desk/question'
import { found } from '../src/desk/search'
import { rowsInView } from '../src/parts/window'
import { wantedLanguage } from '../src/i18n'
import { anchorOf } from '../src/wall/anchor'

describe('an address says what is asked', () => {
  it('passes on the words the API knows, and no others', () => {
    const query = { area: 'z:d', kind: ['case.grid', 'case.wish'], where: 'state:resolved', sort: 'name', by: 'kind', from: '' }
    expect(filtersOf(query)).toEqual({ area: 'z:d', kind: ['case.grid', 'case.wish'], where: ['state:resolved'] })
  })
  it('repeats what may be repeated and leaves out what is empty', () => {
    expect(queryOf({ kind: ['a', 'b'], area: undefined, where: '', limit: 5 })).toBe('?kind=a&kind=b&limit=5')
    expect(queryOf({})).toBe('')
  })
  it('changes some words and keeps the rest', () => {
    expect(changed({ area: 'z:d', by: 'kind' }, { area: 'z:s', by: '' })).toEqual({ area: 'z:s' })
  })
})

describe('a course over time', () => {
  it('takes days for a quarter, months for years, and goes far back where nothing is said', () => {
    expect(courseOf({ from: '2024-01-01', to: '2024-03-31' }, '2024-06-01').interval).toBe('day')
    expect(courseOf({ from: '2022-01-01' }, '2024-06-01')).toEqual({ from: '2022-01-01', to: '2024-06-01', interval: 'month' })
    expect(courseOf({}, '2024-06-01')).toEqual({ from: '2012-01-01', to: '2024-06-01', interval: 'month' })
  })
  it('cuts off the empty ends and keeps the empty middle', () => {
    const points = [0, 0, 0, 3, 0, 2, 0, 0].map((value) => ({ value }))
    expect(trimmed(points).map((point) => point.value)).toEqual([0, 3, 0, 2])
    expect(trimmed([{ value: 0 }])).toEqual([])
  })
  it('offers periods that end on the day', () => {
    expect(presets('2024-05-31').map(({ id, from }) => [id, from])).toEqual([
      ['all', ''],
      ['year', '2024-01-01'],
      ['month', '2024-05-01'],
      ['days30', '2024-05-02'],
      ['days7', '2024-05-25'],
    ])
  })
})

describe('finding and listing', () => {
  const metrics = [
    { id: 'cases.opened', text: { zh: '期内新立事项数', en: 'Cases opened in the period' } },
    { id: 'units', text: { zh: '期末单位数', en: 'Units at the end of the day' } },
  ]
  it('finds by any words of name or id, in any order and either language', () => {
    expect(found(metrics, '事项 新立').map((one) => one.id)).toEqual(['cases.opened'])
    expect(found(metrics, 'PERIOD cases').map((one) => one.id)).toEqual(['cases.opened'])
    expect(found(metrics, ' ')).toHaveLength(2)
    expect(found(metrics, '没有')).toHaveLength(0)
  })
  it('makes only the rows in view, however long the list', () => {
    expect(rowsInView(0, 600, 40, 100_000)).toEqual({ first: 0, last: 27 })
    const deep = rowsInView(2_000_000, 600, 40, 100_000)
    expect(deep.last - deep.first).toBeLessThan(50)
    expect(deep.first).toBeLessThanOrEqual(50_000)
    expect(rowsInView(9_999, 600, 40, 3)).toEqual({ first: 3, last: 3 })
  })
})

describe('what a screen begins with', () => {
  it('speaks the language of the address, then the kept one, then the browser’s, else Chinese', () => {
    expect(wantedLanguage('?lang=en', 'zh', ['zh-CN'])).toBe('en')
    expect(wantedLanguage('', 'en', ['zh-CN'])).toBe('en')
    expect(wantedLanguage('', null, ['fr', 'en-GB', 'zh'])).toBe('en')
    expect(wantedLanguage('', null, ['fr'])).toBe('zh')
  })
  it('stands on today while anything is fresh, else on the last day of news', () => {
    expect(anchorOf('2024-05-20', '2024-06-01')).toBe('2024-06-01')
    expect(anchorOf('2019-07-02', '2024-06-01')).toBe('2019-07-02')
  })
})

describe('taking turns', () => {
  it('lets no more go at once than it should, and all in the end', async () => {
    const turns = new Turns(2)
    let [now, most, done] = [0, 0, 0]
    const work = async (fails: boolean): Promise<void> => {
      most = Math.max(most, ++now)
      await new Promise((go) => setTimeout(go, 1))
      now--
      done++
      if (fails) throw new Error('one that fails gives its turn back as well')
    }
    await Promise.allSettled(Array.from({ length: 9 }, (_, at) => turns.take(() => work(at % 3 === 0))))
    expect([most, done]).toEqual([2, 9])
  })
})
