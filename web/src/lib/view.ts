// Where a map looks, as text. Pure.

/** West, south, east, north. */
export type Box = [number, number, number, number]

/** 'zoom/lat/lon' of a map that stands still. */
export function viewText(zoom: number, lat: number, lon: number): string {
  return `${zoom.toFixed(2)}/${lat.toFixed(4)}/${lon.toFixed(4)}`
}

/** The way back; nothing where the text is of no place on earth. */
export function viewOf(text: string): { zoom: number; center: [number, number] } | undefined {
  if (!/^[\d.]+\/-?[\d.]+\/-?[\d.]+$/.test(text)) return undefined
  const [zoom = NaN, lat = NaN, lon = NaN] = text.split('/').map(Number)
  return zoom >= 0 && zoom <= 24 && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { zoom, center: [lon, lat] } : undefined
}

/** The rectangle of a layer, which comes as a list of numbers. */
export function boxOf(numbers: readonly number[] | undefined): Box | undefined {
  const [west, south, east, north] = numbers ?? []
  return west === undefined || south === undefined || east === undefined || north === undefined ? undefined : [west, south, east, north]
}
