// From a state to MapLibre's sources and layers. Pure: no map is touched here.
import type { ExpressionSpecification, GeoJSONSourceSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'

import type { Flags } from './api'
import { flagColour } from './evidence'
import type { PointCollection } from './review'
import { colours, LAND, LINE, MARK, TEXT, WATER, type Mode } from './legend'

export interface MapInput {
  mode: Mode
  /** Where tiles come from, such as 'http://localhost:8080'. */
  origin: string
  /** 'cells' or a layer. */
  by: string
  resolution: number
  /** Filters as the API takes them. */
  query: string
  /** Whether the measure is a rate. */
  rate: boolean
  breaks: number[]
  /** Layer whose areas are the land; '' when there is none. */
  studyLayer: string
  /** Identifier of the chosen cell or area. */
  chosen: string
  /** Cells that a test flagged, drawn over the counts. */
  flags?: Flags | undefined
}

export const DATA_LAYER = 'data-fill'
export const NOT_RECEIVED = 'not-received'

/** The whole style; MapLibre applies the difference to what it shows. */
export function style(input: MapInput): StyleSpecification {
  const { mode } = input
  const measure: ExpressionSpecification = input.rate ? ['coalesce', ['get', 'rate'], 0] : ['get', 'count']
  const sourceLayer = input.by === 'cells' ? 'cells' : 'areas'
  const sources: StyleSpecification['sources'] = { data: tiles(dataUrl(input)) }
  const layers: LayerSpecification[] = [{ id: 'water', type: 'background', paint: { 'background-color': WATER[mode] } }]
  if (input.studyLayer) {
    sources.land = tiles(`${input.origin}/tiles/areas-${input.studyLayer}/{z}/{x}/{y}.mvt?from=1970-01-01&to=1970-01-02`)
    layers.push({ id: 'land', type: 'fill', source: 'land', 'source-layer': 'areas', paint: { 'fill-color': LAND[mode] } })
  }
  const data = { source: 'data', 'source-layer': sourceLayer }
  layers.push(
    { id: 'data-none', type: 'fill', ...data, filter: ['==', ['get', 'received'], false], paint: { 'fill-pattern': NOT_RECEIVED } },
    {
      id: DATA_LAYER,
      type: 'fill',
      ...data,
      paint: { 'fill-color': fill(measure, input.breaks, mode), 'fill-opacity': input.by === 'cells' ? 0.88 : 1 },
    },
    {
      id: 'data-line',
      type: 'line',
      ...data,
      paint: {
        'line-color': LINE[mode],
        'line-width': input.by === 'cells' ? 0.3 : 0.6,
        'line-opacity': ['case', ['==', ['get', 'count'], 0], 0.3, 0.7],
      },
    },
  )
  if (input.studyLayer) {
    layers.push({
      id: 'land-line',
      type: 'line',
      source: 'land',
      'source-layer': 'areas',
      paint: { 'line-color': LINE[mode], 'line-width': 0.7, 'line-opacity': 0.55 },
    })
    layers.push({
      id: 'land-name',
      type: 'symbol',
      source: 'land',
      'source-layer': 'areas',
      minzoom: 10.5,
      layout: { 'text-field': ['get', 'name'], 'text-font': ['sans-serif'], 'text-size': 11, 'text-max-width': 8 },
      paint: { 'text-color': TEXT[mode], 'text-halo-color': LAND[mode], 'text-halo-width': 1.5 },
    })
  }
  if (input.flags) {
    sources.flags = { type: 'geojson', data: input.flags as unknown as GeoJSONSourceSpecification['data'] }
    layers.push(
      { id: 'flag-halo', type: 'line', source: 'flags', paint: { 'line-color': LAND[mode], 'line-width': 4.5 } },
      { id: 'flag-line', type: 'line', source: 'flags', paint: { 'line-color': flagColour(mode), 'line-width': 2.5 } },
    )
  }
  layers.push({
    id: 'chosen',
    type: 'line',
    ...data,
    filter: ['==', ['get', 'id'], input.chosen],
    paint: { 'line-color': MARK[mode], 'line-width': 3.5 },
  })
  return { version: 8, sources, layers }
}

export interface ReviewInput {
  mode: Mode
  origin: string
  studyLayer: string
  points: PointCollection
}

/** The land with numbered candidates on it. */
export function reviewStyle({ mode, origin, studyLayer, points }: ReviewInput): StyleSpecification {
  const sources: StyleSpecification['sources'] = {
    candidates: { type: 'geojson', data: points as unknown as GeoJSONSourceSpecification['data'] },
  }
  const layers: LayerSpecification[] = [{ id: 'water', type: 'background', paint: { 'background-color': WATER[mode] } }]
  if (studyLayer) {
    sources.land = tiles(`${origin}/tiles/areas-${studyLayer}/{z}/{x}/{y}.mvt?from=1970-01-01&to=1970-01-02`)
    const land = { source: 'land', 'source-layer': 'areas' }
    layers.push(
      { id: 'land', type: 'fill', ...land, paint: { 'fill-color': LAND[mode] } },
      { id: 'land-line', type: 'line', ...land, paint: { 'line-color': LINE[mode], 'line-width': 0.7, 'line-opacity': 0.55 } },
      {
        id: 'land-name',
        type: 'symbol',
        ...land,
        minzoom: 9.5,
        layout: { 'text-field': ['get', 'name'], 'text-font': ['sans-serif'], 'text-size': 11, 'text-max-width': 8 },
        paint: { 'text-color': TEXT[mode], 'text-halo-color': LAND[mode], 'text-halo-width': 1.5 },
      },
    )
  }
  layers.push(
    {
      id: 'candidate',
      type: 'circle',
      source: 'candidates',
      paint: { 'circle-radius': 12, 'circle-color': MARK[mode], 'circle-stroke-color': LAND[mode], 'circle-stroke-width': ['case', ['get', 'best'], 4, 2] },
    },
    {
      id: 'candidate-number',
      type: 'symbol',
      source: 'candidates',
      layout: { 'text-field': ['get', 'label'], 'text-font': ['sans-serif'], 'text-size': 13, 'text-allow-overlap': true },
      paint: { 'text-color': LAND[mode] },
    },
  )
  return { version: 8, sources, layers }
}

export function dataUrl(input: Pick<MapInput, 'origin' | 'by' | 'resolution' | 'query'>): string {
  const set = input.by === 'cells' ? 'cells' : `areas-${input.by}`
  const query = new URLSearchParams(input.query)
  if (input.by === 'cells') query.append('cell', String(input.resolution))
  return `${input.origin}/tiles/${set}/{z}/{x}/{y}.mvt?${query}`
}

function tiles(url: string) {
  return { type: 'vector' as const, tiles: [url], minzoom: 0, maxzoom: 14, promoteId: 'id' }
}

/** Zero is see-through (its outline shows it); classes above it take the colours of the legend. */
function fill(measure: ExpressionSpecification, breaks: number[], mode: Mode): ExpressionSpecification {
  const none = 'rgba(0, 0, 0, 0)'
  if (breaks.length === 0) return ['literal', none] as unknown as ExpressionSpecification
  const ramp = colours(breaks, mode)
  const steps = breaks.flatMap((limit, i) => (i === 0 ? [] : [limit, ramp[i] as string]))
  return ['case', ['<=', measure, 0], none, steps.length ? ['step', measure, ramp[0] as string, ...steps] : (ramp[0] as string)] as ExpressionSpecification
}
