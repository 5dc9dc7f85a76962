import { expect, it } from 'vitest'

import { allowedWords, NO_ANSWER, problemOf, Refusal, shown } from './problem'

it('takes title, detail and allowed values from problem+json', () => {
  const body = { type: 'urn:places:problem:x', title: 'A parameter is wrong', status: 400, detail: 'f is wrong', parameter: 'f', allowed: ['csv', 'json'] }
  expect(problemOf(body, 400)).toEqual({ title: 'A parameter is wrong', detail: 'f is wrong', allowed: ['csv', 'json'] })
})

it('says the status where the body is no problem', () => {
  for (const body of ['<html>', null, undefined, {}, { title: 7, detail: '' }])
    expect(problemOf(body, 502)).toEqual({ title: 'The server answered 502', detail: 'It gave no reason.', allowed: [] })
})

it('shows what was thrown, whatever it is', () => {
  expect(shown(new Refusal(NO_ANSWER), 'x')).toBe(NO_ANSWER)
  expect(shown(new Error('broken'), 'It failed')).toEqual({ title: 'It failed', detail: 'broken', allowed: [] })
  expect(shown('?', 'It failed')).toEqual({ title: 'It failed', detail: '', allowed: [] })
})

it('lists allowed values once, and not hundreds of them', () => {
  const problem = { title: '', detail: 'a is not known', allowed: Array.from({ length: 15 }, (_, i) => `v${i}`) }
  expect(allowedWords(problem)).toBe('v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11 and 3 more')
  expect(allowedWords({ ...problem, detail: 'known: v1, v2', allowed: ['v1', 'v2'] })).toBe('')
  expect(allowedWords({ ...problem, allowed: [] })).toBe('')
})
