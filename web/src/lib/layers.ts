// From what a page shows to MapLibre's style. Pure: no map is touched here.
import type { FeatureCollection } from 'geojson'
import type { ExpressionSpecification, FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'

import type { Values } from '../api/query'
import { tilesOf } from '../api/tiles'
import { flagColour, type Flags } from './evidence'
import { colours } from './legend'
import { patternId } from './patterns'
import type { PointCollection } from './review'
import { LAND, LINE, MARK, TEXT, WATER, type Mode } from './tokens'

/** What lies under everything: water, and the areas of the study area as land. */
export interface Ground {
  mode: Mode
  /** Where the page lies, such as 'http://localhost:8080'. */
  origin: string
  /** Layer whose areas are the land; '' when there is none. */
  studyLayer: string
}

export interface MapInput extends Ground {
  /** 'cells' or a layer. */
  by: string
  resolution: number
  /** Filters and measure as the API takes them. */
  query: Values
  /** Whether the measure is a rate. */
  rate: boolean
  breaks: number[]
  /** Identifier of the chosen cell or area. */
  chosen: string
  /** Cells that a test flagged, drawn over the counts. */
  flags?: Flags | undefined
}

/** What a page adds to the ground. */
interface Drawing {
  sources: StyleSpecification['sources']
  /** Between the land and its outlines. */
  fills: LayerSpecification[]
  /** Over everything. */
  marks: LayerSpecification[]
  /** Zoom from which areas have their names. */
  names: number
}

export const DATA_LAYER = 'data-fill'

const NOTHING: Drawing = { sources: {}, fills: [], marks: [], names: 10.5 }
const UNKNOWN: ExpressionSpecification = ['==', ['get', 'received'], false]
/** A period without records: the land needs areas, not counts. */
const NO_PERIOD = { from: '1970-01-01', to: '1970-01-02' }

/** The land alone, while it is not yet known what is asked. */
export function groundStyle(ground: Ground): StyleSpecification {
  return compose(ground, NOTHING)
}

/** Counts or rates of cells or areas; MapLibre applies the difference to what it shows. */
export function style(input: MapInput): StyleSpecification {
  const { mode } = input
  const cells = input.by === 'cells'
  const sources: StyleSpecification['sources'] = { data: tiles(dataUrl(input)) }
  const data = { source: 'data', 'source-layer': cells ? 'cells' : 'areas' }
  const fills: LayerSpecification[] = []
  if (cells && input.studyLayer) {
    // Cells that were not received are in no tile; the areas that they lie in say so.
    sources.gaps = tiles(tilesOf(input.origin, `areas-${input.studyLayer}`, { ...input.query, rate: undefined, zeros: undefined }))
    fills.push(pattern('gap-none', { source: 'gaps', 'source-layer': 'areas' }, UNKNOWN, patternId('not-received', mode)))
  }
  fills.push(pattern('data-none', data, UNKNOWN, patternId('not-received', mode)))
  if (input.rate) {
    fills.push(pattern('data-no-figure', data, ['all', ['!', UNKNOWN], ['!', ['has', 'rate']]], patternId('no-figure', mode)))
  }
  fills.push(
    {
      id: DATA_LAYER,
      type: 'fill',
      ...data,
      paint: { 'fill-color': fill(input), 'fill-opacity': cells ? 0.88 : 1 },
    },
    {
      id: 'data-line',
      type: 'line',
      ...data,
      paint: {
        'line-color': LINE[mode],
        'line-width': cells ? 0.3 : 0.6,
        'line-opacity': ['case', ['==', ['get', 'count'], 0], 0.3, 0.7],
      },
    },
  )
  const marks: LayerSpecification[] = []
  if (input.flags) {
    sources.flags = geojson(input.flags)
    marks.push(
      { id: 'flag-halo', type: 'line', source: 'flags', paint: { 'line-color': LAND[mode], 'line-width': 4.5 } },
      { id: 'flag-line', type: 'line', source: 'flags', paint: { 'line-color': flagColour(mode), 'line-width': 2.5 } },
    )
  }
  marks.push({
    id: 'chosen',
    type: 'line',
    ...data,
    filter: ['==', ['get', 'id'], input.chosen],
    paint: { 'line-color': MARK[mode], 'line-width': 3.5 },
  })
  return compose(input, { sources, fills, marks, names: 10.5 })
}

export interface ReviewInput extends Ground {
  points: PointCollection
}

/** The land with numbered candidates on it. */
export function reviewStyle(input: ReviewInput): StyleSpecification {
  const { mode } = input
  const marks: LayerSpecification[] = [
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
  ]
  return compose(input, { sources: { candidates: geojson(input.points) }, fills: [], marks, names: 9.5 })
}

/** The address of the tiles that show a question. */
export function dataUrl(input: Pick<MapInput, 'origin' | 'by' | 'resolution' | 'query'>): string {
  if (input.by === 'cells') return tilesOf(input.origin, 'cells', { ...input.query, cell: input.resolution })
  return tilesOf(input.origin, `areas-${input.by}`, input.query)
}

function compose({ mode, origin, studyLayer }: Ground, drawing: Drawing): StyleSpecification {
  const sources = { ...drawing.sources }
  const layers: LayerSpecification[] = [{ id: 'water', type: 'background', paint: { 'background-color': WATER[mode] } }]
  const land = { source: 'land', 'source-layer': 'areas' }
  if (studyLayer) {
    sources.land = tiles(tilesOf(origin, `areas-${studyLayer}`, NO_PERIOD))
    layers.push({ id: 'land', type: 'fill', ...land, paint: { 'fill-color': LAND[mode] } })
  }
  layers.push(...drawing.fills)
  if (studyLayer) {
    layers.push(
      { id: 'land-line', type: 'line', ...land, paint: { 'line-color': LINE[mode], 'line-width': 0.7, 'line-opacity': 0.55 } },
      {
        id: 'land-name',
        type: 'symbol',
        ...land,
        minzoom: drawing.names,
        layout: { 'text-field': ['get', 'name'], 'text-font': ['sans-serif'], 'text-size': 11, 'text-max-width': 8 },
        paint: { 'text-color': TEXT[mode], 'text-halo-color': LAND[mode], 'text-halo-width': 1.5 },
      },
    )
  }
  layers.push(...drawing.marks)
  return { version: 8, sources, layers }
}

function tiles(url: string) {
  return { type: 'vector' as const, tiles: [url], minzoom: 0, maxzoom: 14, promoteId: 'id' }
}

function geojson(data: FeatureCollection) {
  return { type: 'geojson' as const, data }
}

function pattern(id: string, of: { source: string; 'source-layer': string }, filter: FilterSpecification, picture: string): LayerSpecification {
  return { id, type: 'fill', ...of, filter, paint: { 'fill-pattern': picture } }
}

/** Zero is see-through (its outline shows it), and so is what has no figure; classes above take the colours of the legend. */
function fill({ rate, breaks, mode }: MapInput): ExpressionSpecification | string {
  const none = 'rgba(0, 0, 0, 0)'
  if (breaks.length === 0) return none
  const measure: ExpressionSpecification = ['get', rate ? 'rate' : 'count']
  const ramp = colours(breaks, mode)
  const steps = breaks.flatMap((limit, i) => (i === 0 ? [] : [limit, ramp[i] as string]))
  const classed = steps.length ? (['step', measure, ramp[0] as string, ...steps] as ExpressionSpecification) : (ramp[0] as string)
  const coloured: ExpressionSpecification = ['case', ['<=', measure, 0], none, classed]
  return rate ? ['case', ['has', 'rate'], coloured, none] : coloured
}
