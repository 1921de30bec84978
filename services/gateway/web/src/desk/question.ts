import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { Metric } from '../api/documents'
import type { Query } from '../api/client'
import { addDays, daysBetween, isDay } from '../format/days'

/** What the address of a figure asks: the same words the API takes, so that a link says all. */
export const ASKED = ['area', 'org', 'kind', 'of', 'where', 'from', 'to', 'as_of', 'tree', 'definition'] as const
const MANY = new Set(['kind', 'where'])
const YEARS_SHOWN = 12

/** The filters of an address, as the API takes them. */
export function filtersOf(query: LocationQuery): Query {
  return Object.fromEntries(
    ASKED.flatMap((name) => {
      const values = listOf(query[name])
      return values.length ? [[name, MANY.has(name) ? values : (values[0] ?? '')]] : []
    }),
  )
}

/** All values of one word of an address. */
export function listOf(value: LocationQuery[string] | undefined): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string' && one !== '')
}

/** An address with some words changed; an empty text takes a word out. */
export function changed(query: LocationQuery, changes: Record<string, string | undefined>): LocationQueryRaw {
  return Object.fromEntries(Object.entries({ ...query, ...changes }).filter(([, value]) => value !== undefined && value !== ''))
}

/** Over which days a course is drawn, and in which steps. Without a first day: by months, as far back as anything may lie. */
export function courseOf(filters: Query, today: string): { from: string; to: string; interval: string } {
  const to = [filters.to, filters.as_of, today].find(isDay) ?? today
  const from = isDay(filters.from) ? filters.from : `${Number(to.slice(0, 4)) - YEARS_SHOWN}-01-01`
  const days = daysBetween(from, to)
  if (!isDay(filters.from)) return { from, to, interval: 'month' }
  return { from, to, interval: days <= 92 ? 'day' : days <= 3 * 366 ? 'month' : days <= 12 * 366 ? 'quarter' : 'year' }
}

/** A course without the empty stretches before and after it. */
export function trimmed<T extends { value?: number | null; den?: number | null }>(points: readonly T[]): T[] {
  const full = (point: T): boolean => Boolean(point.value) || Boolean(point.den)
  const first = points.findIndex(full)
  let last = points.length
  while (last > 0 && !full(points[last - 1] as T)) last--
  return first < 0 ? [] : points.slice(Math.max(0, first - 1), last)
}

/** Periods one often wants, ending on a day. */
export function presets(day: string): { id: string; from: string; to: string }[] {
  const month = `${day.slice(0, 7)}-01`
  return [
    { id: 'all', from: '', to: '' },
    { id: 'year', from: `${day.slice(0, 4)}-01-01`, to: day },
    { id: 'month', from: month, to: day },
    { id: 'days30', from: addDays(day, -29), to: day },
    { id: 'days7', from: addDays(day, -6), to: day },
  ]
}

/** By what a metric can be split. */
export function splitsOf(metric: Metric): string[] {
  return [...metric.axes, ...metric.dimensions.filter((name) => !name.includes('.'))]
}
