// What stands in the address of this page: the colours alone. The wording under review does not, as words that people
// wrote, or what they can be found again by, are nothing for a link or a browser's history. Pure.
import { themeOf, withTheme } from '../../lib/theme'
import type { Theme } from '../../lib/tokens'

export interface ReviewState {
  theme: Theme
}

export function read(query: string): ReviewState {
  return { theme: themeOf(query) }
}

export function write(state: ReviewState): string {
  return withTheme('', state.theme)
}
