import { expect, it } from 'vitest'

import { bandRows, namedRows, placeRows, weekTable } from './rows'

it('tells an area without a denominator from one with a rate of nought', () => {
  const rows = placeRows([{ area_code: 'Q1', area_name: 'Quay', count: 40, rate: null, denominator: null }, { area_code: 'Q2', area_name: '', count: 0, rate: 0, denominator: 9000 }], 'sq')
  expect(rows).toEqual([
    { place: 'sq:Q1', code: 'Q1', name: 'Quay', count: 40, rate: undefined, denominator: undefined },
    { place: 'sq:Q2', code: 'Q2', name: 'Q2', count: 0, rate: 0, denominator: 9000 },
  ])
})

it('names cells by their id', () => {
  expect(placeRows([{ cell: '881940acc7fffff', count: 3 }], 'cells')[0]).toMatchObject({ place: 'cell:881940acc7fffff', name: '881940acc7fffff', code: '' })
})

it('refuses a row of counts without a count, rather than take it for zero', () => {
  for (const count of [undefined, null, '7', Number.NaN]) expect(() => namedRows([{ month: '2025-01', count }], 'month')).toThrow(TypeError)
})

it('leaves a band open where nothing was expected', () => {
  expect(bandRows([{ month: '2025-01', count: 4, expected: null, low: null, high: null, signal: '' }])[0]).toEqual({
    month: '2025-01', count: 4, expected: undefined, low: undefined, high: undefined, signal: '',
  })
})

it('adds hours up to bands, and counts what has no hour beside them', () => {
  const week = weekTable([
    { weekday: 'mon', hour: 0, count: 1 }, { weekday: 'mon', hour: '2', count: 2 }, { weekday: 'mon', hour: 3, count: 5 }, { weekday: 'tue', hour: 'unknown', count: 7 },
  ])
  expect([...week.cells]).toEqual([['mon 0', 3], ['mon 3', 5]])
  expect([week.unknown, week.max]).toEqual([7, 5])
})
