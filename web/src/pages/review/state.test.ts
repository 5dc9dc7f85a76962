import { expect, it } from 'vitest'

import { read, write } from './state'

it('keeps the colours, and nothing else', () => {
  expect(write(read('theme=dark'))).toBe('theme=dark')
  expect(write(read('theme=pink&wording=Mill+Lane'))).toBe('')
})
