import { describe, expect, it } from 'vitest'
import { change, duration, grouped, inUnit, percent, short } from '../src/format/number'

const zh = { language: 'zh', myriads: true } as const
const en = { language: 'en', myriads: true } as const

describe('numbers as people write them', () => {
  it('keeps what is small whole and shortens what is large in myriads', () => {
    expect([99_999, 100_000, 123_456, 4_000_000, 123_456_789].map((value) => short(value, zh))).toEqual(['99,999', '10万', '12.35万', '400万', '1.23亿'])
  })
  it('shortens nothing where that habit is not kept', () => {
    expect(short(123_456_789, { ...zh, myriads: false })).toBe('123,456,789')
  })
  it('knows no myriads in English', () => {
    expect(short(123_456_789, en)).toBe('123.46M')
    expect(grouped(1_234_567, en)).toBe('1,234,567')
  })
  it('never rounds a rate up to all or down to none', () => {
    expect([0, 0.0001, 0.25, 0.9999, 1].map((value) => percent(value))).toEqual(['0.0%', '<0.1%', '25.0%', '99.9%', '100.0%'])
  })
  it('shows minutes as hours, fen as yuan, seconds as the largest unit that fits', () => {
    expect(inUnit(23_040, 'minutes', zh)).toBe('384')
    expect(inUnit(90, 'minutes', zh)).toBe('1.5')
    expect(inUnit(1_050, 'fen', zh)).toBe('10.5')
    expect([59, 90, 7_200, 200_000].map((seconds) => duration(seconds, 'zh'))).toEqual(['59 秒', '2 分钟', '2.0 小时', '2.3 天'])
  })
  it('writes a dash for what is not there, and zero for nothing', () => {
    expect([null, undefined, 0].map((value) => inUnit(value, 'cases', zh))).toEqual(['—', '—', '0'])
  })
  it('has no change against nothing', () => {
    expect(change(5, 0)).toBeNull()
    expect(change(5, null)).toBeNull()
    expect(change(6, 4)).toBe(0.5)
  })
})
