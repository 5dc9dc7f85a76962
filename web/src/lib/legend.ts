// Classes, colours and their words. Pure; the same breaks give the same legend on every frame.

import { RAMPS, type Mode } from './tokens'

export interface LegendClass {
  colour: string
  label: string
}

/** Colours for breaks: with fewer classes the ends of the ramp are kept. */
export function colours(breaks: number[], mode: Mode): string[] {
  const ramp = RAMPS[mode]
  const last = ramp.length - 1
  if (breaks.length <= 1) return [ramp[2] as string]
  return breaks.map((_, i) => ramp[Math.round((i * last) / (breaks.length - 1))] as string)
}

/** The classes of a legend, from low to high. */
export function classes(breaks: number[], mode: Mode, whole: boolean): LegendClass[] {
  const text = (value: number) =>
    new Intl.NumberFormat('en-GB', whole ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 }).format(value)
  if (breaks.length === 0) return []
  return colours(breaks, mode).map((colour, i) => {
    const low = breaks[i] as number
    const next = breaks[i + 1]
    if (next === undefined) return { colour, label: `${text(low)} or more` }
    if (!whole) return { colour, label: `${text(low)} to under ${text(next)}` }
    return { colour, label: next - 1 === low ? text(low) : `${text(low)} to ${text(next - 1)}` }
  })
}
