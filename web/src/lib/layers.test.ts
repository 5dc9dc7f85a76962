import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { describe, expect, it } from 'vitest'

import { dataUrl, style, type MapInput } from './layers'

const input: MapInput = {
  mode: 'light', origin: 'http://localhost:8080', by: 'cells', resolution: 8, query: 'from=2025-06-01&to=2025-07-01', rate: false,
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
