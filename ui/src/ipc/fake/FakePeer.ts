/** A second device: its own document, which hears of edits late and writes some of its own. */
import * as Y from 'yjs'
import type { PeerStatus, PersonHere, PersonState } from '../backend'

export interface PeerOptions {
  device: string
  person: string
  deviceName: string
  colour: number
}

export class FakePeer {
  readonly doc = new Y.Doc()
  readonly who: PeerOptions
  online = true
  state: PersonState = 'viewing'
  /** Has the note open, so that its face and caret are seen. */
  here = true
  needsNewer = false
  /** Null until this peer has said anything; else entries it lacks. */
  behind: number | null = 0
  /** Called with each edit of this peer. */
  onEdit: (update: Uint8Array) => void = () => {}
  onPresence: () => void = () => {}
  #caret: Y.RelativePosition | null = null
  #head: Y.RelativePosition | null = null

  constructor(who: PeerOptions) {
    this.who = who
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'network') this.onEdit(update)
    })
  }

  apply(update: Uint8Array): void {
    Y.applyUpdate(this.doc, update, 'network')
  }

  /** Puts the caret after a phrase, or selects it. */
  place(phrase: string, select = false): void {
    const from = indexOf(this.text, phrase)
    if (from < 0) return
    this.#mark(select ? from : from + phrase.length, from + phrase.length)
  }

  /** Types at the caret, one letter at a time. */
  async type(text: string, pauseMs: number): Promise<void> {
    this.state = 'editing'
    for (const letter of text) {
      const at = this.#index()
      if (at === null) return
      this.text.insert(at, letter)
      this.#mark(at + letter.length, at + letter.length)
      await new Promise(resolve => setTimeout(resolve, pauseMs))
    }
  }

  person(): PersonHere {
    return {
      ...this.who,
      clientId: this.doc.clientID,
      state: this.online ? this.state : 'offline',
      caret: this.#caret && Y.encodeRelativePosition(this.#caret),
      head: this.#head && Y.encodeRelativePosition(this.#head),
    }
  }

  status(): PeerStatus {
    const { device, person, deviceName } = this.who
    return {
      device,
      person,
      deviceName,
      online: this.online,
      behind: this.behind,
      needsNewer: this.needsNewer,
    }
  }

  get text(): Y.Text {
    return this.doc.getText('body')
  }

  #index(): number | null {
    if (this.#head === null) return null
    return Y.createAbsolutePositionFromRelativePosition(this.#head, this.doc)?.index ?? null
  }

  #mark(from: number, to: number): void {
    this.#caret = Y.createRelativePositionFromTypeIndex(this.text, from, from === to ? -1 : 0)
    this.#head = Y.createRelativePositionFromTypeIndex(this.text, to, -1)
    this.onPresence()
  }
}

/** The Y index of a phrase within one line; embeds count one. */
function indexOf(text: Y.Text, phrase: string): number {
  let flat = ''
  for (const { insert } of text.toDelta() as { insert: unknown }[])
    flat += typeof insert === 'string' ? insert : '\u0000'
  return flat.indexOf(phrase)
}
