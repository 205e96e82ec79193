import { Store } from '../../shared/store'

/** After so long without a letter nobody is writing any more; milliseconds. */
const REST_MS = 3000

/** Whether somebody writes here just now: then the chrome steps back. */
export class Writing {
  readonly now = new Store(false)
  #timer: ReturnType<typeof setTimeout> | undefined

  input(): void {
    this.now.set(true)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.stop(), REST_MS)
  }

  /** The pointer moved, or the note is gone. */
  stop(): void {
    clearTimeout(this.#timer)
    this.now.set(false)
  }
}
