import type { Node } from '@tiptap/pm/model'
import { Store } from '../../shared/store'

/** Counted when nobody has typed for so long: it takes milliseconds in a long note. */
const PAUSE_MS = 250

/** Letters and digits, with what joins them inside a word. */
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’\-.][\p{L}\p{M}\p{N}]+)*/gu

/** How many words the text has; the title is not counted. */
export class WordCount {
  readonly now = new Store(0)
  #timer: ReturnType<typeof setTimeout> | undefined
  #counted: Node | null = null

  count(doc: Node): void {
    if (doc === this.#counted) return
    this.#counted = doc
    this.now.set(wordsIn(doc.textBetween(0, doc.content.size, '\n', ' ')))
  }

  countSoon(doc: () => Node): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.count(doc()), PAUSE_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

/** Scripts without spaces count each run of letters, as most editors do. */
export function wordsIn(text: string): number {
  return text.match(WORD)?.length ?? 0
}
