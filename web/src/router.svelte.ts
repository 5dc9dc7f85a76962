// The address and the page: what a reader does goes into the history, what a page fills in by itself does not.
import { addressOf, placeOf, type Place } from './routes'
import type { Route } from './route'

/** A slider or a map that moves gives one step of the history, not fifty. */
const SETTLED_MS = 300
const DEEDS = ['pointerdown', 'keydown', 'wheel', 'input', 'change']

export class Router {
  here: Place = $state.raw(placeOf(location.hash))
  /** The last state of every page that was open. */
  #left: Record<string, string> = $state({})
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Whether the reader did anything since the page was opened. */
  #acted = false

  constructor() {
    this.#arrive()
  }

  /** The state of the page that is open. */
  get query(): string {
    return this.here.route ? this.here.query : ''
  }

  set query(query: string) {
    const { route } = this.here
    if (!route || query === this.query) return
    this.here = { route, query }
    this.#left[route.name] = query
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#write(), SETTLED_MS)
  }

  /** The state in which a page was left. */
  left(route: Route): string {
    return this.#left[route.name] ?? ''
  }

  /** Follows back, forward, links and addresses typed over the page; gives back what ends it. */
  listen(): () => void {
    const arrive = () => {
      this.here = placeOf(location.hash)
      this.#arrive()
    }
    const act = () => (this.#acted = true)
    addEventListener('hashchange', arrive)
    for (const deed of DEEDS) addEventListener(deed, act, { capture: true, passive: true })
    return () => {
      clearTimeout(this.#timer)
      removeEventListener('hashchange', arrive)
      for (const deed of DEEDS) removeEventListener(deed, act, { capture: true })
    }
  }

  #arrive() {
    clearTimeout(this.#timer)
    this.#acted = false
    const { route } = this.here
    if (!route) return
    this.#left[route.name] = this.query
    const address = addressOf(route, this.query)
    if (location.hash !== address) history.replaceState(null, '', address)
  }

  #write() {
    const { route } = this.here
    if (!route) return
    const address = addressOf(route, this.query)
    if (location.hash === address) return
    if (this.#acted) history.pushState(null, '', address)
    else history.replaceState(null, '', address)
  }
}
