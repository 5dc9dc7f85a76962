import { describe, expect, it } from 'vitest'

import { withTheme } from './lib/theme'
import { addressOf, home, placeOf, routes } from './routes'

describe('the route table', () => {
  it('has every page folder, and each once', () => {
    const folders = Object.keys(import.meta.glob('./pages/*/route.ts')).map((path) => path.split('/')[2])
    expect(routes.map((route) => route.name).sort()).toEqual(folders.sort())
    expect(new Set(routes.map((route) => route.title)).size).toBe(routes.length)
  })

  it('has a state and tests in every page folder', () => {
    const files = Object.keys(import.meta.glob(['./pages/*/*.ts', './pages/*/*.mjs', './pages/*/*.svelte'])).map((path) => path.replace('./pages/', ''))
    for (const { name } of routes)
      for (const file of ['state.ts', 'state.test.ts', `${name}.e2e.mjs`]) expect(files).toContain(`${name}/${file}`)
  })

  it('finds a page again by its address', () => {
    for (const route of routes)
      for (const query of ['', 'theme=dark', 'place=cell%3A88194e6a1dfffff&at=9%2F52%2F1'])
        expect(placeOf(addressOf(route, query))).toEqual({ route, query })
  })
})

describe('an address', () => {
  it('of before pages had names opens Explore with its state', () => {
    const [explore, review] = routes
    expect(placeOf('#by=areas&rate=residents&from=2025-01')).toEqual({ route: explore, query: 'by=areas&rate=residents&from=2025-01' })
    expect(placeOf('#category=Drugs%3F&place=areas:Q1?')).toEqual({ route: explore, query: 'category=Drugs%3F&place=areas:Q1?' })
    expect(placeOf('#review')).toEqual({ route: review, query: '' })
    for (const hash of ['', '#']) expect(placeOf(hash)).toEqual({ route: home, query: '' })
  })

  it('of no page leads nowhere, and says what was asked', () => {
    for (const name of ['nonsense', 'Explore', 'explore/', 'constructor', '__proto__'])
      expect(placeOf(`#${name}?by=areas`)).toEqual({ route: undefined, asked: name })
  })
})

it('keeps a state when the colours change', () => {
  expect(withTheme('by=areas&theme=dark', 'light')).toBe('by=areas&theme=light')
  expect(withTheme('by=areas&theme=dark', 'auto')).toBe('by=areas')
})
