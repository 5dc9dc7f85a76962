// Numbers as people read them. Pure.

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 })

export function count(value: number): string {
  return whole.format(value)
}

/** A rate with three significant digits; a dash where there is none. */
export function rate(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  return new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 }).format(value)
}

/** 'residents_10_to_24' to 'residents 10 to 24'. */
export function words(name: string): string {
  return name.replaceAll('_', ' ')
}
