// The colours that a reader chose: in the address of every page, beside the page's own state. Pure.
import type { Theme } from './tokens'

export function themeOf(query: string): Theme {
  const text = new URLSearchParams(query).get('theme')
  return text === 'light' || text === 'dark' ? text : 'auto'
}

/** The same state in other colours; those of the system are not written. */
export function withTheme(query: string, theme: Theme): string {
  const written = new URLSearchParams(query)
  if (theme === 'auto') written.delete('theme')
  else written.set('theme', theme)
  return written.toString()
}
