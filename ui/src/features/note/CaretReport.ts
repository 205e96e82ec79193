import { equalBytes } from '../../editor/presence/equalBytes'

/** Least time between two reports, the first at once and the last always; milliseconds. Rust thins them out further. */
const PAUSE_MS = 50

type Send = (caret: Uint8Array | null, head: Uint8Array | null) => Promise<void>

/** Tells where this window's caret is, if it is somewhere else than told last. */
export class CaretReport {
  readonly #send: Send
  #told: [Uint8Array | null, Uint8Array | null] = [null, null]
  #next: [Uint8Array | null, Uint8Array | null] | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(send: Send) {
    this.#send = send
  }

  /** The caret is at `head`; the selection began at `caret`. Nothing and nothing when it is in no text. */
  moved(caret: Uint8Array | null, head: Uint8Array | null): void {
    this.#next = [caret, equalBytes(caret, head) ? null : head]
    if (this.#timer === undefined) this.#tell()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#next = null
  }

  #tell(): void {
    this.#timer = undefined
    const next = this.#next
    this.#next = null
    if (next === null || (equalBytes(next[0], this.#told[0]) && equalBytes(next[1], this.#told[1]))) return
    this.#told = next
    this.#timer = setTimeout(() => this.#tell(), PAUSE_MS)
    // A caret that could not be told is told with the next move; words never hang on it.
    this.#send(...next).catch(() => {})
  }
}
