import type { components } from './schema'
import { type Query, read, readAtOnce } from './client'

type Documents = components['schemas']
export type Figure = Documents['FigureDocument']
export type Row = NonNullable<Figure['by']>[number]
export type Point = NonNullable<Figure['series']>[number]
export type Items = Documents['ItemsDocument']
export type Item = Documents['ItemDocument']
export type Metric = Documents['MetricDocument']
export type Node = Documents['NodeDocument']
export type Status = Documents['StatusDocument']
export type Quality = Documents['QualityDocument']
export type Kind = Documents['KindDocument']
export type Sources = Documents['SourcesDocument']

type Tree = Documents['TreeDocument']
export type Family = 'area' | 'organisation'

export const readFigure = (metric: string, query: Query, signal?: AbortSignal): Promise<Figure> =>
  read<Figure>(`/v1/metrics/${encodeURIComponent(metric)}`, query, signal)

export const readItems = (metric: string, query: Query, signal?: AbortSignal): Promise<Items> =>
  read<Items>(`/v1/metrics/${encodeURIComponent(metric)}/items`, query, signal)

export const readStatus = (signal?: AbortSignal): Promise<Status> => readAtOnce<Status>('/v1/status', {}, signal)
export const readMetrics = async (): Promise<Metric[]> => (await read<Documents['MetricsDocument']>('/v1/metrics')).metrics
export const readKinds = (): Promise<Documents['KindsDocument']> => read<Documents['KindsDocument']>('/v1/kinds')

/** A whole tree, or what lies below a node, page after page. */
export async function readTree(family: Family, query: Query = {}): Promise<Node[]> {
  const path = family === 'area' ? '/v1/areas' : '/v1/organisations'
  const nodes: Node[] = []
  let cursor: string | undefined
  do {
    const page: Tree = await read<Tree>(path, { ...query, limit: 1000, cursor })
    nodes.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor)
  return nodes
}
