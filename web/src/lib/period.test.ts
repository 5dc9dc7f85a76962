import { expect, it } from 'vitest'

import { addMonths, latestWindow, periodText, windowStarts } from './period'

it('adds months over the year', () => {
  expect(addMonths('2024-11', 3)).toBe('2025-02')
  expect(addMonths('2024-01', -1)).toBe('2023-12')
})

it('moves a window over the months, gaps included', () => {
  expect(windowStarts(['2024-01', '2024-02', '2024-05'], 3)).toEqual(['2024-01', '2024-02', '2024-03'])
  expect(windowStarts(['2024-01'], 12)).toEqual(['2024-01'])
  expect(windowStarts([], 1)).toEqual([])
  expect(latestWindow(['2014-01', '2025-09'])).toEqual({ from: '2024-10', to: '2025-10' })
})

it('says a period in words', () => {
  expect(periodText('2025-06', '2025-07')).toBe('June 2025')
  expect(periodText('2024-06', '2025-06')).toBe('June 2024 to May 2025')
})
