/** Stored notes to begin tests with. */
import * as Y from 'yjs'
import type { BlockRecord } from '../../src/editor/schema/blockRecord'
import { NoteDocument } from '../../src/sync/noteDocument'
import type { Random } from './random'

const END = '\u2029'

/** A block of a test note: its text, or its text and record. `v: 1` makes it one without text. */
export type TestBlock = string | readonly [text: string, record: BlockRecord]

/** The id of the `i`th block of a test note. */
export function blockId(i: number): string {
  return `block-${String(i).padStart(6, '0')}`
}

/** A well-formed note as an update. */
export function storedNote(...blocks: TestBlock[]): Uint8Array {
  const note = new NoteDocument(1)
  note.doc.transact(() => {
    for (const [i, block] of blocks.entries()) {
      const [text, record] = typeof block === 'string' ? [block, {}] : block
      note.body.insertEmbed(note.body.length, { b: blockId(i), ...record }, {})
      if (record.v !== 1) note.body.insert(note.body.length, text + END, {})
    }
  })
  return Y.encodeStateAsUpdate(note.doc)
}

const RECORDS: BlockRecord[] = [
  {},
  { kind: 'h1' },
  { kind: 'h9' },
  { kind: 'callout', tone: 'red' },
  { kind: 'task', checked: 'yes' },
  { kind: 'image' },
  { kind: 'divider', v: 1 },
  { kind: 'image', v: 1, src: 3 },
  { kind: 'table', v: 1, ref: 'o1' },
  { indent: 99 },
  { indent: -1, foo: null, bar: [1] },
  { kind: 7 },
  { kind: 'code', lang: 4 },
]

const MARKS: BlockRecord[] = [
  {},
  { bold: true },
  { weird: { a: 1 } },
  { link: 'bad' },
  { bold: 'odd' },
  { link: { href: 'x', title: 't' } },
]

/** A note as nobody should write it: markers missing or doubled, kinds, marks, atoms and values nobody knows. */
export function malformedNote(random: Random): Uint8Array {
  const note = new NoteDocument(1)
  const { body, attrs } = note
  note.doc.transact(() => {
    for (let i = 0; i < 14; i++) {
      const dice = random.next()
      const at = body.length
      if (dice < 0.25) body.insert(at, random.pick(['alpha', 'b\nc', '😀x', ' ']), { ...random.pick(MARKS) })
      else if (dice < 0.45) body.insert(at, END, {})
      else if (dice < 0.8)
        body.insertEmbed(at, { b: random.pick(['k1', 'k2', 'k3', `k${i}`]), ...random.pick(RECORDS) }, {})
      else body.insertEmbed(at, random.pick<object>([{ i: 'mention', id: '1' }, { i: 'nope' }, { z: 1 }]), {})
    }
    attrs.set('k1/kind', 'h2')
    attrs.set('k2/indent', 2)
    attrs.set('k3/foo', { deep: 1 })
    attrs.set('nokey', 1)
    attrs.set('/x', 1)
    attrs.set('ghost/kind', 'h1')
  })
  return Y.encodeStateAsUpdate(note.doc)
}
