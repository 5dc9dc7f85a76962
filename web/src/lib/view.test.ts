import { expect, it } from 'vitest'

import { boxOf, viewOf, viewText } from './view'

it('writes where a map looks, and reads it again', () => {
  expect(viewOf(viewText(11.5, 52.63, -1.29))).toEqual({ zoom: 11.5, center: [-1.29, 52.63] })
})

it('looks nowhere for what is no place on earth', () => {
  for (const text of ['', 'x', '9/91/0', '9/0/181', '99/0/0', '9/1.2.3/0', '9/52', 'javascript:1']) expect(viewOf(text)).toBeUndefined()
})

it('takes a rectangle only whole', () => {
  expect(boxOf([1, 2, 3, 4])).toEqual([1, 2, 3, 4])
  expect(boxOf([1, 2, 3])).toBeUndefined()
  expect(boxOf(undefined)).toBeUndefined()
})
