import type { Node } from '@tiptap/pm/model'
import * as Y from 'yjs'
import { NoteDocument } from '../../src/sync/noteDocument'
import { canonicalJson, storedJson } from '../support/canonical'
import { malformedNote, storedNote } from '../support/notes'
import { Peer } from '../support/peer'
import { Random } from '../support/random'
import { type Operation, operations, WEIGHTS } from './operations'

/** What a run has done and found. */
export class Tally {
  episodes = 0
  operations = 0
  mountedOperations = 0
  deliveries = 0
  quiescences = 0
  /** Characters typed that had never been typed before. */
  inserted = 0
  /** Of these, gone although nobody deleted them. */
  lost = 0
  divergences = 0
  malformedSeeds = 0
  caretChecks = 0
  readonly byOperation: Record<string, number> = {}
}

/** A finished note: every update that made it, in the order they were written, and what Yjs says it is. */
export interface Finished {
  seed: number
  /** Whether it began as a note that no editor makes. */
  malformed: boolean
  updates: Uint8Array[]
  canonical: string
}

export interface EpisodeOptions {
  /** Real editor views instead of headless ones. */
  mounted?: boolean
  /** Ends once the tally has this many operations. */
  until?: number
}

/** Private use characters: one for each character typed, so that each can be followed. */
const FIRST = 0xe000
const LAST = 0xf8ff
const FIRST_ASTRAL = 0xf0000

const bag = Object.entries(WEIGHTS).flatMap(([name, weight]) => Array<string>(weight).fill(name))
const REST = [
  'undo',
  'undo',
  'undo',
  'undo',
  'undo',
  'undo',
  'redo',
  'redo',
  'redo',
  'title',
  'title',
  'title',
]

/** One note, two to four people, three phases of writing with a quiet moment after each. Throws at the first fault. */
export class Episode {
  private readonly random: Random
  private readonly malformed: boolean
  private readonly peers: Peer[] = []
  /** What has not reached each peer yet. */
  private readonly inboxes: Uint8Array[][] = []
  private readonly updates: Uint8Array[]
  private readonly typed = new Set<string>()
  private readonly deleted = new Set<string>()
  private readonly operations: Record<string, Operation>
  private nextCharacter = 0
  /** What was being done, for the message of a fault. */
  private doing = 'mounting'

  constructor(
    private readonly seed: number,
    private readonly tally: Tally,
    private readonly options: EpisodeOptions = {},
  ) {
    this.random = new Random(seed)
    this.malformed = this.random.chance(0.3)
    if (this.malformed) tally.malformedSeeds++
    const note = this.malformed ? malformedNote(this.random) : this.wellFormed()
    this.updates = [note]
    const ids = this.random.shuffle([10, 20, 30, 40])
    const count = 2 + this.random.below(3)
    for (const clientId of ids.slice(0, count)) {
      // Never, or always: between the two the clock would decide, and a seed would not give the same run again.
      const captureTimeout = this.random.chance(0.5) ? 0 : Number.MAX_SAFE_INTEGER
      this.peers.push(new Peer(clientId, note, { captureTimeout, mounted: options.mounted }))
      this.inboxes.push([])
    }
    this.operations = operations(this.random, () => this.unique())
  }

  /** Runs to the end and gives the finished note. */
  run(): Finished {
    try {
      for (const character of this.peer(0).state.doc.textContent)
        if (isTracked(character)) this.typed.add(character)
      for (let phase = 0; phase < 3; phase++) this.phase(phase)
      this.tally.inserted += this.typed.size
      const canonical = canonicalJson(this.peer(0).note)
      return { seed: this.seed, malformed: this.malformed, updates: this.updates, canonical }
    } catch (error) {
      throw new Error(`seed ${this.seed}, ${this.doing}`, { cause: error })
    } finally {
      for (const peer of this.peers) peer.destroy()
      this.tally.episodes++
    }
  }

  private phase(phase: number): void {
    const partitioned = this.random.chance(0.4)
    const count = 25 + this.random.below(50)
    for (let i = 0; i < count && this.tally.operations < (this.options.until ?? Infinity); i++) {
      const who = this.random.below(this.peers.length)
      const what = this.random.chance(0.08) ? this.random.pick(REST) : this.random.pick(bag)
      this.doing = `phase ${phase}, ${i}: peer ${who} does ${what}`
      this.act(who, what)
      if (!partitioned) this.deliverSome()
    }
    this.deliverAll()
    this.doing = `phase ${phase}, quiet`
    this.compare()
  }

  private act(who: number, what: string): void {
    const peer = this.peer(who)
    const before = tracked(peer.state.doc)
    const shared = sharedIds(peer.state.doc)
    if (what === 'undo') peer.undo()
    else if (what === 'redo') peer.redo()
    else if (what === 'title') this.editTitle(peer)
    else {
      const { tr } = peer.state
      this.operations[what]?.(tr)
      if (!tr.docChanged && !tr.selectionSet) return
      if (this.random.chance(0.1)) peer.note.undo.stopCapturing()
      peer.edit(() => tr)
    }
    this.tally.operations++
    if (this.options.mounted) this.tally.mountedOperations++
    this.tally.byOperation[what] = (this.tally.byOperation[what] ?? 0) + 1
    if (what !== 'undo' && what !== 'redo' && sharedIds(peer.state.doc) > shared)
      throw new Error('two blocks share an id')
    const after = tracked(peer.state.doc)
    for (const character of after.keys()) this.typed.add(character)
    for (const [character, copies] of before)
      if ((after.get(character) ?? 0) < copies) this.deleted.add(character)
    for (const update of peer.outbox.splice(0)) {
      this.updates.push(update)
      for (const [i, inbox] of this.inboxes.entries()) if (i !== who) inbox.push(update)
    }
  }

