// Every page there is. Navigation, titles and the router come from this table. Pure.
import { explore } from './pages/explore/route'
import { review } from './pages/review/route'
import type { Route } from './route'

export const routes: Route[] = [explore, review]
/** The page of an address that names none. */
export const home: Route = explore

/** Where an address leads: to a page and its state, or nowhere. */
export type Place = { route: Route; query: string } | { route: undefined; asked: string }

/** Reads `#NAME?STATE`. An address of before pages had names, `#by=...&...`, is one of Explore. */
export function placeOf(hash: string): Place {
  const text = hash.replace(/^#/, '')
  const [name = '', query = ''] = text.split(/\?(.*)/s)
  if (name === '') return { route: home, query }
  if (/[=&]/.test(name)) return { route: explore, query: text }
  const route = routes.find((one) => one.name === name)
  return route ? { route, query } : { route: undefined, asked: name }
}

export function addressOf(route: Route, query: string): string {
  return `#${route.name}${query ? `?${query}` : ''}`
}
