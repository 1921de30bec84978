import { describe, expect, it } from 'vitest'
import { addDays, businessToday, clock, daysBetween, inWords, isDay, moment, startOf, dayOf } from '../src/format/days'

describe('business dates', () => {
  it('counts over the ends of months and leap days', () => {
    expect(addDays('2024-02-28', 2)).toBe('2024-03-01')
    expect(addDays('2019-01-01', -1)).toBe('2018-12-31')
    expect(daysBetween('2024-01-01', '2025-01-01')).toBe(366)
  })
  it('takes the day of Shanghai, whatever the clock of the browser says', () => {
    expect(businessToday(new Date('2024-05-31T15:59:59Z'))).toBe('2024-05-31')
    expect(businessToday(new Date('2024-05-31T16:00:00Z'))).toBe('2024-06-01')
    expect(clock(new Date('2024-05-31T16:00:00Z'))).toBe('00:00:00')
    expect(moment('2019-05-20T03:44:24+00:00')).toBe('2019-05-20 11:44:24')
  })
  it('knows a day from what only looks like one', () => {
    expect(['2024-02-30', '2024-2-3', '', null, '2024-06-01'].filter(isDay)).toEqual(['2024-06-01'])
  })
  it('begins a year, a quarter, a month', () => {
    expect([startOf('2024-08-15', 'year'), startOf('2024-08-15', 'quarter'), startOf('2024-08-15', 'month')]).toEqual([
      '2024-01-01',
      '2024-07-01',
      '2024-08-01',
    ])
  })
  it('writes a day in both languages', () => {
    expect(inWords('2019-06-28', 'zh')).toBe('2019年6月28日星期五')
    expect(inWords('2019-06-28', 'en', false)).toBe('28 Jun 2019')
  })
})

describe('a day that somebody wrote', () => {
  it('is understood in the usual forms', () => {
    expect(['2019-06-28', '2019/6/28', '2019年6月28日', '20190628', ' 2019.6.28 '].map(dayOf)).toEqual(Array(5).fill('2019-06-28'))
  })
  it('is refused where there is none', () => {
    expect(['2019-02-30', '06/28/2019', 'today', '2019'].map(dayOf)).toEqual([null, null, null, null])
  })
})
