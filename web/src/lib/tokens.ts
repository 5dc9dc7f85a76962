// Colours of the map, by mode; the page's own stand in app.css.

export type Mode = 'light' | 'dark'
export type Theme = 'auto' | Mode

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
