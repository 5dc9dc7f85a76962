// The one client: made from the server's description, and the only place that fetches. Addresses are relative to the page.
import createClient, { type Middleware } from 'openapi-fetch'

import type { components, paths } from './api.gen'
import { NO_ANSWER, problemOf, Refusal } from './problem'

/** Where the page lies, without a last '/': behind a proxy that may be more than the origin. */
export function base(): string {
  return new URL('.', location.href).href.replace(/\/$/, '')
}

/** Asks for a change carry a header that only a page of this server can set. */
const ours: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('x-places', '1')
    return request
  },
}

type Client = ReturnType<typeof createClient<paths, 'application/json'>>

let made: Client | undefined

/** The client; made at the first call, so that files that only name types run without a page. */
export function client(): Client {
  if (!made) {
    made = createClient<paths, 'application/json'>({ baseUrl: base(), headers: { accept: 'application/json' } })
    made.use(ours)
  }
  return made
}

/** What a question becomes for whoever prefers not to wait; pages wait. */
type Job = components['schemas']['JobEntry']

function isAnswer<T>(data: T | undefined, response: Response): data is Exclude<T, Job> {
  return data !== undefined && response.status !== 202
}

/** The answer of a call; throws a `Refusal` with the server's words, or what aborted it. */
export async function answered<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<Exclude<T, Job>> {
  let given: Awaited<typeof call>
  try {
    given = await call
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Refusal(NO_ANSWER)
  }
  const { data, error, response } = given
  if (!isAnswer(data, response)) throw new Refusal(problemOf(error, response.status))
  return data
}
