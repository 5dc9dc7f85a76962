import { expect, it } from 'vitest'

import { classes, colours } from './legend'
import { RAMPS } from './tokens'

it('gives every class a colour and a label that leaves no value out', () => {
  expect(classes([1, 2, 5, 10, 20], 'light', true).map((c) => c.label)).toEqual(['1', '2 to 4', '5 to 9', '10 to 19', '20 or more'])
  expect(classes([0.5, 1.25], 'dark', false).map((c) => c.label)).toEqual(['0.5 to under 1.25', '1.25 or more'])
})

it('keeps both ends of the ramp when there are few classes', () => {
  expect(colours([1, 2], 'light')).toEqual([RAMPS.light[0], RAMPS.light[4]])
  expect(colours([1], 'dark')).toHaveLength(1)
  expect(colours([], 'dark')).toHaveLength(1)
})

it('has no class where there is no number', () => {
  expect(classes([], 'light', true)).toEqual([])
})
