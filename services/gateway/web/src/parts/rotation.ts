import { onScopeDispose, ref, watch, type Ref } from 'vue'

/** A number that goes round, one step every so many seconds; it stands still while `held` or where motion is not wanted. */
export function useRotation(length: () => number, seconds: number, held: () => boolean = () => false): Ref<number> {
  const at = ref(0)
  const still = matchMedia('(prefers-reduced-motion: reduce)')
  const timer = setInterval(() => {
    if (!held() && !still.matches && length() > 1) at.value = (at.value + 1) % length()
  }, seconds * 1000)
  watch(length, (now) => {
    if (at.value >= now) at.value = 0
  })
  onScopeDispose(() => clearInterval(timer))
  return at
}
