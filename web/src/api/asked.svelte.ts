// One question of a view and its answer: a newer one stops the one before, and a failure leaves no old number standing.
import { shown, type Shown } from './problem'

/** What a view asked and was told; the words of a question stay with the numbers that answer it. */
export class Asked<Question, Answer> {
  /** The last question that was answered. */
  current: { question: Question; answer: Answer } | undefined = $state.raw()
  problem: Shown | undefined = $state.raw()
  #stop: AbortController | undefined

  /** @param failed Title of a failure that the server gave no words for. */
  constructor(readonly failed: string) {}

  /** Asks, and stops what was asked before; gives back what stops this one. */
  ask(question: Question, call: (signal: AbortSignal) => Promise<Answer>): () => void {
    this.#stop?.abort()
    const stop = new AbortController()
    this.#stop = stop
    call(stop.signal).then(
      (answer) => {
        if (stop.signal.aborted) return
        this.current = { question, answer }
        this.problem = undefined
      },
      (error: unknown) => {
        if (stop.signal.aborted) return
        this.current = undefined
        this.problem = shown(error, this.failed)
      },
    )
    return () => stop.abort()
  }

  /** Forgets the answer; what is under way goes nowhere. */
  clear(): void {
    this.#stop?.abort()
    this.current = undefined
    this.problem = undefined
  }
}
