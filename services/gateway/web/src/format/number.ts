import type { Language } from '../i18n'

/** How numbers are written: with or without 万 and 亿, and in which language. */
export interface Habit {
  language: Language
  myriads: boolean
}

export const NOTHING = '—'
export const HIDDEN = '＊'

// Made once: making one costs a hundred times what using it does, and a map writes hundreds of numbers at a time.
const format = (locale: string, digits: number, notation: 'standard' | 'compact' = 'standard'): Intl.NumberFormat =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: digits, notation })
const WHOLE: Record<Language, Intl.NumberFormat> = { zh: format('zh-CN', 2), en: format('en', 2) }
const [FINE, COARSE, COMPACT] = [format('zh-CN', 2), format('zh-CN', 1), format('en', 2, 'compact')]

/** A whole number with its thousands apart. */
export function grouped(value: number, habit: Habit): string {
  return WHOLE[habit.language].format(value)
}

/** A number short enough for a tile: from 100,000 on in 万, from 100 million on in 亿, where that habit is kept. */
export function short(value: number, habit: Habit): string {
  const size = Math.abs(value)
  if (!habit.myriads || size < 1e5) return grouped(value, habit)
  if (habit.language === 'en') return COMPACT.format(value)
  return size >= 1e8 ? `${trimmed(value / 1e8)}亿` : `${trimmed(value / 1e4)}万`
}

function trimmed(value: number): string {
  return (Math.abs(value) < 100 ? FINE : COARSE).format(value)
}

/** A fraction as a percentage; never rounded up to 100 % or down to 0 % while something is left. */
export function percent(value: number, digits = 1): string {
  const shown = (value * 100).toFixed(digits)
  if (value < 1 && Number(shown) >= 100) return `${(100 - 10 ** -digits).toFixed(digits)}%`
  if (value > 0 && Number(shown) === 0) return `<${(10 ** -digits).toFixed(digits)}%`
  return `${shown}%`
}

/** Seconds as days, hours or minutes. */
export function duration(seconds: number, language: Language): string {
  const hours = seconds / 3600
  const zh = language === 'zh'
  if (hours >= 48) return `${(hours / 24).toFixed(1)}${zh ? ' 天' : ' d'}`
  if (hours >= 1) return `${hours.toFixed(1)}${zh ? ' 小时' : ' h'}`
  return seconds >= 60 ? `${Math.round(seconds / 60)}${zh ? ' 分钟' : ' min'}` : `${Math.round(seconds)}${zh ? ' 秒' : ' s'}`
}

/** A value in its unit: ratios as percentages, seconds as durations, minutes as hours, fen as yuan. */
export function inUnit(value: number | null | undefined, unit: string, habit: Habit, brief = false): string {
  if (value === null || value === undefined) return NOTHING
  const write = brief ? short : grouped
  if (unit === 'ratio') return percent(value)
  if (unit === 'seconds') return duration(value, habit.language)
  if (unit === 'minutes') return write(value >= 6000 ? Math.round(value / 60) : Math.round(value / 6) / 10, habit)
  if (unit === 'fen') return write(value / 100, habit)
  return write(value, habit)
}

/** The change between two values, as a share of the first; null where there is nothing to compare with. */
export function change(now: number | null | undefined, before: number | null | undefined): number | null {
  return now === null || now === undefined || !before ? null : now / before - 1
}
