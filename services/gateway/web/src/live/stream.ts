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
  let known: ReadonlyMap<string, LiveFigure> = new Map()
  const stirred = new Set<string>()
  let fresh: Happening[] = []
  let showing: ReturnType<typeof setTimeout> | undefined
  let shownAt = 0

  // What comes alone is shown at once. Of hundreds in a second nobody reads more than two states, and each costs the whole view a frame.
  function soon(): void {
    showing ??= setTimeout(show, Math.max(0, shownAt + SHOWN_EVERY_MS - Date.now()))
  }

  function show(): void {
    showing = undefined
    shownAt = Date.now()
    figures.value = known
    for (const metric of stirred) moved[metric] = (moved[metric] ?? 0) + 1
    stirred.clear()
    if (fresh.length) happenings.value = [...fresh, ...happenings.value].slice(0, KEPT)
    fresh = []
  }

  function take(event: MessageEvent<string>, whole: boolean): void {
    const message = JSON.parse(event.data) as LiveMessage
    known = merged(known, message, whole)
    for (const figure of message.figures) stirred.add(figure.metric)
    today.value = message.today
    heard(message.lag_s)
    soon()
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
      soon()
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
