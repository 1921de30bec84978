/** GeoJSON as the gateway gives it: one feature for each area, its id the area's key. */
export type Position = readonly [number, number, ...number[]]
export type Geometry = { type: 'Polygon'; coordinates: Position[][] } | { type: 'MultiPolygon'; coordinates: Position[][][] }
export interface Feature {
  id: string
  geometry: Geometry | null
}
export interface Shapes {
  features: readonly Feature[]
  /** Degrees of longitude and latitude, or the units of a schematic map. */
  geographic: boolean
}

/** One area ready to be drawn: a path, where its name goes, and how much room there is. */
export interface Drawn {
  id: string
  path: string
  x: number
  y: number
  width: number
  height: number
}

export interface Sheet {
  width: number
  height: number
  drawn: ReadonlyMap<string, Drawn>
}

type Ring = readonly (readonly [number, number])[]
const LONG = 1000

const polygons = (geometry: Geometry): Position[][][] => (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates)

/** The areas on one sheet whose longer side measures 1000; north is up. */
export function drawn(shapes: Shapes, ids: ReadonlySet<string>): Sheet {
  const wanted = shapes.features.filter((feature) => feature.geometry && ids.has(feature.id))
  const points = wanted.flatMap((feature) => (feature.geometry ? polygons(feature.geometry).flat(2) : []))
  if (!points.length) return { width: LONG, height: LONG, drawn: new Map() }
  const [west, east] = range(points.map((point) => point[0]))
  const [south, north] = range(points.map((point) => point[1]))
  const squeeze = shapes.geographic ? Math.cos((((south + north) / 2) * Math.PI) / 180) : 1
  const scale = LONG / Math.max((east - west) * squeeze, north - south, 1e-9)
  const place = (point: Position): readonly [number, number] => [(point[0] - west) * squeeze * scale, (north - point[1]) * scale]
  const found = new Map<string, Drawn>()
  for (const { id, geometry } of wanted)
    if (geometry)
      found.set(
        id,
        one(
          id,
          polygons(geometry).map((rings) => rings.map((ring) => ring.map(place))),
        ),
      )
  return { width: (east - west) * squeeze * scale, height: (north - south) * scale, drawn: found }
}

function one(id: string, parts: Ring[][]): Drawn {
  const path = parts.flatMap((rings) => rings.map(line)).join('')
  const outer = parts.map((rings) => rings[0] ?? []).reduce((most, ring) => (Math.abs(area(ring)) > Math.abs(area(most)) ? ring : most), [] as Ring)
  const [left, right] = range(outer.map((point) => point[0]))
  const [top, bottom] = range(outer.map((point) => point[1]))
  const [x, y] = centre(outer)
  return { id, path, x, y, width: right - left, height: bottom - top }
}

const line = (ring: Ring): string => `M${ring.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}Z`

function range(values: number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}

/** The signed area of a ring, by the shoelace formula. */
export function area(ring: Ring): number {
  return ring.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = ring[(at + 1) % ring.length] ?? [x, y]
    return sum + (x * nextY - nextX * y) / 2
  }, 0)
}

/** The centroid of a ring; its first point where it encloses nothing. */
export function centre(ring: Ring): [number, number] {
  const whole = area(ring)
  if (!whole) return [ring[0]?.[0] ?? 0, ring[0]?.[1] ?? 0]
  let [x, y] = [0, 0]
  ring.forEach(([x1, y1], at) => {
    const [x2, y2] = ring[(at + 1) % ring.length] ?? [x1, y1]
    const cross = x1 * y2 - x2 * y1
    x += (x1 + x2) * cross
    y += (y1 + y2) * cross
  })
  return [x / (6 * whole), y / (6 * whole)]
}
