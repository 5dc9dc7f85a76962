import { featureFilter, latest, normalizePropertyExpression, validateStyleMin, type FillLayerSpecification } from '@maplibre/maplibre-gl-style-spec'
import { describe, expect, it } from 'vitest'

import { dataUrl, groundStyle, reviewStyle, style, type MapInput } from './layers'
import { patternImage } from './patterns'

const input: MapInput = {
  mode: 'light', origin: 'http://localhost:8080', by: 'cells', resolution: 8, query: { from: '2025-06-01', to: '2025-07-01' }, rate: false,
  breaks: [1, 2, 5, 10, 20], studyLayer: 'areas', chosen: '',
}

describe('the style of a state', () => {
  it('is valid for counts, rates, areas, few classes and none', () => {
    const variants: Partial<MapInput>[] = [
      {}, { mode: 'dark' }, { rate: true, breaks: [0.5, 1.5] }, { by: 'areas' }, { breaks: [1] }, { breaks: [] }, { studyLayer: '' },
    ]
    for (const variant of variants) expect(validateStyleMin(style({ ...input, ...variant }))).toEqual([])
  })

  it('asks for tiles with the filters of the table', () => {
    expect(dataUrl(input)).toBe('http://localhost:8080/tiles/cells/{z}/{x}/{y}.mvt?from=2025-06-01&to=2025-07-01&cell=8')
    expect(dataUrl({ ...input, by: 'msoa21' })).toBe('http://localhost:8080/tiles/areas-msoa21/{z}/{x}/{y}.mvt?from=2025-06-01&to=2025-07-01')
  })

  it('asks nothing of another origin', () => {
    const sources = Object.values(style(input).sources) as { tiles: string[] }[]
    expect(sources.flatMap((s) => s.tiles).every((url) => url.startsWith(input.origin))).toBe(true)
  })
})

/** Which fills are drawn for the tile feature of an area, by id: 'pattern', or the colour unless it is see-through. */
function drawn(shown: Partial<MapInput>, properties: Record<string, unknown>): Record<string, string> {
  const feature = { type: 3 as const, properties }
  const layers = style({ ...input, by: 'areas', ...shown }).layers.filter((layer): layer is FillLayerSpecification => layer.type === 'fill' && layer.source === 'data')
  const result: Record<string, string> = {}
  for (const layer of layers) {
    if (layer.filter && !featureFilter(layer.filter, layer.id).filter({ zoom: 9 }, feature)) continue
    if (layer.paint?.['fill-pattern']) {
      result[layer.id] = 'pattern'
      continue
    }
    const colour = normalizePropertyExpression(layer.paint?.['fill-color'] as never, layer.id, latest.paint_fill['fill-color'] as never).evaluate({ zoom: 9 }, feature as never) as unknown as { a: number; toString(): string }
    if (colour.a > 0) result[layer.id] = 'colour'
  }
  return result
}

describe('what is no number', () => {
  const rates = { rate: true, breaks: [1, 2, 5] }

  it('paints an area without a denominator unlike a rate of nought', () => {
    expect(drawn(rates, { id: 'Q1', count: 40 })).toEqual({ 'data-no-figure': 'pattern' })
    expect(drawn(rates, { id: 'Q2', count: 0, rate: 0 })).toEqual({})
    expect(drawn(rates, { id: 'Q3', count: 9, rate: 1.5 })).toEqual({ 'data-fill': 'colour' })
  })

  it('paints what was not received unlike both', () => {
    expect(drawn(rates, { id: 'Q1', count: 0, received: false })).toEqual({ 'data-none': 'pattern' })
    expect(drawn(rates, { id: 'Q1', count: 0, rate: 0, received: false })).toEqual({ 'data-none': 'pattern' })
    expect(drawn({}, { id: 'Q1', count: 0, received: false })).toEqual({ 'data-none': 'pattern' })
  })

  it('needs no rate where incidents are counted', () => {
    expect(drawn({}, { id: 'Q1', count: 40 })).toEqual({ 'data-fill': 'colour' })
    expect(drawn({}, { id: 'Q1', count: 0 })).toEqual({})
  })

  it('shows beneath hexagons the areas whose return is missing, asked with the same filters', () => {
    const shown = style({ ...input, query: { ...input.query, rate: 'km2', zeros: true } })
    expect(shown.sources.gaps).toMatchObject({ tiles: ['http://localhost:8080/tiles/areas-areas/{z}/{x}/{y}.mvt?from=2025-06-01&to=2025-07-01'] })
    const ids = shown.layers.map((layer) => layer.id)
    expect(ids.indexOf('gap-none')).toBeGreaterThan(ids.indexOf('land'))
    expect(ids.indexOf('gap-none')).toBeLessThan(ids.indexOf('data-fill'))
    expect(style({ ...input, by: 'areas' }).sources.gaps).toBeUndefined()
  })

  it('asks for no picture that cannot be drawn', () => {
    for (const mode of ['light', 'dark'] as const)
      for (const by of ['cells', 'areas'])
        for (const layer of style({ ...input, ...rates, mode, by }).layers) {
          const picture = layer.type === 'fill' ? layer.paint?.['fill-pattern'] : undefined
          if (picture !== undefined) expect(patternImage(String(picture)), String(picture)).toBeDefined()
        }
  })
})

describe('the ground', () => {
  it('asks for no counts before the question is known', () => {
    const shown = groundStyle(input)
    expect(validateStyleMin(shown)).toEqual([])
    expect(Object.keys(shown.sources)).toEqual(['land'])
    expect(Object.keys(groundStyle({ ...input, studyLayer: '' }).sources)).toEqual([])
  })

  it('is the same under counts and candidates', () => {
    const points = { type: 'FeatureCollection' as const, features: [] }
    const review = reviewStyle({ ...input, points })
    expect(validateStyleMin(review)).toEqual([])
    const land = (shown: typeof review) => shown.layers.filter((layer) => ['water', 'land', 'land-line'].includes(layer.id))
    expect(land(review)).toEqual(land(style(input)))
  })
})
