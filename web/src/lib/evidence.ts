// Flags and classes over the map: their groups, colours and words. Pure.
import type { Feature, FeatureCollection, Polygon } from 'geojson'
import type { ExpressionSpecification } from 'maplibre-gl'

import type { FlagsAnswer } from '../api'
import type { Mode } from './tokens'

/** What is drawn over the counts: nothing, hot-spot flags, classes of emerging hot spots. */
export type Evidence = '' | 'hot' | 'emerging'
/** What hot spots are measured against. */
export type Exposure = 'equal' | 'residents' | 'ambient' | 'recorded'

/** Flagged cells with their outlines, and how they were tested. */
export interface Flags extends FeatureCollection<Polygon, Record<string, unknown>> {
  summary: FlagsAnswer['summary']
}

/** The outlines of an answer that was asked for as GeoJSON. */
export function flagsOf(answer: FlagsAnswer): Flags {
  const features: unknown = 'features' in answer ? answer.features : undefined
  if (!Array.isArray(features) || !features.every(isOutline)) throw new TypeError('the answer has no outlines')
  return { type: 'FeatureCollection', features, summary: answer.summary }
}

function isOutline(value: unknown): value is Feature<Polygon, Record<string, unknown>> {
  const feature: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {}
  const geometry: Record<string, unknown> = typeof feature.geometry === 'object' && feature.geometry !== null ? { ...feature.geometry } : {}
  return feature.type === 'Feature' && typeof feature.properties === 'object' && feature.properties !== null && geometry.type === 'Polygon' && Array.isArray(geometry.coordinates)
}

export interface FlagGroup {
  name: string
  /** Classes in the group; empty for the plain flag. */
  classes: string[]
  colour: Record<Mode, string>
}

/** Purple and orange, so that nobody needs to tell red from green; all differ from the ramp of the counts. */
export const GROUPS: FlagGroup[] = [
  { name: 'new or growing', classes: ['new hot spot', 'consecutive hot spot', 'intensifying hot spot', 'emerging hot spot'], colour: { light: '#b35806', dark: '#fdb863' } },
  { name: 'persistent', classes: ['persistent hot spot'], colour: { light: '#542788', dark: '#c9b1ee' } },
  { name: 'on and off', classes: ['sporadic hot spot', 'oscillating hot spot', 'intermittent hot spot'], colour: { light: '#8a5fb5', dark: '#9f8fd6' } },
  { name: 'fading or past', classes: ['diminishing hot spot', 'historical hot spot', 'former hot spot'], colour: { light: '#6f6a5f', dark: '#a8b2bd' } },
]

/** The plain flag. */
export const HOT: Record<Mode, string> = { light: '#542788', dark: '#c9b1ee' }

/** Colour of a flagged cell: by its class where it has one. */
export function flagColour(mode: Mode): ExpressionSpecification | string {
  const name: ExpressionSpecification = ['coalesce', ['get', 'class'], '']
  return GROUPS.reduceRight<ExpressionSpecification | string>(
    (rest, group) => ['case', ['in', name, ['literal', group.classes]], group.colour[mode], rest],
    HOT[mode],
  )
}

/** Groups that occur, with their cells. */
export function groupsOf(flags: Flags, mode: Mode): { name: string; colour: string; cells: number }[] {
  const classes = flags.features.map((feature) => String(feature.properties.class ?? ''))
  return GROUPS.map((group) => ({
    name: group.name,
    colour: group.colour[mode],
    cells: classes.filter((name) => group.classes.includes(name)).length,
  })).filter((group) => group.cells > 0)
}

/** Only hot classes are drawn: a cold spot of sparse counts says little. */
export function hotOnly(flags: Flags): Flags {
  const hot = flags.features.filter((feature) => !String(feature.properties.class ?? '').endsWith('cold spot'))
  return { ...flags, features: hot }
}

const EXPOSURE: Record<Exposure, string> = {
  equal: 'every hexagon alike',
  residents: 'residents',
  ambient: 'people by day',
  recorded: 'all recorded incidents',
}

export function exposureWords(exposure: Exposure): string {
  return EXPOSURE[exposure]
}

/** Title, method and rate of false discoveries, for the legend. */
export function methodWords(evidence: Evidence, flags: Flags): string[] {
  const { method } = flags.summary
  const rate = `q ≤ ${method.alpha} over ${new Intl.NumberFormat('en-GB').format(method.tests)} ${method.tests_of}`
  const lines = [`Against: ${method.exposure}.`, `${rate}.`]
  if (evidence === 'emerging') lines.push(`${'steps' in flags.summary ? flags.summary.steps.length : 0} steps.`)
  return lines
}
