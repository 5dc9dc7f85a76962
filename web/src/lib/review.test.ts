import { describe, expect, it } from 'vitest'

import type { QueueItem } from '../api'
import { action, bounds, flagWords, points } from './review'

const candidate = (lon: number, lat: number) => ({ name: 'x', id: '', class: 'street', lon, lat, share: 0.4, radius_m: 50 })
const item: QueueItem = {
  id: 'a', sources: ['s'], text: 'Mill Lane', locality: '', postcode: '', records: 3, status: 'tied', confidence_msoa: 0.4, weight: 2, flags: [], nowhere_leads: true,
  candidates: [candidate(1.2, 52.6), candidate(1.4, 52.7)],
}

describe('review', () => {
  it('reads keys as candidates, nowhere, skip and undo', () => {
    expect(action('2', item)).toEqual({ do: 'choose', choice: '2' })
    expect(action('3', item)).toBeUndefined()
    expect(action('0', item)).toBeUndefined()
    expect(action('n', item)).toEqual({ do: 'choose', choice: 'n' })
    expect(action('s', item)).toEqual({ do: 'skip' })
    expect(action('u', undefined)).toEqual({ do: 'undo' })
    expect(action('1', undefined)).toBeUndefined()
  })

  it('numbers candidates and shows the point picked', () => {
    expect(points(item, [1.3, 52.65]).features.map((f) => f.properties.label)).toEqual(['1', '2', '+'])
    expect(points(undefined, undefined).features).toEqual([])
  })

  it('frames the candidates, with room round a single one', () => {
    const [west, south, east, north] = bounds(item.candidates) as [number, number, number, number]
    expect(west).toBeLessThan(1.2)
    expect(east).toBeGreaterThan(1.4)
    expect(south < 52.6 && north > 52.7).toBe(true)
    const one = bounds([candidate(1.2, 52.6)]) as [number, number, number, number]
    expect(one[2] - one[0]).toBeGreaterThan(0.01)
    expect(bounds([])).toBeUndefined()
  })

  it('says flags in words', () => {
    expect(flagWords(['zero_point', 'something_new'])).toBe('the coordinates were 0, 1 or 999999; something new')
  })
})
