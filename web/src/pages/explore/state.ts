// What the page shows, and its form in the address. Pure: a pasted link gives the same page.
import type { PlaceFilters } from '../../api'
import type { Evidence, Exposure } from '../../lib/evidence'
import { themeOf } from '../../lib/theme'
import type { Theme } from '../../lib/tokens'
import { viewOf } from '../../lib/view'

export type View = 'map' | 'table'

export interface ViewState {
  view: View
  /** 'cells' or the name of a layer. */
  by: string
  /** Resolution of cells, or 'zoom' to follow the map. */
  resolution: number | 'zoom'
  /** '' for counts, 'km2', or an indicator of the layer. */
  rate: string
  definition: string
  category: string
  source: string
  /** First month and first month after, 'YYYY-MM'; '' until the months are known. */
  from: string
  to: string
  weekdays: string[]
  /** Half-open spans as the API takes them, such as '15-18'. */
  hours: string
  calendar: string
  evidence: Evidence
  /** What hot spots are measured against. */
  exposure: Exposure
  /** 'cell:ID' or 'LAYER:CODE'; '' for none. */
  place: string
  theme: Theme
  /** zoom/lat/lon; '' for the whole study area. */
  at: string
}

export const initial: ViewState = {
  view: 'map',
  by: 'cells',
  resolution: 8,
  rate: '',
  definition: '',
  category: '',
  source: '',
  from: '',
  to: '',
  weekdays: [],
  hours: '',
  calendar: '',
  evidence: '',
  exposure: 'equal',
  place: '',
  theme: 'auto',
  at: '',
}

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const EVIDENCE: Evidence[] = ['hot', 'emerging']
const EXPOSURES: Exposure[] = ['equal', 'residents', 'ambient', 'recorded']
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/

/** Reads the state of an address; what is not understood falls back to the initial value. */
export function read(query: string): ViewState {
  const given = new URLSearchParams(query)
  const text = (name: string) => given.get(name)?.slice(0, 200) ?? ''
  const month = (name: string) => (MONTH.test(text(name)) ? text(name) : '')
  const resolution = text('resolution') === 'zoom' ? 'zoom' : Number(text('resolution'))
  return {
    view: text('view') === 'table' ? 'table' : 'map',
    by: text('by') || initial.by,
    resolution: resolution === 'zoom' || (resolution >= 7 && resolution <= 11) ? resolution : initial.resolution,
    rate: text('rate'),
    definition: text('definition'),
    category: text('category'),
    source: text('source'),
    from: month('from'),
    to: month('to'),
    weekdays: text('weekdays').split(',').filter((day) => WEEKDAYS.includes(day)),
    hours: text('hours'),
    calendar: text('calendar'),
    evidence: EVIDENCE.find((e) => e === text('evidence')) ?? '',
    exposure: EXPOSURES.find((e) => e === text('exposure')) ?? 'equal',
    place: text('place'),
    theme: themeOf(query),
    at: viewOf(text('at')) ? text('at') : '',
  }
}

const KEYS = ['view', 'by', 'resolution', 'rate', 'definition', 'category', 'source', 'from', 'to', 'weekdays', 'hours', 'calendar', 'evidence', 'exposure', 'place', 'theme', 'at'] as const satisfies (keyof ViewState)[]

/** Writes the state for an address; initial values are left out. */
export function write(state: ViewState): string {
  const written = new URLSearchParams()
  for (const key of KEYS) {
    const value = state[key]
    const text = Array.isArray(value) ? value.join(',') : String(value)
    if (text !== String(initial[key])) written.set(key, text)
  }
  return written.toString()
}

export interface QueryOptions {
  place?: boolean
  time?: boolean
}

/** The filters of a state as parameters of the API, without dimensions. */
export function filters(state: ViewState, options: QueryOptions = {}): PlaceFilters {
  const query: PlaceFilters = {}
  if (options.time !== false) {
    if (state.from) query.from = `${state.from}-01`
    if (state.to) query.to = `${state.to}-01`
  }
  if (state.definition) query.definition = state.definition
  if (state.category) query.category = state.category
  if (state.source) query.source = state.source
  if (state.weekdays.length) query.weekday = state.weekdays.join(',')
  if (state.hours) query.hours = state.hours
  if (state.calendar) query.calendar = state.calendar
  if (options.place && state.place) {
    const [layer = '', code = ''] = state.place.split(/:(.*)/s)
    if (layer === 'cell') query.cell = code
    else query.in = state.place
  }
  return query
}

/** The dimension of place that a state shows, at a map's zoom. */
export function placeDimension(state: ViewState, zoom: number): string {
  return state.by === 'cells' ? `cell:${resolutionAt(state, zoom)}` : `area:${state.by}`
}

export function resolutionAt(state: ViewState, zoom: number): number {
  if (state.resolution !== 'zoom') return state.resolution
  const steps: [number, number][] = [[15, 11], [14, 10], [12, 9], [10, 8]]
  return steps.find(([from]) => Math.floor(zoom) >= from)?.[1] ?? 7
}
