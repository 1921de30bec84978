import type { LocationQuery } from 'vue-router'
import { metrics, placeName, kindName } from '../api/known'
import { moment } from '../format/days'
import { t } from '../i18n'
import { splitName, rowName } from './naming'
import { listOf } from './question'

/** What an address asks, in words, and when it was printed: the line that a filed sheet needs above its table. */
export function saying(query: LocationQuery, metric?: string): string {
  const said: string[] = []
  const word = (name: string): string => String(query[name] ?? '')
  if (word('area')) said.push(`${t('axis.area')} ${placeName('area', word('area'))}`)
  if (word('org')) said.push(`${t('axis.org')} ${placeName('organisation', word('org'))}`)
  for (const kind of listOf(query.kind)) said.push(`${t('axis.kind')} ${kindName(kind)}`)
  for (const one of listOf(query.where)) {
    const [name, value] = [one.slice(0, one.indexOf(':')), one.slice(one.indexOf(':') + 1)]
    said.push(`${splitName(name, metrics.value.get(metric ?? ''))} ${rowName({ key: value, name: null }, name)}`)
  }
  if (word('from') || word('to')) said.push(`${t('desk.period')} ${word('from') || '…'} – ${word('to') || t('desk.untilNow')}`)
  if (word('as_of')) said.push(`${t('desk.asOf')} ${word('as_of')}`)
  return [...said, t('desk.printed', { time: moment(new Date().toISOString()) })].join(' · ')
}
