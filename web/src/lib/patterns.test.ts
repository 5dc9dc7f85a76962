import { expect, it } from 'vitest'

import { patternId, patternImage, patternPath, patternSize, type PatternName } from './patterns'

const NAMES: PatternName[] = ['not-received', 'no-figure']

it('draws every pattern in the colours of its mode, see-through between the lines', () => {
  for (const name of NAMES)
    for (const [mode, ink] of [['light', [111, 106, 95, 255]], ['dark', [125, 135, 148, 255]]] as const) {
      const image = patternImage(patternId(name, mode))
      expect(image?.data).toHaveLength(4 * patternSize(name) ** 2)
      const pixels = Array.from({ length: patternSize(name) ** 2 }, (_, i) => [...(image?.data.slice(4 * i, 4 * i + 4) ?? [])])
      expect(new Set(pixels.map(String))).toEqual(new Set([String(ink), '0,0,0,0']))
    }
})

it('shows the same in the legend as on the map', () => {
  for (const name of NAMES) {
    const image = patternImage(patternId(name, 'light'))
    const drawn = [...patternPath(name).matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => Number(y) * patternSize(name) + Number(x))
    const inked = Array.from({ length: patternSize(name) ** 2 }, (_, i) => i).filter((i) => image?.data[4 * i + 3] === 255)
    expect(drawn).toEqual(inked)
  }
})

it('tells "not received" from "no figure"', () => {
  expect(patternPath('not-received')).not.toBe(patternPath('no-figure'))
})

it('knows no other picture', () => {
  expect(patternImage('marker-15')).toBeUndefined()
})
