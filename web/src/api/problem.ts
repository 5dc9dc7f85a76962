// What went wrong, in the server's words (problem+json, RFC 9457). Pure.

/** What a page shows of a problem. */
export interface Shown {
  title: string
  detail: string
  /** Values that would have been taken. */
  allowed: string[]
}

/** An answer that was refused, or never came. */
export class Refusal extends Error {
  constructor(readonly problem: Shown) {
    super(problem.detail)
  }
}

export const NO_ANSWER: Shown = {
  title: 'The server does not answer',
  detail: 'It may have been stopped; start it with “places serve” and try again.',
  allowed: [],
}

/** A problem from the body of an answer; one that is no problem+json gets words from its status. */
export function problemOf(body: unknown, status: number): Shown {
  const fields: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {}
  const text = (name: string, instead: string) => (typeof fields[name] === 'string' && fields[name] !== '' ? fields[name] : instead)
  return {
    title: text('title', `The server answered ${status}`),
    detail: text('detail', 'It gave no reason.'),
    allowed: Array.isArray(fields.allowed) ? fields.allowed.filter((value) => typeof value === 'string') : [],
  }
}

/** What any thrown thing shows as. */
export function shown(error: unknown, title: string): Shown {
  if (error instanceof Refusal) return error.problem
  return { title, detail: error instanceof Error ? error.message : '', allowed: [] }
}

const MOST = 12

/** The values that would have been taken, unless the detail names them already. */
export function allowedWords(problem: Shown): string {
  const { allowed, detail } = problem
  if (allowed.every((value) => detail.includes(value))) return ''
  const more = allowed.length > MOST ? ` and ${allowed.length - MOST} more` : ''
  return `${allowed.slice(0, MOST).join(', ')}${more}`
}
