// Every question that a page asks of the server, as the description types it. Names of answers come from the calls:
// nothing here says what an answer holds.
import type { paths } from './api.gen'
import { answered, client } from './client'
import { written } from './query'

/** Parameters of a path's question, from the description. */
type Query<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Q } } } ? NonNullable<Q> : never
type Body<Path extends keyof paths> = paths[Path] extends { post: { requestBody: { content: { 'application/json': infer B } } } } ? B : never

export type CountQuery = Query<'/api/v1/count'>
/** Filters on time and kind, which every question takes. */
export type Filters = Pick<CountQuery, 'from' | 'to' | 'category' | 'definition' | 'source' | 'weekday' | 'hours' | 'calendar'>
/** Filters, and the place they are asked of. */
export type PlaceFilters = Filters & Pick<CountQuery, 'in' | 'cell'>
export type CompareQuery = Filters & Query<'/api/v1/compare'>

export const api = {
  count: (query: CountQuery, signal?: AbortSignal) => answered(client().GET('/api/v1/count', { params: { query }, ...stopped(signal) })),
  breaks: (query: Filters & Query<'/api/v1/breaks'>, signal?: AbortSignal) =>
    answered(client().GET('/api/v1/breaks', { params: { query }, ...stopped(signal) })),
  hotspots: (query: Filters & Query<'/api/v1/hotspots'>, signal?: AbortSignal) =>
    answered(client().GET('/api/v1/hotspots', { params: { query: { ...query, f: 'geojson' } }, ...geojson, ...stopped(signal) })),
  emerging: (query: Filters & Query<'/api/v1/emerging'>, signal?: AbortSignal) =>
    answered(client().GET('/api/v1/emerging', { params: { query: { ...query, f: 'geojson' } }, ...geojson, ...stopped(signal) })),
  trend: (query: PlaceFilters & Query<'/api/v1/trend'>, signal?: AbortSignal) =>
    answered(client().GET('/api/v1/trend', { params: { query }, ...stopped(signal) })),
  compare: (query: CompareQuery, signal?: AbortSignal) => answered(client().GET('/api/v1/compare', { params: { query }, ...stopped(signal) })),
  keepClaim: (query: CompareQuery) => {
    const parameters = Object.fromEntries([...new Set(written(query).keys())].map((name) => [name, written(query).getAll(name)]))
    return answered(client().POST('/api/v1/claims', { params: { header: { 'x-places': '1' } }, body: { question: 'compare', parameters } }))
  },
  layers: (signal?: AbortSignal) => answered(client().GET('/api/v1/areas', stopped(signal))),
  areas: (layer: string, signal?: AbortSignal) => answered(client().GET('/api/v1/areas/{layer}', { params: { path: { layer } }, ...stopped(signal) })),
  sources: (signal?: AbortSignal) => answered(client().GET('/api/v1/sources', stopped(signal))),
  definitions: (signal?: AbortSignal) => answered(client().GET('/api/v1/definitions', stopped(signal))),
  review: (signal?: AbortSignal) => answered(client().GET('/api/v1/review', stopped(signal))),
  decide: (body: Body<'/api/v1/review/decisions'>) => answered(client().POST('/api/v1/review/decisions', { body })),
  undo: (body: Body<'/api/v1/review/undo'>) => answered(client().POST('/api/v1/review/undo', { body })),
  teach: (body: Body<'/api/v1/review/aliases'>) => answered(client().POST('/api/v1/review/aliases', { body })),
  agree: (body: Body<'/api/v1/review/aliases/agree'>) => answered(client().POST('/api/v1/review/aliases/agree', { body })),
  version: (signal?: AbortSignal) => answered(client().GET('/api/v1/version', stopped(signal))),
}

const geojson = { headers: { accept: 'application/geo+json' } }

function stopped(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}

type Answer<Name extends keyof typeof api> = Awaited<ReturnType<(typeof api)[Name]>>

export type CountAnswer = Answer<'count'>
export type Summary = CountAnswer['summary']
export type Breaks = Answer<'breaks'>
export type FlagsAnswer = Answer<'hotspots'> | Answer<'emerging'>
export type MapMethod = FlagsAnswer['summary']['method']
export type TrendAnswer = Answer<'trend'>
export type Claim = Answer<'compare'>
export type LayerInfo = Answer<'layers'>[number]
export type Sources = Answer<'sources'>
export type Definitions = Answer<'definitions'>
export type ReviewAnswer = Answer<'review'>
export type QueueItem = ReviewAnswer['items'][number]
export type QueueCandidate = QueueItem['candidates'][number]
