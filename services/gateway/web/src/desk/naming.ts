import type { Metric, Row } from '../api/documents'
import { kindName, kinds, placeName, stateName, valueName } from '../api/known'
import { has, say, t } from '../i18n'

// A field or attribute of the place instead of the thing itself.
const PLACE = /^(area|organisation)\.(.+)$/

/** What a split is called: an axis, or the name the kinds give a dimension. */
export function splitName(by: string, metric?: Metric): string {
  const axis = by.split(':')[0] ?? by
  if (has(`axis.${axis}`)) return t(`axis.${axis}`)
  const [, place, own] = PLACE.exec(by) ?? []
  if (place && own) return `${t(place === 'area' ? 'axis.area' : 'axis.org')} · ${splitName(own)}`
  for (const kind of kinds.value.values()) {
    const names = kind.attributes[by]?.names
    if (names && (!metric || !metric.families.length || metric.families.includes(kind.family))) return say(names)
  }
  return by
}

/** What a row of a split is called. */
export function rowName(row: Pick<Row, 'key' | 'name'>, by: string): string {
  const own = PLACE.exec(by)?.[2]
  if (own) return row.key === null ? t('desk.without') : rowName(row, own)
  if (row.key === null) return t(by.startsWith('area') || by.startsWith('org') ? 'desk.unplaced' : 'desk.without')
  if (by.startsWith('area')) return placeName('area', row.key)
  if (by.startsWith('org')) return placeName('organisation', row.key)
  if (by === 'kind') return kindName(row.key)
  if (by === 'state') return stateName(row.key)
  return row.name ?? valueName(by, row.key)
}
