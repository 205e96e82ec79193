import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { blockId, storedNote } from '../../test/support/notes'
import { NoteDocument, SEEDED } from './noteDocument'

/** Characters with a star behind each bold one. */
function starred(text: Y.Text): string[] {
  const runs = text.toDelta() as { insert: string; attributes?: { bold?: boolean } }[]
  return runs.flatMap(run => [...run.insert].map(letter => letter + (run.attributes?.bold ? '*' : '')))
}

function formatted(): Uint8Array {
  const doc = new Y.Doc()
  const text = doc.getText('body')
  text.insert(0, 'plain ', {})
  text.insert(6, 'BOLD', { bold: true })
  text.insert(10, ' tail', {})
  return Y.encodeStateAsUpdate(doc)
}

/** How often deleting a range changes the marks of what stays. */
function faults(open: (update: Uint8Array) => Y.Text): number {
  const update = formatted()
  let wrong = 0
  for (let from = 6; from <= 13; from++) {
    for (let length = 1; from + length < 15; length++) {
      for (let warm = 6; warm <= 12; warm++) {
        const text = open(update)
        text.insert(warm, 'x')
        text.delete(warm, 1)
        const expected = starred(text).filter((_, i) => i < from || i >= from + length)
        text.delete(from, length)
        if (starred(text).join() !== expected.join()) wrong++
      }
    }
  }
  return wrong
}

describe('a note document', () => {
  it('deletes text without spreading formatting over what follows', () => {
    const open = (update: Uint8Array): Y.Text => {
      const note = new NoteDocument(2)
      note.deliver([update])
      return note.body
    }
    expect(faults(open)).toBe(0)
  })

  it('is needed: stock Yjs spreads formatting when a root is defined after the update', () => {
    const open = (update: Uint8Array): Y.Text => {
      const doc = new Y.Doc()
      Y.applyUpdate(doc, update)
      return doc.getText('body')
    }
    expect(faults(open)).toBeGreaterThan(0)
  })

  it('never cleans formatting up after a delivery: what it applies is what it holds', () => {
    const base = formatted()
    const author = new NoteDocument(3)
    author.deliver([base])
    const updates: Uint8Array[] = []
    author.doc.on('update', (update: Uint8Array) => updates.push(update))
    author.edit(() => author.body.format(2, 6, { bold: true }))
    author.edit(() => author.body.format(0, 4, { bold: true }))
    author.edit(() => author.body.delete(0, 3))

    const note = new NoteDocument(4)
    note.deliver([base])
    const emitted: unknown[] = []
    note.doc.on('update', (_: Uint8Array, origin: unknown) => emitted.push(origin))
    for (const update of updates.toReversed()) note.deliver([update])
    expect(emitted.every(origin => !note.isOwn(origin) && origin !== null)).toBe(true)
    expect(Y.equalSnapshots(Y.snapshot(note.doc), Y.snapshot(author.doc))).toBe(true)
  })

  it('keeps the client id it was given', () => {
    const note = new NoteDocument(2 ** 53 - 1)
    note.edit(() => note.body.insert(0, 'a', {}))
    expect(note.doc.clientID).toBe(2 ** 53 - 1)
    expect([...Y.decodeStateVector(Y.encodeStateVector(note.doc)).keys()]).toEqual([2 ** 53 - 1])
  })

  it('tells its own edits from everything else, transactions without origin included', () => {
    const note = new NoteDocument(1)
    const own: boolean[] = []
    note.doc.on('afterTransaction', (transaction: Y.Transaction) => own.push(note.isOwn(transaction.origin)))
    note.edit(() => note.title.insert(0, 'a'))
    note.undo.undo()
    note.doc.transact(() => note.title.insert(0, 'b'))
    note.deliver([formatted()])
    expect(own.filter(Boolean)).toHaveLength(2)
  })

  it('is blank until there is a letter, an atom, a block without text, or a title', () => {
    const blank = (change: (note: NoteDocument) => void): boolean => {
      const note = new NoteDocument(1)
      note.seed(blockId(0))
      note.edit(() => change(note))
      return note.isBlank()
    }
    expect(blank(() => {})).toBe(true)
    expect(blank(note => note.body.insert(2, '\u2029', {}))).toBe(true)
    expect(blank(note => note.attrs.set(`${blockId(0)}/kind`, 'h1'))).toBe(true)
    expect(blank(note => note.body.insert(1, 'a', {}))).toBe(false)
    expect(blank(note => note.body.insertEmbed(1, { i: 'mention' }, {}))).toBe(false)
    expect(blank(note => note.body.insertEmbed(0, { b: blockId(1), v: 1 }, {}))).toBe(false)
    expect(blank(note => note.title.insert(0, 'T'))).toBe(false)
  })

  it('seeds a new note with one start and one end, which undo never takes away', () => {
    const note = new NoteDocument(1)
    const origins: unknown[] = []
    note.doc.on('update', (_: Uint8Array, origin: unknown) => origins.push(origin))
    note.seed(blockId(0))
    expect(note.body.toDelta()).toEqual([{ insert: { b: blockId(0) } }, { insert: '\u2029' }])
    expect(origins).toEqual([SEEDED])
    expect(note.undo.canUndo()).toBe(false)
  })

  it('takes several updates as one change', () => {
    const note = new NoteDocument(5)
    let transactions = 0
    note.doc.on('afterTransaction', (transaction: Y.Transaction) => {
      if (transaction.changed.size > 0) transactions++
    })
    note.deliver([storedNote('a'), formatted()])
    expect(transactions).toBe(1)
  })
})
