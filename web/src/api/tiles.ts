// The addresses of tiles: a map fetches them itself, so that it gets addresses and not answers. Pure.
import type { paths } from './api.gen'
import { written, type Values } from './query'

const TILE = '/tiles/{set}/{z}/{x}/{y}.mvt' satisfies keyof paths

/** The address of a set's tiles, with the places of zoom, column and row left open for the map. */
export function tilesOf(base: string, set: string, query: Values = {}): string {
  const text = written(query).toString()
  return `${base}${TILE.replace('{set}', encodeURIComponent(set))}${text ? `?${text}` : ''}`
}
