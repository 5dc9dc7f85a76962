// What the page shows, and its form in the URL. Pure: a pasted link gives the same page.

export type Page = 'explore' | 'review'
export type Theme = 'auto' | 'light' | 'dark'
export type View = 'map' | 'table'
/** What is drawn over the counts: nothing, hot-spot flags, classes of emerging hot spots. */
export type Evidence = '' | 'hot' | 'emerging'
export type Exposure = 'equal' | 'residents' | 'recorded'

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
const EXPOSURES: Exposure[] = ['equal', 'residents', 'recorded']
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/

/** Reads a URL's hash; what is not understood falls back to the initial value. */
export function fromHash(hash: string): ViewState {
  const read = new URLSearchParams(hash.replace(/^#/, ''))
  const text = (name: string) => read.get(name)?.slice(0, 200) ?? ''
  const month = (name: string) => (MONTH.test(text(name)) ? text(name) : '')
  const resolution = text('resolution') === 'zoom' ? 'zoom' : Number(text('resolution'))
  const theme = text('theme')
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
    theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
    at: /^[\d.]+\/-?[\d.]+\/-?[\d.]+$/.test(text('at')) ? text('at') : '',
  }
}

/** Writes a URL's hash; initial values are left out. */
export function toHash(state: ViewState): string {
  const written = new URLSearchParams()
  for (const key of Object.keys(initial) as (keyof ViewState)[]) {
    const value = state[key]
    const text = Array.isArray(value) ? value.join(',') : String(value)
    if (text !== String(initial[key])) written.set(key, text)
  }
  const text = written.toString()
  return text ? `#${text}` : ''
}

export interface QueryOptions {
  place?: boolean
  time?: boolean
}

/** The filters of a state as parameters of the API, without dimensions. */
export function filters(state: ViewState, options: QueryOptions = {}): URLSearchParams {
  const query = new URLSearchParams()
  const set = (name: string, value: string) => {
    if (value) query.set(name, value)
  }
  if (options.time !== false) {
    set('from', state.from && `${state.from}-01`)
    set('to', state.to && `${state.to}-01`)
  }
  set('definition', state.definition)
  set('category', state.category)
  set('source', state.source)
  set('weekday', state.weekdays.join(','))
  set('hours', state.hours)
  set('calendar', state.calendar)
  if (options.place && state.place) {
    const [layer = '', code = ''] = state.place.split(/:(.*)/s)
    if (layer === 'cell') set('cell', code)
    else set('in', state.place)
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

/** Which page an address opens. */
export function pageOf(hash: string): Page {
  return hash === '#review' ? 'review' : 'explore'
}
