import { onScopeDispose, reactive, ref, shallowRef, watch, type Ref } from 'vue'
import { readStatus } from '../api/documents'
import { queryOf } from '../api/client'
import { clock } from '../format/days'
import { type LiveFigure, type LiveMessage, merged } from './merge'

/** What just happened: kind and place, never who. */
export interface Happening {
  number: number
  type: string
  kind: string
  area: string | null
  at: string
  /** When it came here, in milliseconds. */
  heard: number
}

export type Health = 'connecting' | 'live' | 'behind' | 'lost'

/** What one stream tells; everything a screen shows of its connection comes from here. */
export interface Live {
  figures: Ref<ReadonlyMap<string, LiveFigure>>
  /** Counts up whenever a metric moved; watch it to ask again what the stream does not carry. */
  moved: Record<string, number>
  happenings: Ref<readonly Happening[]>
  today: Ref<string>
  health: Ref<Health>
  /** Seconds the figures are behind what was accepted. */
  lag: Ref<number>
  /** When the gateway was last heard, in milliseconds; 0: never. */
  heardAt: Ref<number>
  /** Since when nothing may be trusted to be new: a time of day; empty while all is well. */
  staleSince: Ref<string>
}

const LOOK_MS = 5_000
const BEHIND_S = 10
const KEPT = 60
const SHOWN_EVERY_MS = 400

/** Follows figures by one stream for the whole view, and looks every few seconds whether the way behind it is whole. */
export function useLive(asked: () => { metrics: string[]; area?: string; events?: boolean } | null): Live {
  const figures = shallowRef<ReadonlyMap<string, LiveFigure>>(new Map())
  const moved = reactive<Record<string, number>>({})
  const happenings = shallowRef<readonly Happening[]>([])
  const [today, health, lag, heardAt, staleSince] = [ref(''), ref<Health>('connecting'), ref(0), ref(0), ref('')]
  let stream: EventSource | null = null
  let number = 0
  let over = false
  let fresh: Happening[] = []
  let showing: ReturnType<typeof setTimeout> | undefined

  // Hundreds may come in a second: nobody reads a list that moves more than twice a second, and each move costs a frame.
  function show(): void {
    showing = undefined
    happenings.value = [...fresh, ...happenings.value].slice(0, KEPT)
    fresh = []
  }

  function take(event: MessageEvent<string>, whole: boolean): void {
    const message = JSON.parse(event.data) as LiveMessage
    figures.value = merged(figures.value, message, whole)
    today.value = message.today
    heard(message.lag_s)
    for (const figure of message.figures) moved[figure.metric] = (moved[figure.metric] ?? 0) + 1
  }

  function heard(lagS: number): void {
    heardAt.value = Date.now()
    lag.value = lagS
    set(lagS > BEHIND_S ? 'behind' : 'live')
  }

  function set(state: Health): void {
    health.value = state
    if (state === 'live' || state === 'connecting') staleSince.value = ''
    else if (!staleSince.value) staleSince.value = clock(new Date((heardAt.value || Date.now()) - (state === 'behind' ? lag.value * 1000 : 0)))
  }

  function follow(): void {
    stream?.close()
    const what = asked()
    if (over || !what) return
    stream = new EventSource(`/v1/live${queryOf({ metrics: what.metrics.join(','), area: what.area, events: what.events ? 'true' : undefined })}`)
    stream.addEventListener('snapshot', (event) => take(event as MessageEvent<string>, true))
    stream.addEventListener('delta', (event) => take(event as MessageEvent<string>, false))
    stream.addEventListener('happened', (event) => {
      const told = JSON.parse((event as MessageEvent<string>).data) as Omit<Happening, 'number' | 'heard'>
      fresh = [{ ...told, number: ++number, heard: Date.now() }, ...fresh.slice(0, KEPT - 1)]
      showing ??= setTimeout(show, SHOWN_EVERY_MS)
    })
    // A stream that the gateway ends in order comes back by itself within a second: that is no fault to show.
    stream.onerror = () => stream?.readyState === EventSource.CLOSED && setTimeout(follow, LOOK_MS)
  }

  // The stream says nothing while nothing moves; a line that was cut says nothing either. This tells the two apart.
  async function look(): Promise<void> {
    const stop = new AbortController()
    const patience = setTimeout(() => stop.abort(), LOOK_MS - 500)
    try {
      const status = await readStatus(stop.signal)
      if (stream?.readyState === EventSource.OPEN) heard(status.lag ? status.lag_s : 0)
      else if (heardAt.value && Date.now() - heardAt.value > 2 * LOOK_MS) set('lost')
    } catch {
      set('lost')
    } finally {
      clearTimeout(patience)
    }
  }

  const stop = watch(() => JSON.stringify(asked()), follow, { immediate: true })
  const looking = setInterval(() => void look(), LOOK_MS)
  onScopeDispose(() => {
    over = true
    stop()
    clearInterval(looking)
    clearTimeout(showing)
    stream?.close()
  })
  return { figures, moved, happenings, today, health, lag, heardAt, staleSince }
}
