// Every question that a page asks of the server, as the description types it. Names of answers come from the calls:
// nothing here says what an answer holds.
import type { paths } from './api.gen'
import { answered, client } from './client'

/** Parameters of a path's question, from the description. */
type Declared<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Q } } } ? NonNullable<Q> : never
/** The same, with a list also as one text: the server parts it. */
type Listed<Q> = { [Name in keyof Q]: Q[Name] extends string[] | undefined ? Q[Name] | string : Q[Name] }
type Query<Path extends keyof paths> = Listed<Declared<Path>>
type Body<Path extends keyof paths> = paths[Path] extends { post: { requestBody: { content: { 'application/json': infer B } } } } ? B : never

export type CountQuery = Query<'/api/v1/count'>
/** Filters on time and kind, which every question takes. */
export type Filters = Pick<CountQuery, 'from' | 'to' | 'category' | 'definition' | 'source' | 'weekday' | 'hours' | 'calendar'>
/** Filters, and the place they are asked of. */
export type PlaceFilters = Filters & Pick<CountQuery, 'in' | 'cell'>
/** What is not said here is as the server has it: a claim is kept of texts alone. */
export type CompareQuery = Filters & Omit<Query<'/api/v1/compare'>, 'ring' | 'ring_cell' | 'permutations' | 'seed' | 'f'>

/** A query as the client types it: a text stays one text, which is a list of one. */
function asked<Q>(query: Listed<Q>): Q {
  return query as Q
}

/** A page of another site cannot set it. */
const ours = { params: { header: { 'x-places': '1' } } } as const

export const api = {
  count: (query: CountQuery, signal?: AbortSignal) => answered(client().GET('/api/v1/count', { params: { query: asked<Declared<'/api/v1/count'>>(query) }, ...stopped(signal) })),
  breaks: (query: Filters & Query<'/api/v1/breaks'>, signal?: AbortSignal) =>
    answered(client().GET('/api/v1/breaks', { params: { query: asked<Declared<'/api/v1/breaks'>>(query) }, ...stopped(signal) })),
  hotspots: (query: Filters & Query<'/api/v1/hotspots'>, signal?: AbortSignal) =>
    answered(client().GET('/api/v1/hotspots', { params: { query: asked<Declared<'/api/v1/hotspots'>>({ ...query, f: 'geojson' }) }, ...geojson, ...stopped(signal) })),
  emerging: (query: Filters & Query<'/api/v1/emerging'>, signal?: AbortSignal) =>
    answered(client().GET('/api/v1/emerging', { params: { query: asked<Declared<'/api/v1/emerging'>>({ ...query, f: 'geojson' }) }, ...geojson, ...stopped(signal) })),
  trend: (query: PlaceFilters & Query<'/api/v1/trend'>, signal?: AbortSignal) =>
    answered(client().GET('/api/v1/trend', { params: { query: asked<Declared<'/api/v1/trend'>>(query) }, ...stopped(signal) })),
  compare: (query: CompareQuery, signal?: AbortSignal) => answered(client().GET('/api/v1/compare', { params: { query: asked<Declared<'/api/v1/compare'>>(query) }, ...stopped(signal) })),
  keepClaim: async (query: CompareQuery) => {
    const kept = await answered(client().POST('/api/v1/claims', { ...ours, body: { question: 'compare', parameters: query } }))
    if ('claim_id' in kept) return kept
    throw new Error('The server kept something else')
  },
  layers: (signal?: AbortSignal) => answered(client().GET('/api/v1/areas', stopped(signal))),
  areas: (layer: string, signal?: AbortSignal) => answered(client().GET('/api/v1/areas/{layer}', { params: { path: { layer } }, ...stopped(signal) })),
  sources: (signal?: AbortSignal) => answered(client().GET('/api/v1/sources', stopped(signal))),
  definitions: (signal?: AbortSignal) => answered(client().GET('/api/v1/definitions', stopped(signal))),
  review: (signal?: AbortSignal) => answered(client().GET('/api/v1/review', stopped(signal))),
  decide: (body: Body<'/api/v1/review/decisions'>) => answered(client().POST('/api/v1/review/decisions', { ...ours, body })),
  undo: (body: Body<'/api/v1/review/undo'>) => answered(client().POST('/api/v1/review/undo', { ...ours, body })),
  teach: (body: Body<'/api/v1/review/aliases'>) => answered(client().POST('/api/v1/review/aliases', { ...ours, body })),
  agree: (body: Body<'/api/v1/review/aliases/agree'>) => answered(client().POST('/api/v1/review/aliases/agree', { ...ours, body })),
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
