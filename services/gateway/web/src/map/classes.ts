/** How values are sorted into the shades of a map: the lower bounds of the classes after the first. */
export interface Classes {
  bounds: readonly number[]
  /** Whether anything stands below the first bound. */
  below: boolean
  /** The class of a value, from 0; null for none. */
  of: (value: number | null | undefined) => number | null
}

const SHADES = 6

/** Classes that each hold about as many areas; few whole numbers are a class each. Zero is one of its own beside other values. */
export function classesOf(values: readonly (number | null | undefined)[], whole: boolean): Classes {
  const told = values.filter((value): value is number => value !== null && value !== undefined)
  const sorted = told.filter((value) => value > 0).sort((one, other) => one - other)
  const few = [...new Set(sorted)]
  const bounds = whole && few.length < SHADES ? few : alike(sorted, whole)
  return {
    bounds,
    below: told.some((value) => value < (bounds[0] ?? Infinity)),
    of: (value) => (value === null || value === undefined ? null : spread(bounds.filter((bound) => value >= bound).length, bounds.length)),
  }
}

function alike(sorted: readonly number[], whole: boolean): number[] {
  const bounds: number[] = []
  for (let step = 0; step < SHADES - 1; step++) {
    const value = sorted[Math.floor((step * sorted.length) / (SHADES - 1))]
    if (value === undefined) continue
    const nice = step === 0 && whole ? 1 : rounded(value, whole)
    if (nice > (bounds[bounds.length - 1] ?? 0)) bounds.push(nice)
  }
  return bounds
}

/** Few classes keep to the darker shades, so that an even map does not glare. */
function spread(number: number, most: number): number {
  return most === 0 ? 0 : Math.round((number * Math.min(SHADES - 1, most + 1)) / most)
}

/** Down to two digits that count. */
function rounded(value: number, whole: boolean): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1)
  const down = Math.floor(value / unit + 1e-9) * unit
  return whole ? Math.max(1, Math.floor(down)) : Number(down.toPrecision(2))
}
