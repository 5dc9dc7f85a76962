import { describe, expect, it } from 'vitest'

import { written } from '../../api/query'
import { filters, initial, placeDimension, read, write, type ViewState } from './state'

describe('the state in the URL', () => {
  it('comes back as it was written', () => {
    const state: ViewState = {
      ...initial, view: 'table', by: 'msoa21', resolution: 9, rate: 'residents', category: 'Violence and sexual offences',
      from: '2024-01', to: '2025-01', weekdays: ['fri', 'sat'], hours: '15-18,22-2', place: 'msoa21:E02005560', theme: 'dark',
      at: '11.5/52.63/-1.29',
    }
    expect(read(write(state))).toEqual(state)
    expect(write(initial)).toBe('')
    // A field that is not written would be lost from every link.
    const other = { view: 'table', resolution: 9, weekdays: ['mon'], evidence: 'hot', exposure: 'residents', from: '2024-01', to: '2024-02', theme: 'dark', at: '9.00/52.0000/1.0000' }
    for (const key of Object.keys(initial)) expect(write(Object.assign({ ...initial }, { [key]: other[key as keyof typeof other] ?? 'x' })), key).toContain(`${key}=`)
  })

  it('does not take what it does not understand', () => {
    expect(read('resolution=99&from=2024-13&weekdays=mon,x&view=<script>&theme=pink&at=javascript:1')).toEqual({
      ...initial, weekdays: ['mon'],
    })
  })
})

describe('the query of a state', () => {
  it('names the filters as the API does', () => {
    const state = { ...initial, from: '2024-01', to: '2024-04', weekdays: ['mon'], place: 'msoa21:E02005560' }
    expect(written(filters(state, { place: true })).toString()).toBe('from=2024-01-01&to=2024-04-01&weekday=mon&in=msoa21%3AE02005560')
    expect(filters({ ...state, place: 'cell:88194e6a1dfffff' }, { place: true }).cell).toBe('88194e6a1dfffff')
    expect(written(filters(state, { time: false })).has('from')).toBe(false)
  })

  it('follows the zoom where the resolution is not pinned', () => {
    expect(placeDimension({ ...initial, resolution: 'zoom' }, 12.7)).toBe('cell:9')
    expect(placeDimension({ ...initial, resolution: 'zoom' }, 6)).toBe('cell:7')
    expect(placeDimension({ ...initial, by: 'ward25' }, 12)).toBe('area:ward25')
  })
})
