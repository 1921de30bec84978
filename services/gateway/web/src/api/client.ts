import { Turns } from './turns'

/** What the gateway says of a question it cannot answer (RFC 9457). */
export interface Problem {
  status: number
  code: string
  title: string
  detail: string
}

/** A question was refused, or nobody answered (status 0). */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title)
  }
}

export type Query = Record<string, string | number | readonly string[] | undefined>

/** The query of an address; what is undefined or empty is left out. */
export function queryOf(query: Query): string {
  const out = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== '') out.append(name, String(one))
  }
  const text = out.toString()
  return text && `?${text}`
}

// A browser keeps six connections to one host: one is the stream's, one is kept free for looking whether all is well.
const turns = new Turns(4)

/** Reads a document of the gateway; ProblemError says why there is none. */
export function read<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return turns.take(() => readAtOnce<T>(path, query, signal))
}

/** The same without waiting for a turn. */
export async function readAtOnce<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  if (signal?.aborted) throw new DOMException('no longer wanted', 'AbortError')
  let answer: Response
  try {
    answer = await fetch(path + queryOf(query), { headers: { accept: 'application/json' }, ...(signal ? { signal } : {}) })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ProblemError({ status: 0, code: 'unreachable', title: '', detail: String(error) })
  }
  if (!answer.ok) throw new ProblemError(await problemOf(answer))
  return (await answer.json()) as T
}

async function problemOf(answer: Response): Promise<Problem> {
  const told = (await answer.json().catch(() => ({}))) as Partial<Problem>
  return { status: answer.status, code: told.code ?? 'failed', title: told.title ?? answer.statusText, detail: told.detail ?? '' }
}
