import { expect, it } from 'vitest'

import { Asked } from './asked.svelte'
import { Refusal } from './problem'

/** A call that is answered by hand. */
function slow() {
  let give: (answer: number) => void = () => {}
  let fail: (error: unknown) => void = () => {}
  let signal: AbortSignal | undefined
  const promise = new Promise<number>((resolve, reject) => ([give, fail] = [resolve, reject]))
  return { call: (s: AbortSignal) => ((signal = s), promise), give: (n: number) => give(n), fail: (e: unknown) => fail(e), aborted: () => signal?.aborted }
}

const settled = () => new Promise((resolve) => setTimeout(resolve))

it('stops the request before a newer one, and never shows an answer that came late', async () => {
  const asked = new Asked<string, number>('It failed')
  const [first, second] = [slow(), slow()]
  asked.ask('first', first.call)
  asked.ask('second', second.call)
  expect([first.aborted(), second.aborted()]).toEqual([true, false])
  second.give(2)
  await settled()
  first.give(1)
  await settled()
  expect(asked.current).toEqual({ question: 'second', answer: 2 })
})

it('keeps the old answer under its own question until the next is there', async () => {
  const asked = new Asked<string, number>('It failed')
  const [first, second] = [slow(), slow()]
  asked.ask('first', first.call)
  first.give(1)
  await settled()
  asked.ask('second', second.call)
  expect(asked.current).toEqual({ question: 'first', answer: 1 })
})

it('clears the old answer when the next fails, and says why', async () => {
  const asked = new Asked<string, number>('It failed')
  const [first, second] = [slow(), slow()]
  asked.ask('first', first.call)
  first.give(1)
  await settled()
  asked.ask('second', second.call)
  second.fail(new Refusal({ title: 'A parameter is wrong', detail: 'no such source', allowed: ['a'] }))
  await settled()
  expect(asked.current).toBeUndefined()
  expect(asked.problem).toEqual({ title: 'A parameter is wrong', detail: 'no such source', allowed: ['a'] })
})

it('says nothing of a request that was stopped', async () => {
  const asked = new Asked<string, number>('It failed')
  const one = slow()
  asked.ask('one', one.call)()
  one.fail(new DOMException('stopped', 'AbortError'))
  await settled()
  expect(asked.problem).toBeUndefined()
})
