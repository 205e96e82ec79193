import { TextSelection } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { describe, expect, it } from 'vitest'
import { blockId, storedNote, type TestBlock } from '../../../test/support/notes'
import { Peer, sync } from '../../../test/support/peer'
import { NoteDocument } from '../../sync/noteDocument'
import { schema } from '../schema/schema'

const { nodes, marks } = schema

function two(...blocks: TestBlock[]): [Peer, Peer] {
  const note = storedNote(...blocks)
  return [new Peer(10, note), new Peer(20, note)]
}

/** The blocks' texts, a bar between them. */
function texts(peer: Peer): string {
  const out: string[] = []
  peer.state.doc.forEach(block => out.push(block.textContent))
  return out.join('|')
}

describe('a well-formed note', () => {
  it('has the same numbers for positions of the view and indices of the text', () => {
    const [peer] = two('one', ['two', { kind: 'h1' }], ['', { v: 1, kind: 'divider' }], 'x')
    const { blocks } = peer.binding
    for (let at = 0; at <= peer.state.doc.content.size; at++) expect(blocks.toStored(at)).toBe(at)
  })
})

describe('Enter', () => {
  it('at the end of a heading leaves it what it was; what a peer appends stays in it', () => {
    const [a, b] = two(['Title', { kind: 'h1' }])
    a.edit(tr => tr.split(6, 1, [{ type: nodes.paragraph }]))
    b.edit(tr => tr.insertText('!', 6))
    sync(a, b)
    expect(texts(a)).toBe('Title!|')
    expect(a.state.doc.child(0).type).toBe(nodes.heading)
  })

  it('at the start leaves id and tick with the text', () => {
    const [a, b] = two('x', ['task', { kind: 'task' }])
    a.edit(tr => tr.split(4))
    b.edit(tr => tr.setNodeAttribute(3, 'checked', true))
    sync(a, b)
    expect(texts(a)).toBe('x||task')
    expect(a.state.doc.child(2).attrs).toMatchObject({ checked: true, id: blockId(1) })
    expect(a.state.doc.child(1).attrs.checked).toBe(false)
  })

  it('makes one transaction for the block and its id, and ids are never shared', () => {
    const [a] = two('word')
    let dispatched = 0
    const dispatch = a.view.dispatch.bind(a.view)
    a.view.dispatch = tr => {
      dispatched++
      dispatch(tr)
    }
    a.edit(tr => tr.split(3))
    expect(dispatched).toBe(1)
    const ids = [0, 1].map(i => a.state.doc.child(i).attrs.id as string)
    expect(ids[0]).toBe(blockId(0))
    expect(ids[1]).toBeTruthy()
    expect(ids[1]).not.toBe(ids[0])
  })
})

describe('at the same time', () => {
  it('a paragraph becomes a heading while a peer types in it', () => {
    const [a, b] = two('Title')
    a.edit(tr => tr.setNodeMarkup(0, nodes.heading, { ...tr.doc.child(0).attrs, level: 2 }))
    b.edit(tr => tr.insertText('NEW', 3))
    sync(a, b)
    expect(texts(a)).toBe('TiNEWtle')
    expect(a.state.doc.child(0).attrs.level).toBe(2)
  })

  it('a block moves, is ticked and is typed in: nothing is lost, the words stay where they were typed', () => {
    const [a, b] = two('x', ['milk', { kind: 'task' }], 'y')
    const milk = a.state.doc.child(1)
    a.edit(tr => tr.delete(3, 9).insert(6, milk))
    b.edit(tr => tr.setNodeAttribute(3, 'checked', true))
    b.edit(tr => tr.insertText('NEW', 6))
    sync(a, b)
    expect(texts(a)).toBe('x|NEW|y|milk')
    expect(a.state.doc.child(3).attrs).toMatchObject({ checked: true, id: blockId(1) })
  })

  it('two people move one block: two copies of one id, and a tick on one ticks both', () => {
    const [a, b] = two('x', ['m', { kind: 'task' }], 'y', 'z')
    for (const [peer, to] of [
      [a, 0],
      [b, 9],
    ] as const) {
      const block = peer.state.doc.child(1)
      peer.edit(tr => tr.delete(3, 6).insert(to, block))
    }
    sync(a, b)
    const copies: number[] = []
    a.state.doc.forEach((block, position) => {
      if (block.textContent === 'm') copies.push(position)
    })
    expect(copies).toHaveLength(2)
    a.edit(tr => tr.setNodeAttribute(copies[0] ?? 0, 'checked', true))
    sync(a, b)
    expect(b.state.doc.nodeAt(copies[1] ?? 0)?.attrs.checked).toBe(true)
  })

  it('two people fill an empty note: both words are whole', () => {
    const [a, b] = two('')
    for (const [peer, letter] of [
      [a, 'A'],
      [b, 'B'],
    ] as const) {
      for (let i = 0; i < 3; i++) peer.edit(tr => tr.insertText(letter, 1 + i))
    }
    sync(a, b)
    expect(['AAABBB', 'BBBAAA']).toContain(texts(a))
  })

  it('a change to a block arrives before the block', () => {
    const [a, b] = two('x')
    a.edit(tr => tr.split(2))
    a.edit(tr => tr.setNodeMarkup(3, nodes.heading, { ...tr.doc.child(1).attrs, level: 3 }))
    for (const update of a.outbox.splice(0).toReversed()) b.deliver(update)
    expect(b.state.doc.child(1).attrs.level).toBe(3)
  })
})

