/**
 * What a screen reader is told by itself: one polite sentence at a time, at most one in five seconds. Of several that
 * come meanwhile the latest of each topic is kept, so that what is said is still true when it is said.
 */
const PAUSE_MS = 5000

export class Announcer {
  #say: (sentence: string) => void
  #waiting = new Map<string, string>()
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(say: (sentence: string) => void) {
    this.#say = say
  }

  announce(topic: string, sentence: string): void {
    this.#waiting.delete(topic)
    this.#waiting.set(topic, sentence)
    if (this.#timer === null) this.#next()
  }

  /** No longer true: not said, if it was not yet. */
  forget(topic: string): void {
    this.#waiting.delete(topic)
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#waiting.clear()
  }

  #next(): void {
    this.#timer = null
    const [first] = this.#waiting
    if (first === undefined) return
    this.#waiting.delete(first[0])
    this.#say(first[1])
    this.#timer = setTimeout(() => this.#next(), PAUSE_MS)
  }
}
