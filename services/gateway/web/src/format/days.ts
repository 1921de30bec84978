/** Business dates (YYYY-MM-DD) are days in Asia/Shanghai; arithmetic on them knows no time zone. */
const DAY_MS = 86_400_000
const ZONE = 'Asia/Shanghai'

/** The day so many days later. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** How many days from one day to another. */
export function daysBetween(first: string, last: string): number {
  return Math.round((Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / DAY_MS)
}

/** Whether a text is a business date. */
export function isDay(text: unknown): text is string {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

/** The business date that somebody wrote: 2019-06-28, 2019/6/28, 2019年6月28日, 20190628; null if it is none. */
export function dayOf(text: string): string | null {
  const parts = /^\s*(\d{4})(?:[-/.年 ]?)(\d{1,2})(?:[-/.月 ]?)(\d{1,2})日?\s*$/.exec(text)
  const day = parts ? `${parts[1]}-${parts[2]?.padStart(2, '0')}-${parts[3]?.padStart(2, '0')}` : null
  return isDay(day) ? day : null
}

// Made once: making a format costs far more than using it, and a list writes one time of day a line.
const TODAY = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit' })
const MINUTES = { timeZone: ZONE, hour12: false, hour: '2-digit', minute: '2-digit' } as const
const [TO_THE_MINUTE, TO_THE_SECOND] = [new Intl.DateTimeFormat('en-GB', MINUTES), new Intl.DateTimeFormat('en-GB', { ...MINUTES, second: '2-digit' })]

/** Today's business date. */
export function businessToday(now: Date): string {
  return TODAY.format(now)
}

/** The time of day in the zone of business, 24 h. */
export function clock(now: Date, seconds = true): string {
  return (seconds ? TO_THE_SECOND : TO_THE_MINUTE).format(now)
}

/** A moment as day and time in the zone of business. */
export function moment(text: string): string {
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? text : `${businessToday(at)} ${clock(at)}`
}

/** A day in words: 2019年6月28日 星期五. */
export function inWords(day: string, language: 'zh' | 'en', weekday = true): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(language === 'zh' ? 'zh-CN' : 'en-GB', {
    timeZone: 'UTC',
    year: 'numeric',
    month: language === 'zh' ? 'long' : 'short',
    day: 'numeric',
    ...(weekday ? { weekday: language === 'zh' ? 'long' : 'short' } : {}),
  })
}

/** The first day of the year, quarter or month that a day lies in. */
export function startOf(day: string, period: 'year' | 'quarter' | 'month'): string {
  const [year, month] = [day.slice(0, 4), Number(day.slice(5, 7))]
  if (period === 'year') return `${year}-01-01`
  const first = period === 'month' ? month : Math.floor((month - 1) / 3) * 3 + 1
  return `${year}-${String(first).padStart(2, '0')}-01`
}
