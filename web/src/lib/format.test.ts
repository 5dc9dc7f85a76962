import { expect, it } from 'vitest'

import { gapWords, rate } from './format'

it('says that there is no figure, and never in the words of a number', () => {
  expect([rate(null), rate(undefined), rate(Number.NaN), rate(0), rate(12.345)]).toEqual(['no figure', 'no figure', 'no figure', '0', '12.3'])
})

it('names what was not received', () => {
  expect(gapWords([])).toBe('')
  expect(gapWords(['police 2025-05 all'])).toBe('not received: police 2025-05')
  expect(gapWords(['police 2025-05 E07000148'])).toBe('not received: police 2025-05 E07000148')
  expect(gapWords(['police 2025-05 all', 'council 2025-06 all', 'council 2025-08 all'])).toBe('not received: police 2025-05 and 2 more')
})
