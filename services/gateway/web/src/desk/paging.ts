import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { type Item, type Items, readItems } from '../api/documents'
import { ProblemError, type Query } from '../api/client'

const PAGE = 500

/** A list that grows page by page as it is scrolled. */
export interface Paging {
  items: Ref<readonly Item[]>
  page: Ref<Items | null>
  more: Ref<boolean>
  pending: Ref<boolean>
  /** What was asked has moved since the first page: what is shown is as it was then. */
  stale: Ref<boolean>
  problem: Ref<ProblemError | null>
  next: () => Promise<void>
  begin: () => Promise<void>
}

/** Pages of what a metric counts, read one after the other with the cursor of the page before; a new question begins anew. */
export function usePaging(question: () => { id: string; query: Query } | null): Paging {
  const items = shallowRef<readonly Item[]>([])
  const page = shallowRef<Items | null>(null)
  const [more, pending, stale] = [ref(false), ref(false), ref(false)]
  const problem = shallowRef<ProblemError | null>(null)
  let running: AbortController | null = null

  async function read(first: boolean): Promise<void> {
    const asked = question()
    if (!asked) return
    running?.abort()
    const mine = (running = new AbortController())
    pending.value = true
    try {
      const cursor = first ? undefined : (page.value?.next ?? undefined)
      const answer = await readItems(asked.id, { ...asked.query, cursor, limit: first ? 100 : PAGE }, mine.signal)
      items.value = first ? answer.items : [...items.value, ...answer.items]
      page.value = answer
      more.value = answer.next !== null
      stale.value = first ? false : stale.value || answer.stale === true
      problem.value = null
    } catch (error) {
      if (mine.signal.aborted) return
      problem.value = error instanceof ProblemError ? error : new ProblemError({ status: 0, code: 'failed', title: '', detail: String(error) })
      more.value = false
    } finally {
      if (running === mine) pending.value = false
    }
  }
  const begin = (): Promise<void> => read(true)
  const next = async (): Promise<void> => {
    if (more.value && !pending.value) await read(false)
  }
  watch(() => JSON.stringify(question()), begin, { immediate: true })
  onScopeDispose(() => running?.abort())
  return { items, page, more, pending, stale, problem, next, begin }
}
