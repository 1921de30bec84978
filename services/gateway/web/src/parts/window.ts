/** Which rows of a long list have to exist, so that what is seen is there: those in view and some on either side. */
export function rowsInView(scrolled: number, high: number, row: number, count: number, spare = 12): { first: number; last: number } {
  const first = Math.max(0, Math.floor(scrolled / row) - spare)
  const last = Math.min(count, Math.ceil((scrolled + high) / row) + spare)
  return { first: Math.min(first, last), last }
}
