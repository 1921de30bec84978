import type { Bar } from '../parts/Bars.vue'

/** Bars that belong together under one title. */
export interface Group {
  id: string
  title: string
  note: string
  unit: string
  whole: number // what a full bar stands for
  bars: readonly Bar[]
}

/** A group whose bars are parts of one whole: of a rate all of it, else the longest bar, on whichever page it is shown. */
export function grouped(id: string, title: string, note: string, unit: string, bars: readonly Bar[]): Group {
  return { id, title, note, unit, whole: unit === 'ratio' ? 1 : Math.max(0, ...bars.map((bar) => bar.value ?? 0)), bars }
}

const FEWEST = 2 // bars that a title is worth repeating for

/** The groups one after the other on pages of so many rows, a title taking one: what does not fit goes on on the next page. */
export function packed(groups: readonly Group[], rows: number): Group[][] {
  const most = Math.max(FEWEST + 1, rows)
  const pages: Group[][] = [[]]
  let free = most
  for (const group of groups) {
    for (let at = 0; at < group.bars.length;) {
      const left = group.bars.length - at
      if (free < 1 + Math.min(left, FEWEST)) {
        pages.push([])
        free = most
      }
      const some = group.bars.slice(at, at + free - 1)
      pages[pages.length - 1]?.push({ ...group, id: `${group.id}-${at}`, bars: some })
      free -= some.length + 1
      at += some.length
    }
  }
  return pages.filter((page) => page.length)
}
