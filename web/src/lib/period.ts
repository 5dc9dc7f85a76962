// Months as 'YYYY-MM', and windows of them for the slider. Pure.

export function monthNumber(month: string): number {
  const [year = 0, of = 1] = month.split('-').map(Number)
  return year * 12 + of - 1
}

export function monthText(number: number): string {
  const year = Math.floor(number / 12)
  return `${String(year).padStart(4, '0')}-${String((number % 12) + 1).padStart(2, '0')}`
}

export function addMonths(month: string, more: number): string {
  return monthText(monthNumber(month) + more)
}

export function monthsBetween(from: string, to: string): number {
  return monthNumber(to) - monthNumber(from)
}

/** First starts of windows of a length over the months received, from first to last. */
export function windowStarts(months: string[], length: number): string[] {
  const first = months[0]
  const last = months.at(-1)
  if (!first || !last) return []
  const latest = Math.max(monthNumber(first), monthNumber(last) + 1 - length)
  return Array.from({ length: latest - monthNumber(first) + 1 }, (_, i) => addMonths(first, i))
}

/** The latest window of up to a year. */
export function latestWindow(months: string[]): { from: string; to: string } {
  const last = months.at(-1)
  const first = months[0]
  if (!first || !last) return { from: '', to: '' }
  const to = addMonths(last, 1)
  const from = addMonths(to, -12)
  return { from: from < first ? first : from, to }
}

/** 'June 2025', or 'June 2024 to May 2025'; the end is the first month after. */
export function periodText(from: string, to: string): string {
  if (!from || !to) return 'all months'
  const name = (month: string) =>
    new Date(`${month}-15T12:00:00Z`).toLocaleDateString('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })
  const last = addMonths(to, -1)
  return last === from ? name(from) : `${name(from)} to ${name(last)}`
}