describe('following others', () => {
  it('leaves decorations and the caret with their words', () => {
    const [a, b] = two('hello world', 'second para', 'third')
    let set = DecorationSet.create(b.state.doc, [
      Decoration.inline(7, 12, {}),
      Decoration.inline(15, 20, {}),
      Decoration.inline(28, 31, {}),
    ])
    const dispatch = b.view.dispatch.bind(b.view)
    b.view.dispatch = tr => {
      set = set.map(tr.mapping, tr.doc)
      dispatch(tr)
    }
    b.edit(tr => tr.setSelection(TextSelection.create(tr.doc, 18)))
    a.edit(tr => tr.split(4))
    a.edit(tr => tr.setNodeMarkup(0, nodes.heading, { ...tr.doc.child(0).attrs, level: 1 }))
    a.edit(tr => tr.insertText('zz', 2))
    a.edit(tr => tr.addMark(1, 4, marks.bold.create()))
    a.edit(tr => tr.join(tr.doc.child(0).nodeSize + tr.doc.child(1).nodeSize))
    sync(a, b)
    const decorated = set.find().map(({ from, to }) => b.state.doc.textBetween(from, to))
    expect(decorated).toEqual(['world', 'econd', 'hir'])
    expect(b.state.doc.textBetween(0, b.state.selection.head).slice(-3)).toBe('eco')
  })

  it('keeps a selection to its own text when others write at its edges', () => {
    const [a, b] = two('one two three')
    b.edit(tr => tr.setSelection(TextSelection.create(tr.doc, 5, 8)))
    a.edit(tr => tr.insertText('>', 5))
    a.edit(tr => tr.insertText('<', 9))
    sync(a, b)
    const { from, to } = b.state.selection
    expect(b.state.doc.textBetween(from, to)).toBe('two')
  })

  it('emits nothing and is marked as not the person’s doing', () => {
    const [a, b] = two('text', ['bold', { kind: 'h1' }])
    a.edit(tr => tr.addMark(1, 5, marks.bold.create()))
    a.edit(tr => tr.split(3))
    let local = 0
    const dispatch = b.view.dispatch.bind(b.view)
    b.view.dispatch = tr => {
      const meta: unknown = tr.getMeta('y-sync$')
      if (!(meta as { isChangeOrigin?: boolean } | undefined)?.isChangeOrigin) local++
      dispatch(tr)
    }
    b.deliver(...a.outbox.splice(0))
    expect(local).toBe(0)
    expect(b.outbox).toEqual([])
  })

  it('compares with storage where somebody cut a character in two', () => {
    const note = storedNote('a😀b')
    const hostile = new NoteDocument(66)
    hostile.deliver([note])
    const peer = new Peer(10, note)
    Object.assign(peer.binding, { options: {} })
    const updates: Uint8Array[] = []
    hostile.doc.on('update', (update: Uint8Array) => updates.push(update))
    hostile.edit(() => hostile.body.insert(3, '!', {}))
    peer.deliver(...updates)
    expect(peer.binding.rebuilds).toBe(1)
    expect(texts(peer)).toBe(hostile.body.toString().replace('\u2029', ''))
  })
})

describe('undo', () => {
  it('takes back own edits only, and brings a deleted block back with its looks', () => {
    const [a, b] = two(['Title', { kind: 'h1' }], 'body')
    a.edit(tr => tr.setNodeAttribute(0, 'indent', 2))
    a.edit(tr => tr.delete(0, 7))
    b.edit(tr => tr.insertText('PEER', 9))
    sync(a, b)
    a.undo()
    sync(a, b)
    expect(texts(a)).toBe('Title|bPEERody')
    expect(a.state.doc.child(0).type).toBe(nodes.heading)
    expect(a.state.doc.child(0).attrs).toMatchObject({ indent: 2, id: blockId(0) })
  })

  it('of a new block keeps what a peer typed into it', () => {
    const [a, b] = two('x', 'y')
    a.edit(tr => tr.split(2))
    a.edit(tr => tr.insertText('mine', 4))
    sync(a, b)
    b.edit(tr => tr.insertText('PEER', 6))
    sync(a, b)
    a.undo()
    a.undo()
    sync(a, b)
    expect(texts(a)).toBe('x|PEER|y')
  })

  it('puts the caret back to where the change happened, with a peer’s words in between', () => {
    const [a, b] = two('one', 'two')
    a.edit(tr => tr.setSelection(TextSelection.create(tr.doc, 4)))
    a.edit(tr => tr.insertText('!', 4))
    b.edit(tr => tr.insertText('PEER', 1))
    sync(a, b)
    a.edit(tr => tr.setSelection(TextSelection.create(tr.doc, tr.doc.content.size - 1)))
    a.undo()
    expect(texts(a)).toBe('PEERone|two')
    expect(a.state.selection.head).toBe(8)
    a.redo()
    expect(a.state.selection.head).toBe(a.state.doc.content.size - 1)
  })
})
