// Numbers as people read them. Pure.

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 })

export function count(value: number): string {
  return whole.format(value)
}

/** A rate with three significant digits, or that there is none. */
export function rate(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return 'no figure'
  return new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 }).format(value)
}

/** 'residents_10_to_24' to 'residents 10 to 24'. */
export function words(name: string): string {
  return name.replaceAll('_', ' ')
}

/** What of a period was not received, for a title; '' where everything was. */
export function gapWords(gaps: readonly string[]): string {
  const [first] = gaps
  if (first === undefined) return ''
  // Where it is from every district no district needs to be named.
  const words = `not received: ${first.replace(/ all$/, '')}`
  return gaps.length === 1 ? words : `${words} and ${gaps.length - 1} more`
}
