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

async function get<T>(path: string, query?: URLSearchParams, signal?: AbortSignal, method: 'GET' | 'POST' = 'GET'): Promise<T> {
  const text = query?.toString()
  const address = new URL(path + (text ? `?${text}` : ''), location.href.split('#')[0])
  let response: Response
  try {
    response = await fetch(address, { method, signal: signal ?? null, headers: { accept: 'application/json', ...(method === 'POST' ? { 'x-places': '1' } : {}) } })
  } catch (error) {
    if (signal?.aborted) throw error
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
  keepClaim: (query: URLSearchParams) => get<Claim>('api/v1/claims', query, undefined, 'POST'),
  layers: () => get<LayerInfo[]>('api/v1/areas'),
  areas: (layer: string) => get<AreaInfo[]>(`api/v1/areas/${encodeURIComponent(layer)}`),
  sources: () => get<Sources>('api/v1/sources'),
  definitions: () => get<Record<string, Definition>>('api/v1/definitions'),
  version: () => get<Version>('api/v1/version'),
}
