import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { expect, it } from 'vitest'

import { flagsOf, GROUPS, groupsOf, hotOnly, methodWords, type Flags } from './evidence'
import { style } from './layers'

const ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
const feature = (name: string) => ({ type: 'Feature' as const, properties: { cell: name, class: name }, geometry: { type: 'Polygon' as const, coordinates: [ring] } })
const flags = {
  type: 'FeatureCollection' as const,
  features: ['new hot spot', 'persistent hot spot', 'persistent hot spot', 'new cold spot'].map(feature),
  summary: { method: { alpha: 0.05, tests: 75969, tests_of: 'cells x steps', exposure: 'residents' }, steps: ['a', 'b'] },
} as unknown as Flags

it('puts every hot class into one group', () => {
  const all = GROUPS.flatMap((group) => group.classes)
  expect(new Set(all).size).toBe(all.length)
  expect(all).toHaveLength(11)
})

it('leaves cold spots out and counts the rest', () => {
  const hot = hotOnly(flags)
  expect(hot.features).toHaveLength(3)
  expect(groupsOf(hot, 'light').map((group) => [group.name, group.cells])).toEqual([['new or growing', 1], ['persistent', 2]])
})

it('names exposure, rate and tests beside the legend', () => {
  expect(methodWords('emerging', flags)).toEqual(['Against: residents.', 'q ≤ 0.05 over 75,969 cells x steps.', '2 steps.'])
})

it('makes a valid style with flags', () => {
  const input = {
    mode: 'dark' as const, origin: 'http://localhost:8080', by: 'cells', resolution: 8, query: {}, rate: false, breaks: [1, 2], studyLayer: 'areas', chosen: '', flags,
  }
  expect(validateStyleMin(style(input))).toEqual([])
})

it('takes outlines from GeoJSON, and refuses an answer without them', () => {
  expect(flagsOf({ rows: [], ...flags })).toEqual(flags)
  const rows = { rows: [], summary: flags.summary }
  for (const features of [undefined, 'x', [{}], [{ type: 'Feature', properties: null, geometry: null }], [{ ...flags.features[0], geometry: { type: 'Point', coordinates: [0, 0] } }]])
    expect(() => flagsOf({ ...rows, features } as never)).toThrow(TypeError)
})