  private editTitle(peer: Peer): void {
    const size = peer.titleView.state.doc.content.size
    const from = this.random.below(size + 1)
    const to = this.random.chance(0.4) ? Math.min(size, from + this.random.below(3)) : from
    const text = this.random.pick(['a', 'bc', '😀', 'x\ny', '\u2029', ''])
    if (text !== '' || to > from) peer.editTitle(tr => tr.insertText(text, from, to))
  }

  private deliverSome(): void {
    for (const i of this.inboxes.keys())
      while (this.inbox(i).length > 0 && this.random.chance(0.55)) this.deliver(i)
  }

  private deliverAll(): void {
    while (this.inboxes.some(inbox => inbox.length > 0)) {
      const i = this.random.below(this.peers.length)
      if (this.inbox(i).length > 0) this.deliver(i)
    }
  }

  /** Out of order, some twice, some several at once, some merged into one update. */
  private deliver(to: number): void {
    const inbox = this.inbox(to)
    const first = this.random.chance(0.6) ? 0 : this.random.below(inbox.length)
    const count = this.random.chance(0.15) ? 1 + this.random.below(8) : 1
    const batch = this.random.chance(0.08) ? inbox.slice(first, first + count) : inbox.splice(first, count)
    this.doing = `${this.doing.split(' / ')[0]} / delivery to ${to}`
    this.tally.deliveries++
    const updates = this.random.chance(0.5) ? batch : [Y.mergeUpdates(batch)]
    this.withCaretCheck(this.peer(to), () => this.peer(to).deliver(...updates))
  }

  /** The caret stays behind the character it followed, unless that character went. */
  private withCaretCheck(peer: Peer, deliver: () => void): void {
    const { selection } = peer.state
    const spot = selection.empty && selection.$head.parent.isTextblock ? peer.binding.spot() : null
    deliver()
    const item = spot?.head.item
    if (!spot || (item && Y.getItem(peer.note.doc.store, item).deleted)) return
    const place = Y.createAbsolutePositionFromRelativePosition(spot.head, peer.note.doc)
    if (!place) return
    const want = peer.binding.blocks.toShown(place.index, -1)
    // Between two blocks there is no caret; then the nearest text has it.
    if (!peer.state.doc.resolve(want).parent.isTextblock) return
    this.tally.caretChecks++
    const { head } = peer.state.selection
    if (head !== want) throw new Error(`the caret went to ${head}, its left neighbour to ${want}`)
  }

  private compare(): void {
    this.tally.quiescences++
    const first = this.peer(0)
    const stored = storedJson(first.note)
    for (const peer of this.peers) {
      if (storedJson(peer.note) !== stored || !peer.state.doc.eq(first.state.doc)) {
        this.tally.divergences++
        throw new Error('two documents differ although both have everything')
      }
    }
    const present = tracked(first.state.doc)
    for (const character of this.typed) {
      if (this.deleted.has(character) || present.has(character)) continue
      this.tally.lost++
      throw new Error(`the character ${character.codePointAt(0)?.toString(16)} is gone; nobody deleted it`)
    }
  }

  private wellFormed(): Uint8Array {
    const text = (): string => Array.from({ length: 6 }, () => this.unique()).join('')
    return storedNote('', text(), [text(), { kind: 'h1' }], [text(), { kind: 'task' }], text())
  }

  private unique(): string {
    const at = this.nextCharacter++
    const astral = this.random.chance(0.05) || FIRST + at > LAST
    return String.fromCodePoint((astral ? FIRST_ASTRAL : FIRST) + at)
  }

  private peer(i: number): Peer {
    const peer = this.peers[i]
    if (!peer) throw new RangeError(`there is no peer ${i}`)
    return peer
  }

  private inbox(i: number): Uint8Array[] {
    const inbox = this.inboxes[i]
    if (!inbox) throw new RangeError(`there is no peer ${i}`)
    return inbox
  }
}

/** Replays updates without an editor; the same note must come out. */
export function canonicalOf(updates: readonly Uint8Array[]): string {
  const note = new NoteDocument(2)
  note.deliver(updates)
  const canonical = canonicalJson(note)
  note.destroy()
  return canonical
}

function isTracked(character: string): boolean {
  const point = character.codePointAt(0) ?? 0
  return (point >= FIRST && point <= LAST) || point >= FIRST_ASTRAL
}

/** How often each tracked character stands in a document. */
function tracked(doc: Node): Map<string, number> {
  const counts = new Map<string, number>()
  for (const character of doc.textContent)
    if (isTracked(character)) counts.set(character, (counts.get(character) ?? 0) + 1)
  return counts
}

/** How many blocks carry an id that another block has: only undo, and others at the same time, may add to them. */
function sharedIds(doc: Node): number {
  const ids = new Set<string>()
  let shared = 0
  doc.forEach(({ attrs }) => {
    const id = attrs.id as string | null
    if (id !== null && ids.has(id)) shared++
    else if (id !== null) ids.add(id)
  })
  return shared
}
