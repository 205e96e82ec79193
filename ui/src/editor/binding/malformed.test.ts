import { Fragment, Slice } from '@tiptap/pm/model'
import { ReplaceAroundStep } from '@tiptap/pm/transform'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { blockId, storedNote, type TestBlock } from '../../../test/support/notes'
import { Peer, sync } from '../../../test/support/peer'
import { NoteDocument } from '../../sync/noteDocument'
import { schema } from '../schema/schema'

const { nodes } = schema

function two(...blocks: TestBlock[]): [Peer, Peer] {
  const note = storedNote(...blocks)
  return [new Peer(10, note), new Peer(20, note)]
}

/** A note written token by token. */
function raw(write: (body: Y.Text, attrs: Y.Map<unknown>) => void): Uint8Array {
  const note = new NoteDocument(1)
  note.doc.transact(() => write(note.body, note.attrs))
  return Y.encodeStateAsUpdate(note.doc)
}

/** The blocks' texts, a bar between them. */
function texts(peer: Peer): string {
  const out: string[] = []
  peer.state.doc.forEach(block => out.push(block.textContent))
  return out.join('|')
}

describe('what this version does not know', () => {
  it('survives editing around it, and moving, to the letter', () => {
    const note = raw(body => {
      body.insertEmbed(0, { b: blockId(0), kind: 'callout', tone: 'red', n: { deep: [1] } }, {})
      body.insert(1, 'warn\u2029', {})
      body.insertEmbed(6, { b: blockId(1), v: 1, kind: 'kanban', ref: 'o1' }, {})
      body.insertEmbed(7, { b: blockId(2), kind: 'task', checked: 'yes', indent: 99 }, {})
      body.insert(8, 'abc', { glow: { c: 1 }, bold: 'odd' })
      body.insertEmbed(11, { i: 'chip', k: 1 }, {})
      body.insert(12, '\u2029', {})
    })
    const peer = new Peer(10, note)
    peer.edit(tr => tr.insertText('X', 3))
    peer.edit(tr => tr.setNodeAttribute(0, 'indent', 1))
    for (const at of [0, 1, 2]) {
      const block = peer.state.doc.child(at)
      let position = 0
      for (let i = 0; i < at; i++) position += peer.state.doc.child(i).nodeSize
      peer.edit(tr => tr.delete(position, position + block.nodeSize).insert(0, block))
    }
    const stored = JSON.stringify(peer.note.body.toDelta())
    const kept = [
      '"tone":"red"',
      '"n":{"deep":[1]}',
      '"kind":"kanban"',
      '"ref":"o1"',
      '"checked":"yes"',
      '"indent":99',
    ]
    for (const piece of [...kept, '"glow":{"c":1}', '"bold":"odd"', '"i":"chip"'])
      expect(stored).toContain(piece)
  })

  it('is shown without being written: opening any of it emits nothing', () => {
    const note = raw((body, attrs) => {
      body.insert(0, 'orphan\u2029\u2029', { weird: [1, { x: 2 }] })
      body.insertEmbed(0, { b: '', kind: {} }, {})
      body.insertEmbed(0, { b: 'with/slash', v: 1 }, {})
      body.insertEmbed(0, { b: 5 }, {})
      body.insertEmbed(0, [1, 2], { link: null })
      attrs.set('with/slash/kind', 'h1')
      attrs.set('__proto__/kind', 'h1')
    })
    expect(() => new Peer(10, note)).not.toThrow()
  })

  it('never gives a value storage would refuse: the view gives way', () => {
    const [peer] = two(['text', { list: [1, 2] }])
    peer.edit(tr => tr.setNodeAttribute(0, 'x', { list: [3] }))
    expect(peer.state.doc.child(0).attrs.x).toEqual({ list: [1, 2] })
    expect(peer.note.attrs.size).toBe(0)
  })
})

describe('a malformed note', () => {
  it('with text before any start: a paragraph of its own, made explicit only when needed', () => {
    const peer = new Peer(
      10,
      raw(body => body.insert(0, 'orphan', {})),
    )
    peer.edit(tr => tr.insertText('!', 7))
    expect(peer.note.body.toDelta()).toEqual([{ insert: 'orphan!' }])
    peer.edit(tr => tr.split(3))
    peer.edit(tr => tr.setNodeMarkup(0, nodes.heading, { level: 1 }))
    peer.edit(tr => tr.delete(1, 3))
    expect(peer.state.doc.childCount).toBe(2)
  })

  it('with nothing in it takes Enter, typing and deleting everything', () => {
    const peer = new Peer(
      10,
      raw(() => {}),
    )
    peer.edit(tr => tr.split(1))
    peer.edit(tr => tr.insertText('a', 1))
    peer.edit(tr => tr.delete(1, tr.doc.content.size - 1))
    const [full] = two('abc', 'def')
    full.edit(tr => tr.delete(0, tr.doc.content.size))
    expect(full.state.doc.childCount).toBe(1)
  })

  it('never stores a block end or half a character that somebody typed', () => {
    const [a, b] = two('x')
    a.edit(tr => tr.insertText('p\u2029q\ud83d', 1))
    expect(texts(a)).toBe('p\nq\ufffdx')
    a.edit(tr => tr.insertText('😀', 2))
    a.edit(tr => tr.delete(3, 4))
    sync(a, b)
    expect(a.note.body.toString()).not.toMatch(/\p{Surrogate}/u)
    expect(texts(b)).toBe(texts(a))
  })
})

describe('steps of other shapes', () => {
  it('land exactly', () => {
    const [peer] = two('ab', 'cd')
    const wrap = new Slice(Fragment.from(nodes.paragraph.create()), 1, 0)
    const step = new ReplaceAroundStep(2, 8, 5, 7, wrap, 0)
    expect(step.apply(peer.state.doc).failed).toBeFalsy()
    peer.edit(tr => tr.step(step))
    expect(texts(peer)).toBe('acd')
  })
})
