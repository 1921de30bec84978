import { computed, shallowRef } from 'vue'
import { has, language, say, t, type Text } from '../i18n'
import { type Family, type Kind, type Metric, type Node, readKinds, readMetrics, readTree } from './documents'
import { renewed } from './renewing'

/** What every view needs and what seldom changes: metrics, kinds, both trees. Read once, and again when asked. */
export const metrics = shallowRef<ReadonlyMap<string, Metric>>(new Map())
export const kinds = shallowRef<ReadonlyMap<string, Kind>>(new Map())
export const values = shallowRef<Readonly<Record<string, Text>>>({})
export const trees: Record<Family, ReturnType<typeof shallowRef<ReadonlyMap<string, Node>>>> = {
  area: shallowRef<ReadonlyMap<string, Node>>(new Map()),
  organisation: shallowRef<ReadonlyMap<string, Node>>(new Map()),
}

const waiting = new Map<string, Promise<void>>()

function once(name: string, load: () => Promise<void>): Promise<void> {
  const known = waiting.get(name)
  if (known) return known
  const begun = load().catch((error: unknown) => {
    waiting.delete(name)
    throw error
  })
  waiting.set(name, begun)
  return begun
}

const byId = <T>(list: T[], id: (one: T) => string): ReadonlyMap<string, T> => new Map(list.map((one) => [id(one), one]))

export const needMetrics = (): Promise<void> => once('metrics', async () => void (metrics.value = byId(await readMetrics(), (one) => one.id)))
export const needKinds = (): Promise<void> =>
  once('kinds', async () => {
    const told = await readKinds()
    values.value = told.values as Record<string, Text>
    kinds.value = byId(told.kinds, (one) => one.id)
  })
export const needTree = (family: Family): Promise<void> =>
  once(family, async () => void (trees[family].value = renewed(trees[family].value ?? new Map(), await readTree(family))))

/** Reads a tree again: something was defined, moved or merged. */
export async function renewTree(family: Family): Promise<void> {
  waiting.delete(family)
  await needTree(family)
}

export const areas = computed<ReadonlyMap<string, Node>>(() => trees.area.value ?? new Map())
export const organisations = computed<ReadonlyMap<string, Node>>(() => trees.organisation.value ?? new Map())

/** What a kind is called; of one the catalogue does not know, its nearest ancestor's name and its own id. */
export function kindName(id: string | null | undefined): string {
  if (!id) return ''
  const own = kinds.value.get(id)
  if (own) return say(own.names as Text)
  const above = id.includes('.') ? kindName(id.slice(0, id.lastIndexOf('.'))) : ''
  return above ? `${above} · ${id}` : id
}

/** The kinds of a family that anybody may list, without those below them: a list in which one restricted kind stands is refused as a whole. */
export function openKinds(family: string): string[] {
  const restricted = [...kinds.value.values()].filter((kind) => kind.access === 'restricted').map((kind) => kind.id)
  const open = [...kinds.value.values()]
    .map((kind) => (kind.family === family ? kind.id : ''))
    .filter((id) => id && !restricted.some((one) => isBelow(one, id) || isBelow(id, one)))
  return open.filter((id) => !open.some((other) => other !== id && isBelow(id, other)))
}
const isBelow = (id: string, above: string): boolean => id === above || id.startsWith(`${above}.`)

/** What a state of a kind of case is called. */
export function stateName(state: string, kind = 'case'): string {
  for (let at = kind; at; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const found = kinds.value.get(at)?.states.find((one) => one.id === state)
    if (found) return say(found.names as Text)
  }
  return valueName('state', state)
}

/** What a value of an attribute or field is called; the value itself where nobody named it. A set's values stand joined. */
export function valueName(attribute: string, value: string): string {
  if (value.includes(','))
    return value
      .split(',')
      .map((one) => valueName(attribute, one))
      .join(language.value === 'zh' ? '、' : ', ')
  const own = `value.${attribute}_${value}`
  if (has(own)) return t(own)
  if (value === 'true' || value === 'false') return t(value === 'true' ? 'desk.yes' : 'desk.no')
  return say(values.value[`${attribute}.${value}`] ?? values.value[value]) || value
}

/** What a place is called; its key where nobody told a name. */
export function placeName(family: Family, key: string | null | undefined): string {
  if (!key) return ''
  return (family === 'area' ? areas : organisations).value.get(key)?.name ?? key.slice(key.indexOf(':') + 1)
}

/** What a metric is called: the part of its definition before the colon; of one without, what stands before the first break and is no period. */
export function metricName(id: string): string {
  const text = metrics.value.get(id)?.text as Text | undefined
  if (!text) return id
  const [title = '', rest] = split(say(text))
  if (language.value === 'zh') return (title.split('（')[0] ?? title).replace(/^期[内末]/, '')
  const short = rest ? title : (title.split(/[;,(]/)[0] ?? title)
  return short.replace(/( that (exist|stand))?( at the end of the day| in the period| of the period)+$/, '').trim()
}

/** What a metric counts, in words that its name does not say already; empty where there are none. */
export function metricWords(id: string): string {
  const text = metrics.value.get(id)?.text as Text | undefined
  const [title = '', rest] = split(say(text))
  const words = rest ?? (title === metricName(id) ? '' : title)
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const split = (text: string): string[] => (/^(.+?)(?:：|: )(.+)$/s.exec(text)?.slice(1) ?? [text]).map((part) => part.trim())

/** The nodes from the root down to a node, itself included. */
export function pathTo(family: Family, key: string): Node[] {
  const nodes = (family === 'area' ? areas : organisations).value
  const path: Node[] = []
  for (let node = nodes.get(key); node && !path.includes(node); node = node.parent ? nodes.get(node.parent) : undefined) path.unshift(node)
  return path
}

/** The root that a place of an address means: a key, or the namespace of one. Of several, as where a neighbour is told of, the one with most below it. */
export function rootOf(place: string | undefined): Node | undefined {
  const all = [...areas.value.values()].filter((node) => !place || node.key.startsWith(`${place}:`))
  const largest = (nodes: Node[]): Node | undefined =>
    nodes.reduce<Node | undefined>((most, node) => (!most || node.children > most.children ? node : most), undefined)
  return areas.value.get(place ?? '') ?? largest(all.filter((node) => !node.parent)) ?? all[0]
}

/** What a root is called in an address: its namespace, or its key where that means another root. */
export function placeOf(root: Node): string {
  const namespace = root.key.slice(0, root.key.indexOf(':'))
  return rootOf(namespace) === root ? namespace : root.key
}

/** What a metric is called where room is scarce. */
export function shortName(id: string): string {
  const key = `short.${id.split('.').join('_')}`
  return has(key) ? t(key) : metricName(id)
}
