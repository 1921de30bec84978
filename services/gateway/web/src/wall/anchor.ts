import { readFigure } from '../api/documents'
import { addDays, daysBetween } from '../format/days'

/** Flows that tell whether anything happened. */
const FLOWS = ['cases.opened', 'activities', 'visits', 'volunteer.minutes', 'cases.moved']
const YEARS_BACK = 12
/** News this fresh means that the screen shows today. */
export const FRESH_DAYS = 30

/**
 * The day a screen stands on: today, unless nothing happened lately, as in a replay of a past year; then the last day on which something did.
 * The screen says so wherever it is not today.
 */
export async function findAnchor(area: string, today: string): Promise<string> {
  const months = await lastOf(area, { from: `${Number(today.slice(0, 4)) - YEARS_BACK}-01-01`, to: today, interval: 'month' })
  if (!months) return today
  const day = await lastOf(area, { from: months.from, to: months.to < today ? months.to : today, interval: 'day' })
  return anchorOf(day?.from ?? months.to, today)
}

/** Today if a day is recent, else that day. */
export function anchorOf(day: string, today: string): string {
  return daysBetween(day, today) <= FRESH_DAYS ? today : addDays(day, 0)
}

async function lastOf(area: string, query: Record<string, string>): Promise<{ from: string; to: string } | null> {
  const answers = await Promise.all(FLOWS.map((metric) => readFigure(metric, { area, ...query }).catch(() => null)))
  const points = answers.flatMap((answer) => (answer?.series ?? []).filter((point) => point.value))
  return points.reduce<{ from: string; to: string } | null>(
    (last, point) => (!last || point.from > last.from ? { from: point.from, to: point.to } : last),
    null,
  )
}
