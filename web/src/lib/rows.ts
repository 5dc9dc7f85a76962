// Rows of answers, which the description has as maps: every field is looked at before it is used. Pure.

export type Row = Readonly<Record<string, unknown>>

/** A number, or nothing where a row has none. */
export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** The count of a row; one without a count is no row of counts. */
export function countOf(row: Row): number {
  const count = number(row.count)
  if (count === undefined) throw new TypeError('a row of counts has no count')
  return count
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** A cell or an area with its numbers. */
export interface PlaceRow {
  /** 'cell:ID' or 'LAYER:CODE'. */
  place: string
  /** Code of the area, '' of a cell. */
  code: string
  name: string
  count: number
  rate: number | undefined
  denominator: number | undefined
}

/** Rows by place, of cells or of a layer. */
export function placeRows(rows: readonly Row[], by: string): PlaceRow[] {
  return rows.map((row) => {
    const code = by === 'cells' ? '' : text(row.area_code)
    const id = by === 'cells' ? text(row.cell) : code
    return {
      place: `${by === 'cells' ? 'cell' : by}:${id}`,
      code,
      name: text(row.area_name) || id,
      count: countOf(row),
      rate: number(row.rate),
      denominator: number(row.denominator),
    }
  })
}

/** Counts under the names of one dimension, such as months or categories. */
export function namedRows(rows: readonly Row[], dimension: string): { name: string; count: number }[] {
  return rows.map((row) => ({ name: text(row[dimension]), count: countOf(row) }))
}

/** A month with what was expected of it; a month without enough before it has no band. */
export interface BandRow {
  month: string
  count: number
  expected: number | undefined
  low: number | undefined
  high: number | undefined
  signal: string
}

export function bandRows(rows: readonly Row[]): BandRow[] {
  return rows.map((row) => ({
    month: text(row.month),
    count: countOf(row),
    expected: number(row.expected),
    low: number(row.low),
    high: number(row.high),
    signal: text(row.signal),
  }))
}

export interface WeekTable {
  /** Counts under 'DAY BAND', a band being the first of three hours. */
  cells: Map<string, number>
  /** Records without an hour. */
  unknown: number
  max: number
}

/** Weekday by bands of three hours. */
export function weekTable(rows: readonly Row[]): WeekTable {
  const cells = new Map<string, number>()
  let unknown = 0
  for (const row of rows) {
    const hour = text(row.hour)
    if (hour === '' || hour === 'unknown') {
      unknown += countOf(row)
      continue
    }
    const key = `${text(row.weekday)} ${Math.floor(Number(hour) / 3) * 3}`
    cells.set(key, (cells.get(key) ?? 0) + countOf(row))
  }
  return { cells, unknown, max: Math.max(1, ...cells.values()) }
}
