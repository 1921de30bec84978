import { computed, inject, provide, ref, watch, type ComputedRef, type InjectionKey, type Ref } from 'vue'
import { useRoute } from 'vue-router'
import { metrics, needKinds, needMetrics, needTree, renewTree, rootOf } from '../api/known'
import type { Node } from '../api/documents'
import { businessToday, isDay } from '../format/days'
import { type Live, useLive } from '../live/stream'
import { anchorOf, findAnchor } from './anchor'

/** What all panels of a wall share. */
export interface Wall {
  root: ComputedRef<Node | undefined>
  /** The day the wall stands on. */
  day: Ref<string>
  isToday: ComputedRef<boolean>
  live: Live
  /** The metrics of a list that the catalogue has. */
  having: (ids: readonly string[]) => string[]
  ready: Ref<boolean>
  fault: Ref<string>
}

const KEY: InjectionKey<Wall> = Symbol('wall')

/** Figures that the wall shows or is woken by. */
const FOLLOWED = [
  'areas',
  'organisations',
  'members',
  'units',
  'entries',
  'units.coverage',
  'grids.coverage',
  'centres.coverage',
  'activities',
  'attendance',
  'visits',
  'volunteer.minutes',
  'cases.open',
  'cases.overdue',
  'cases.opened',
  'cases.resolved',
  'cases.moved',
]

/** Opens a wall; call it once in its page. */
export function openWall(): Wall {
  const route = useRoute()
  const [ready, fault, day] = [ref(false), ref(''), ref('')]
  const root = computed(() => rootOf(String(route.params.place ?? '')))
  const having = (ids: readonly string[]): string[] => ids.filter((id) => metrics.value.has(id))
  const live = useLive(() => (ready.value && root.value ? { metrics: having(FOLLOWED), area: root.value.key, events: true } : null))
  const isToday = computed(() => day.value === (live.today.value || businessToday(new Date())))
  const asked = computed(() => (isDay(route.query.day) ? route.query.day : ''))

  async function start(): Promise<void> {
    try {
      await Promise.all([needMetrics(), needKinds(), needTree('area'), needTree('organisation')])
      const today = businessToday(new Date())
      day.value = asked.value || (root.value ? await findAnchor(root.value.key, today) : today)
      fault.value = ''
      ready.value = true
    } catch (error) {
      fault.value = error instanceof Error ? error.message : String(error)
      setTimeout(() => void start(), 3000)
    }
  }
  void start()
  watch([root, asked], async () => {
    if (ready.value && root.value) day.value = asked.value || (await findAnchor(root.value.key, businessToday(new Date())))
  })

  // As a year is told, the wall walks along with it.
  watch(live.happenings, (told) => {
    const newest = told.slice(0, 20).reduce((last, one) => (one.at > last ? one.at : last), day.value)
    if (!asked.value && newest > day.value) day.value = anchorOf(newest, live.today.value || businessToday(new Date()))
  })
  watch(live.today, (today, before) => {
    if (before && !asked.value && day.value === before) day.value = today
  })
  // A district that is just being told has new places every few seconds.
  let renewing = false
  watch(
    () => [live.moved.areas, live.moved.organisations],
    () => {
      if (renewing) return
      renewing = true
      setTimeout(() => {
        renewing = false
        void Promise.all([renewTree('area'), renewTree('organisation')]).catch(() => undefined)
      }, 4000)
    },
  )
  const wall: Wall = { root, day, isToday, live, having, ready, fault }
  provide(KEY, wall)
  return wall
}

/** The wall that a panel hangs on. */
export function useWall(): Wall {
  const wall = inject(KEY)
  if (!wall) throw new Error('a panel needs a wall')
  return wall
}
