// Classes, colours and their words. Pure; the same breaks give the same legend on every frame.

export type Mode = 'light' | 'dark'

/** Sequential ramps, single hue family, checked for contrast with the land they lie on; never red and green. */
export const RAMPS: Record<Mode, string[]> = {
  light: ['#d3dcf0', '#a5b8e0', '#7390cb', '#4566ab', '#1f3d7f'],
  dark: ['#274066', '#2f6491', '#3d8cb5', '#71b9d1', '#c8ecf0'],
}

export const LAND: Record<Mode, string> = { light: '#f4f1ea', dark: '#1d2229' }
export const WATER: Record<Mode, string> = { light: '#dde6ea', dark: '#12161b' }
export const LINE: Record<Mode, string> = { light: '#6f6a5f', dark: '#7d8794' }
export const TEXT: Record<Mode, string> = { light: '#25221c', dark: '#eef1f4' }
export const MARK: Record<Mode, string> = { light: '#b35806', dark: '#fdb863' }

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
  return colours(breaks, mode).map((colour, i) => {
    const low = breaks[i] as number
    const next = breaks[i + 1]
    if (next === undefined) return { colour, label: `${text(low)} or more` }
    if (!whole) return { colour, label: `${text(low)} to under ${text(next)}` }
    return { colour, label: next - 1 === low ? text(low) : `${text(low)} to ${text(next - 1)}` }
  })
}
