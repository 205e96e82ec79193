import type * as Y from 'yjs'
import type { PersonHere } from '../../ipc/backend'
import { Anchor, type Place } from './Place'
import { RemoteCaret } from './RemoteCaret'
import './presence.css'

/** One editable text on screen, as far as painting beside it needs to know. */
export interface Surface {
  text: Y.Text
  /** Edges of the caret's line at a Y index, in viewport pixels. */
  coordsAt(index: number): { left: number; top: number; bottom: number } | null
  /** The elements' range between two Y indices. */
  rangeOf(from: number, to: number): StaticRange | null
}

export interface RemotePeopleOptions {
  doc: Y.Doc
  surfaces: Surface[]
  /** An empty element over the text, positioned, that scrolls with it. */
  layer: HTMLElement
  /** The line one's own caret is on, in viewport pixels: no flag may cover it. */
  ownLine: () => { top: number; bottom: number } | null
}

interface Painted {
  person: PersonHere
  caret: Anchor
  head: Anchor
  drawn: RemoteCaret
}

/** How near the pointer must come to a caret to show whose it is; pixels. */
const HOVER_X = 6

/**
 * Paints other people's carets and selections. Reads the editor's layout, never writes its elements, and never scrolls
 * by itself. Everything is drawn once a frame, however much has happened.
 */
export class RemotePeople {
  readonly #options: RemotePeopleOptions
  readonly #painted = new Map<number, Painted>()
  readonly #highlights = new Set<string>()
  #frame = 0
  #recheck: ReturnType<typeof setTimeout> | undefined
  #resized: ResizeObserver | null = null

  constructor(options: RemotePeopleOptions) {
    this.#options = options
    options.layer.classList.add('presence-layer')
    options.layer.setAttribute('aria-hidden', 'true')
    if (typeof ResizeObserver !== 'undefined') {
      this.#resized = new ResizeObserver(() => this.repaint())
      this.#resized.observe(options.layer)
    }
  }

  /** Everybody who has the note open elsewhere, anew. */
  show(people: PersonHere[]): void {
    const gone = new Set(this.#painted.keys())
    for (const person of people) {
      gone.delete(person.clientId)
      this.#update(person, flagText(person, people))
    }
    for (const id of gone) {
      this.#painted.get(id)?.drawn.remove()
      this.#painted.delete(id)
    }
    this.repaint()
  }

  /** The text or its layout may have changed. */
  repaint(): void {
    if (this.#frame !== 0) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      this.#paint()
    })
  }

  /** Shows whose caret is under the pointer; viewport pixels. */
  hover(x: number, y: number): void {
    for (const { drawn } of this.#painted.values()) drawn.hovered(drawn.near(x, y, HOVER_X))
  }

  /** Brings somebody's caret into view, because the reader asked. Says whether there is one. */
  goTo(clientId: number): boolean {
    return this.#painted.get(clientId)?.drawn.bringIntoView() ?? false
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame)
    clearTimeout(this.#recheck)
    this.#resized?.disconnect()
    for (const { drawn } of this.#painted.values()) drawn.remove()
    for (const name of this.#highlights) CSS.highlights.delete(name)
    this.#painted.clear()
  }

  #update(person: PersonHere, flag: string): void {
    let painted = this.#painted.get(person.clientId)
    if (painted === undefined) {
      const drawn = new RemoteCaret(this.#options.layer)
      painted = { person, caret: new Anchor(), head: new Anchor(), drawn }
      this.#painted.set(person.clientId, painted)
    }
    painted.person = person
    painted.drawn.describe(person, flag)
    painted.caret.set(person.caret)
    // The head is the moving end: that one shows the flag.
    if (painted.head.set(person.head ?? person.caret) && person.state !== 'offline') painted.drawn.moved()
  }

  #paint(): void {
    const { doc, layer, ownLine } = this.#options
    const now = performance.now()
    const origin = layer.getBoundingClientRect()
    const own = ownLine()
    const ranges = new Map<string, StaticRange[]>()
    let waiting = false

    for (const { person, caret, head, drawn } of this.#painted.values()) {
      const at = head.place(doc, now)
      const from = caret.place(doc, now)
      waiting ||= head.waiting || caret.waiting
      const coords = at === null ? null : (this.#surface(at)?.coordsAt(at.index) ?? null)
      drawn.draw(coords, origin, own)
      const range = at === null || from === null ? null : this.#selection(from, at)
      if (range !== null && person.state !== 'offline') push(ranges, `person-${person.colour}`, range)
    }
    this.#highlight(ranges)
    // A stand-in must go when its time is over, also if nothing else happens.
    clearTimeout(this.#recheck)
    if (waiting) this.#recheck = setTimeout(() => this.repaint(), 500)
  }

  #surface(place: Place): Surface | undefined {
    return this.#options.surfaces.find(({ text }) => text === place.text)
  }

  #selection(a: Place, b: Place): StaticRange | null {
    // A selection lies in one text; with one end in the title and one in the body something is on its way.
    if (a.text !== b.text || a.index === b.index) return null
    return this.#surface(a)?.rangeOf(Math.min(a.index, b.index), Math.max(a.index, b.index)) ?? null
  }

  #highlight(ranges: Map<string, StaticRange[]>): void {
    if (typeof CSS === 'undefined' || !('highlights' in CSS)) return
    for (const name of this.#highlights) if (!ranges.has(name)) CSS.highlights.delete(name)
    for (const [name, list] of ranges) CSS.highlights.set(name, new Highlight(...list))
    this.#highlights.clear()
    for (const name of ranges.keys()) this.#highlights.add(name)
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

/** The person's name; with two devices of one person here, the device's. */
function flagText(person: PersonHere, people: PersonHere[]): string {
  const alone = people.filter(other => other.person === person.person).length === 1
  return (alone && person.person) || person.deviceName || person.person
}
