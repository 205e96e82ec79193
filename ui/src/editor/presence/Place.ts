import * as Y from 'yjs'
import { equalBytes } from './equalBytes'

/** A place in one of the note's texts, as this window's document says now. */
export interface Place {
  text: Y.AbstractType<unknown>
  index: number
}

/** How long an old place stands in for one that cannot be resolved: two catch-ups of a busy stream. Milliseconds. */
export const STAND_IN_MS = 2000

/**
 * Where somebody is. A position may come before the words it points at; then the last good one stands in for a while,
 * and the position itself is kept until its words are here.
 */
export class Anchor {
  #bytes: Uint8Array | null = null
  #good: Uint8Array | null = null
  #lostAt: number | null = null

  /** Takes a new position. Says whether it is another one. */
  set(bytes: Uint8Array | null): boolean {
    if (equalBytes(bytes, this.#bytes)) return false
    this.#bytes = bytes
    if (bytes === null) this.#good = null
    return true
  }

  /** The place to paint at `now` (milliseconds, monotonic), or nothing for the moment. */
  place(doc: Y.Doc, now: number): Place | null {
    if (this.#bytes === null) return null
    const here = resolve(doc, this.#bytes)
    if (here !== null) {
      this.#good = this.#bytes
      this.#lostAt = null
      return here
    }
    this.#lostAt ??= now
    if (this.#good === null || now - this.#lostAt >= STAND_IN_MS) return null
    return resolve(doc, this.#good)
  }

  /** A position waits for its words, so time alone may change what `place` says. */
  get waiting(): boolean {
    return this.#lostAt !== null && this.#bytes !== null
  }
}

/** The place of an encoded Y.RelativePosition, or nothing while its words are not here, or if it is none. */
export function resolve(doc: Y.Doc, bytes: Uint8Array): Place | null {
  try {
    const place = Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(bytes), doc)
    return place === null ? null : { text: place.type, index: place.index }
  } catch {
    // Foreign bytes: whoever sent nonsense is not painted.
    return null
  }
}
