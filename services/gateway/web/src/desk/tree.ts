import type { Metric } from '../api/documents'

type Sorted = Pick<Metric, 'id' | 'form' | 'families'>
export interface Group<T extends Sorted> {
  id: string
  list: T[]
}

/** The groups in the order of a district's work; each is the family of what its metrics count. */
const GROUPS: Record<string, string> = {
  case: 'cases',
  unit: 'units',
  organisation: 'organisations',
  member: 'members',
  activity: 'activities',
  attendance: 'attendance',
  shift: 'volunteer',
  visit: 'visits',
  entry: 'entries',
  link: 'links',
  amount: 'amounts',
  area: 'areas',
}

/** All metrics by what they count, those every place has before those of some; what was decided and counts nothing stands last. */
export function treeOf<T extends Sorted>(metrics: readonly T[]): Group<T>[] {
  const groups = new Map<string, T[]>([...Object.values(GROUPS), 'own', 'constants'].map((id) => [id, []]))
  for (const metric of metrics) groups.get(groupOf(metric))?.push(metric)
  return [...groups].filter(([, list]) => list.length).map(([id, list]) => ({ id, list: list.sort((one, other) => rank(one, id) - rank(other, id)) }))
}

function groupOf(metric: Sorted): string {
  if (metric.form === 'constant') return 'constants'
  const family = metric.families[0]
  return (family && GROUPS[family]) ?? 'own'
}

const rank = (metric: Sorted, group: string): number => (metric.id === group ? 0 : metric.id.startsWith(`${group}.`) ? 1 : 2)
