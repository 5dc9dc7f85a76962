// What is drawn where there is no number: one picture for the map and the legend. Pure.
import { LINE, type Mode } from './tokens'

export type PatternName = 'not-received' | 'no-figure'

/** Pictures that repeat, a character a pixel. Neither looks like zero, which is bare land, nor like the other. */
const ART: Record<PatternName, string[]> = {
  'not-received': [
    '#..........#',
    '.#........#.',
    '..#......#..',
    '...#....#...',
    '....#..#....',
    '.....##.....',
    '.....##.....',
    '....#..#....',
    '...#....#...',
    '..#......#..',
    '.#........#.',
    '#..........#',
  ],
  'no-figure': [
    '......',
    '####..',
    '......',
    '......',
    '#..###',
    '......',
  ],
}

/** Name of a pattern in a style: the mode is part of it, so that a change of colours asks for another picture. */
export function patternId(name: PatternName, mode: Mode): string {
  return `${name}-${mode}`
}

/** Pixels across. */
export function patternSize(name: PatternName): number {
  return ART[name].length
}

/** The picture that a style asks for, see-through between its lines; nothing where the name is of no pattern. */
export function patternImage(id: string): { width: number; height: number; data: Uint8ClampedArray } | undefined {
  const found = (['light', 'dark'] as const)
    .flatMap((mode) => (['not-received', 'no-figure'] as const).map((name) => ({ name, mode })))
    .find(({ name, mode }) => patternId(name, mode) === id)
  if (!found) return undefined
  const size = patternSize(found.name)
  const data = new Uint8ClampedArray(size * size * 4)
  for (const { x, y } of inked(found.name)) data.set([...rgb(LINE[found.mode]), 255], (y * size + x) * 4)
  return { width: size, height: size, data }
}

/** The same picture as the path of an SVG pattern. */
export function patternPath(name: PatternName): string {
  return inked(name).map(({ x, y }) => `M${x} ${y}h1v1h-1z`).join('')
}

function inked(name: PatternName): { x: number; y: number }[] {
  return ART[name].flatMap((line, y) => [...line].flatMap((pixel, x) => (pixel === '#' ? [{ x, y }] : [])))
}

function rgb(hex: string): [number, number, number] {
  const number = Number.parseInt(hex.slice(1), 16)
  return [number >> 16, (number >> 8) & 255, number & 255]
}
