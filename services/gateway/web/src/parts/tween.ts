import { onScopeDispose, ref, watch, type Ref } from 'vue'

const LASTS_MS = 700
// A number that changes more often than this would be running most of the time: nobody could read it, and each step lays its panel out anew.
const RESTS_MS = 5000

/** A number that runs to its new value instead of jumping; at once where motion is not wanted, the view is hidden, or it changes all the time. */
export function useTween(target: () => number | null | undefined): Ref<number | null> {
  const value: Ref<number | null> = ref(target() ?? null)
  let [frame, movedAt] = [0, -Infinity]
  watch(target, (to) => {
    cancelAnimationFrame(frame)
    const from = value.value
    const restless = performance.now() - movedAt < RESTS_MS
    movedAt = performance.now()
    if (restless || to === null || to === undefined || from === null || document.hidden || matchMedia('(prefers-reduced-motion: reduce)').matches) {
      value.value = to ?? null
      return
    }
    const began = performance.now()
    const step = (now: number): void => {
      const part = Math.min(1, (now - began) / LASTS_MS)
      value.value = part === 1 ? to : from + (to - from) * (1 - (1 - part) ** 3)
      if (part < 1) frame = requestAnimationFrame(step)
    }
    frame = requestAnimationFrame(step)
  })
  onScopeDispose(() => cancelAnimationFrame(frame))
  return value
}
