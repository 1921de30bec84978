import { read } from '../api/client'
import type { Node } from '../api/documents'
import { mosaic } from './mosaic'
import type { Feature, Shapes } from './shapes'

/** A map of areas, and what must be said about it. */
export interface District extends Shapes {
  /** schematic: nobody drew these areas; synthetic: made up, and labelled so; told: as the district gave them. */
  origin: 'schematic' | 'synthetic' | 'told'
  /** Who drew it, or the number under which the map was approved for publication, as it was told. */
  source: string
}

interface Told extends Feature {
  properties?: { synthetic?: boolean; origin?: string }
}

/** The polygons of the areas below a root; a schematic mosaic where most of them have none. */
export async function readGeometry(root: string, nodes: readonly Node[]): Promise<District> {
  const schematic: District = { ...mosaic(nodes), origin: 'schematic', source: '' }
  try {
    const told = await read<{ features?: Told[] }>('/v1/areas/geometry', { under: root })
    const features = (told.features ?? []).filter((feature) => feature.geometry)
    const known = new Set(features.map((feature) => feature.id))
    if (nodes.filter((node) => known.has(node.key)).length < nodes.length / 2) return schematic
    const synthetic = features.some((feature) => feature.properties?.synthetic)
    return {
      features,
      geographic: true,
      origin: synthetic ? 'synthetic' : 'told',
      source: features.find((one) => one.properties?.origin)?.properties?.origin ?? '',
    }
  } catch {
    return schematic
  }
}
