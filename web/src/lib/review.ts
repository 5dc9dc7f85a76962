// What the review page shows, without touching the page: candidates as points, their rectangle, keys, words.
import type { FeatureCollection, Point } from 'geojson'

import type { QueueCandidate, QueueItem } from '../api'

export type PointCollection = FeatureCollection<Point, { label: string; best: boolean }>

/** Candidates as numbered points, and the point a person picked. */
export function points(item: QueueItem | undefined, picked: [number, number] | undefined): PointCollection {
  const features: PointCollection['features'] = (item?.candidates ?? []).map((candidate, i) => ({
    type: 'Feature',
    properties: { label: String(i + 1), best: i === 0 },
    geometry: { type: 'Point', coordinates: [candidate.lon, candidate.lat] },
  }))
  if (picked) features.push({ type: 'Feature', properties: { label: '+', best: false }, geometry: { type: 'Point', coordinates: picked } })
  return { type: 'FeatureCollection', features }
}

/** West, south, east, north of the candidates, never less than some streets wide; nothing where there is none. */
export function bounds(candidates: QueueCandidate[]): [number, number, number, number] | undefined {
  if (candidates.length === 0) return undefined
  const lons = candidates.map((c) => c.lon)
  const lats = candidates.map((c) => c.lat)
  const [west, east] = [Math.min(...lons), Math.max(...lons)]
  const [south, north] = [Math.min(...lats), Math.max(...lats)]
  const grow = Math.max(0.006, (east - west) * 0.1)
  return [west - grow, south - grow / 2, east + grow, north + grow / 2]
}

export type Action = { do: 'choose'; choice: string } | { do: 'skip' } | { do: 'undo' } | undefined

/** What a key means: 1 to 5 a candidate, n nowhere, s skip, u undo. */
export function action(key: string, item: QueueItem | undefined): Action {
  if (key === 'u') return { do: 'undo' }
  if (!item) return undefined
  if (key === 's') return { do: 'skip' }
  if (key === 'n') return { do: 'choose', choice: 'n' }
  const number = Number(key)
  return Number.isInteger(number) && number >= 1 && number <= item.candidates.length ? { do: 'choose', choice: key } : undefined
}

const FLAGS: Record<string, string> = {
  default_location: 'the coordinates are a default location',
  outside_area: 'outside the study area',
  postcode_conflict: 'the postcode and the words lie apart',
  possible_home_address: 'somebody’s home is mentioned',
  moving: 'a movement, not a place',
  zero_point: 'the coordinates were 0, 1 or 999999',
  impossible_point: 'the coordinates are impossible',
  possible_swap: 'the coordinates may be exchanged',
  street_unknown: 'a street that no gazetteer has there',
  locality_conflict: 'not in the town that is named',
  text_conflict: 'coordinates and words lie apart',
  terminated_postcode: 'the postcode is no longer in use',
  unknown_postcode: 'the postcode is not known',
  relative: 'beside something: outside, opposite, rear of',
  ambiguous: 'several places fit as well',
  two_places: 'two places are named',
  what3words: 'looks like what3words',
}

export function flagWords(flags: string[]): string {
  return flags.map((flag) => FLAGS[flag] ?? flag.replaceAll('_', ' ')).join('; ')
}
