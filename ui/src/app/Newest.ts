import type { BackendEvent } from '../ipc/backend'

/**
 * Answers that an event may overtake. Answers and events come by ways of their own, so an answer may be the older of the
 * two; each event carries the whole state, and each change brings one.
 */
export class Newest {
  readonly #waiting = new Set<(event: BackendEvent) => void>()

  hear(event: BackendEvent): void {
    for (const listen of this.#waiting) listen(event)
  }

  /** The answer to a question, or what an event has said of the same since it was asked. */
  async of<T>(ask: () => Promise<T>, told: (event: BackendEvent) => T | undefined): Promise<T> {
    const heard: T[] = []
    const listen = (event: BackendEvent) => {
      const said = told(event)
      if (said !== undefined) heard.push(said)
    }
    this.#waiting.add(listen)
    try {
      const answer = await ask()
      return heard.at(-1) ?? answer
    } finally {
      this.#waiting.delete(listen)
    }
  }
}
