import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { ProblemError } from '../api/client'

/** An answer that is kept up to date: asked when the question changes, and again, at most so often, when what it rests on moved. */
export interface Asking<T> {
  answer: Ref<T | null>
  problem: Ref<ProblemError | null>
  pending: Ref<boolean>
}

/** Asks `ask(key)` for every new key that is not null; `again` counts up when the answer may have moved. The old answer stays until the new one is there. */
export function useAsking<K, T>(
  key: () => K | null,
  ask: (key: K, signal: AbortSignal) => Promise<T>,
  again: () => unknown = () => 0,
  pause: number | (() => number) = 1500,
): Asking<T> {
  const answer: Ref<T | null> = shallowRef(null)
  const problem: Ref<ProblemError | null> = shallowRef(null)
  const pending = ref(false)
  let running: AbortController | null = null
  let waiting: ReturnType<typeof setTimeout> | undefined
  let askedAt = 0

  async function run(): Promise<void> {
    waiting = undefined
    const wanted = key()
    running?.abort()
    if (wanted === null) return
    const mine = (running = new AbortController())
    askedAt = Date.now()
    pending.value = true
    try {
      answer.value = await ask(wanted, mine.signal)
      problem.value = null
    } catch (error) {
      if (mine.signal.aborted) return
      problem.value = error instanceof ProblemError ? error : new ProblemError({ status: 0, code: 'failed', title: '', detail: String(error) })
    } finally {
      if (running === mine) pending.value = false
    }
  }

  watch(
    () => JSON.stringify(key()),
    () => void run(),
    { immediate: true },
  )
  watch(again, () => {
    waiting ??= setTimeout(() => void run(), Math.max(0, askedAt + (typeof pause === 'number' ? pause : pause()) - Date.now()))
  })
  onScopeDispose(() => {
    running?.abort()
    clearTimeout(waiting)
  })
  return { answer, problem, pending }
}
