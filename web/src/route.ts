// What a page tells the shell about itself.
import type { Component } from 'svelte'

import type { Mode } from './lib/tokens'

export interface PageProps {
  /** The page's state as its address has it, without '#' and name. */
  query: string
  mode: Mode
}

export interface Route {
  /** In the address. */
  name: string
  /** In the navigation and the window's title. */
  title: string
  /** What the skip link leads to: the element `controls` of the page. */
  skip: string
  /** Loads the page; nothing of it is asked for before it is opened. */
  page: () => Promise<{ default: Component<PageProps, object, 'query'> }>
}
