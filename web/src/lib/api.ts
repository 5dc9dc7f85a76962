// The only place that fetches. Addresses are relative to the page; types come from the server's description.
import type { components, operations } from '../api.gen'

export type Summary = components['schemas']['Summary']
export type Breaks = components['schemas']['Breaks']
export type LayerInfo = components['schemas']['LayerInfo']
export type AreaInfo = components['schemas']['AreaInfo']
export type Sources = components['schemas']['SourcesResponse']
export type Definition = components['schemas']['Definition']
export type Version = components['schemas']['VersionResponse']
export type Claim = components['schemas']['Claim']
export type MapMethod = components['schemas']['MapMethod']
export type QueueItem = components['schemas']['QueueItem']
export type QueueCandidate = components['schemas']['QueueCandidate']
export type ReviewAnswer = components['schemas']['ReviewResponse']
export type Made = components['schemas']['Made']
export type Taught = components['schemas']['Taught']
type DecisionRequest = components['schemas']['DecisionRequest']
type UndoRequest = components['schemas']['UndoRequest']
type AliasRequest = components['schemas']['AliasRequest']
type AgreeRequest = components['schemas']['AgreeRequest']
export type CountParameters = NonNullable<operations['count']['parameters']['query']>

export interface Row {
  count: number
  rate?: number | null
  denominator?: number | null
  [dimension: string]: string | number | null | undefined
}

export interface CountAnswer {
  rows: Row[]
  summary: Summary
}

/** Flagged cells as GeoJSON, and how they were tested. */
export interface Flags {
  type: 'FeatureCollection'
  features: { type: 'Feature'; properties: Record<string, string | number | boolean | null>; geometry: { type: 'Polygon'; coordinates: number[][][] } }[]
  summary: { method: MapMethod; scheme?: string; steps?: string[] }
}

export interface TrendAnswer {
  rows: { month: string; count: number; expected: number | null; low: number | null; high: number | null; signal: string }[]
  summary: { method: string; months_left_out: string[] }
}

export class ApiError extends Error {}

function get<T>(path: string, query?: URLSearchParams, signal?: AbortSignal): Promise<T> {
  return ask<T>(path, query, { method: 'GET', signal: signal ?? null, headers: { accept: 'application/json' } })
}

/** Asks for a change; only a page of this server can set the header. */
function post<T>(path: string, query?: URLSearchParams, body?: object): Promise<T> {
  const headers = { accept: 'application/json', 'x-places': '1', ...(body ? { 'content-type': 'application/json' } : {}) }
  return ask<T>(path, query, { method: 'POST', headers, ...(body ? { body: JSON.stringify(body) } : {}) })
}

async function ask<T>(path: string, query: URLSearchParams | undefined, init: RequestInit): Promise<T> {
  const text = query?.toString()
  const address = new URL(path + (text ? `?${text}` : ''), location.href.split('#')[0])
  let response: Response
  try {
    response = await fetch(address, init)
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new ApiError('The server does not answer. It may have been stopped; start it with “places serve” and try again.')
  }
  if (response.ok) return (await response.json()) as T
  const problem = (await response.json().catch(() => null)) as { detail?: string } | null
  throw new ApiError(problem?.detail ?? `The server answered ${response.status}.`)
}

export const api = {
  count: (query: URLSearchParams, signal?: AbortSignal) => get<CountAnswer>('api/v1/count', query, signal),
  breaks: (query: URLSearchParams, signal?: AbortSignal) => get<Breaks>('api/v1/breaks', query, signal),
  flags: (what: 'hotspots' | 'emerging', query: URLSearchParams, signal?: AbortSignal) => get<Flags>(`api/v1/${what}`, query, signal),
  trend: (query: URLSearchParams, signal?: AbortSignal) => get<TrendAnswer>('api/v1/trend', query, signal),
  compare: (query: URLSearchParams, signal?: AbortSignal) => get<Claim>('api/v1/compare', query, signal),
  keepClaim: (query: URLSearchParams) => post<Claim>('api/v1/claims', query),
  layers: () => get<LayerInfo[]>('api/v1/areas'),
  areas: (layer: string) => get<AreaInfo[]>(`api/v1/areas/${encodeURIComponent(layer)}`),
  sources: () => get<Sources>('api/v1/sources'),
  definitions: () => get<Record<string, Definition>>('api/v1/definitions'),
  review: () => get<ReviewAnswer>('api/v1/review'),
  decide: (request: DecisionRequest) => post<Made>('api/v1/review/decisions', undefined, request),
  undo: (request: UndoRequest) => post<Made>('api/v1/review/undo', undefined, request),
  teach: (request: AliasRequest) => post<Taught>('api/v1/review/aliases', undefined, request),
  agree: (request: AgreeRequest) => post<Taught>('api/v1/review/aliases/agree', undefined, request),
  version: () => get<Version>('api/v1/version'),
}
