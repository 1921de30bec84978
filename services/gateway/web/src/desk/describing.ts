import { kinds, placeName, stateName, valueName } from '../api/known'
import { moment } from '../format/days'
import { has, language, say, t } from '../i18n'

/** What a thing's data and what was told of it are called, in words: fields by the page's texts, attributes by the names their kind gives them. */
export type Data = Record<string, unknown>
export interface Kept {
  family: string
  kind: string
}
export interface Reference {
  family: string
  key: string
}

/** What is not the reader's business: rows of counting, and what stands in the heading. */
const UNSAID = new Set(['kind', 'was', 'now'])
const WORDS = new Set(['standing', 'field', 'formation', 'channel', 'tier', 'via', 'role', 'mark', 'unit'])
const KEYS: Readonly<Record<string, string>> = { area: 'area', organisation: 'organisation', activity: 'activity', programmes: 'entry' }
const REFERENCE = /^(area|organisation|member|person|unit|entry|link|amount|activity|attendance|shift|visit|case)\/(.+)$/

/** A thing's fields and attributes side by side, its own key left out. */
export function fieldsOf(data: Data, family: string): [string, unknown][] {
  const flat = { ...data, ...((data.attributes as Data | undefined) ?? {}) }
  return Object.entries(flat).filter(([name]) => !UNSAID.has(name) && name !== 'attributes' && name !== family)
}

export function fieldName(name: string, thing: Kept): string {
  const names = kinds.value.get(thing.kind)?.attributes[name]?.names
  if (names) return say(names)
  return has(`field.${name}`) ? t(`field.${name}`) : name
}

/** The thing that a field's text names; null where it names none. */
export function referenceOf(name: string, said: string, thing: Kept): Reference | null {
  const [, family, key] = REFERENCE.exec(said) ?? []
  if (family && key) return { family, key }
  const own = name === 'parent' || name === 'into' ? thing.family : KEYS[name]
  return own ? { family: own, key: said } : null
}

/** What stands in a field, in words. */
export function told(name: string, value: unknown, thing: Kept): string {
  if (value === null || value === undefined) return '—'
  if (typeof value === 'boolean') return value ? t('desk.yes') : t('desk.no')
  const zh = language.value === 'zh'
  if (Array.isArray(value)) return value.map((one) => told(name, one, thing)).join(zh ? '、' : ', ')
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([key, one]) => `${fieldName(key, thing)} ${told(key, one, thing)}`)
      .join(zh ? '；' : '; ')
  const said = String(value)
  const named = referenceOf(name, said, thing)
  if (named)
    return named.family === 'area' || named.family === 'organisation' ? placeName(named.family, named.key) : named.key.slice(named.key.indexOf(':') + 1)
  if (name === 'state' || name === 'to') return stateName(said, thing.kind)
  if (/^\d{4}-\d\d-\d\dT/.test(said)) return moment(said)
  const isWord = WORDS.has(name) || !!kinds.value.get(thing.kind)?.attributes[name]?.values.length
  return isWord ? valueName(name, said) : said
}

/** What one telling changed against the one before it, a line for each field. */
export function changes(before: Data | undefined, after: Data, thing: Kept): string[] {
  if (!before) return []
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !UNSAID.has(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => `${fieldName(name, thing)}${language.value === 'zh' ? '：' : ': '}${told(name, before[name], thing)} → ${told(name, after[name], thing)}`)
}

/** What happened, by the type of the event. */
export function verb(type: string): string {
  const [family = '', what = ''] = type.replace('org.wangge.', '').split('.')
  const key = [`happened.${family}_${what}`, `verb.${what}`].find(has)
  return key ? t(key) : what
}
