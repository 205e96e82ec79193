import { NodeSelection } from '@tiptap/pm/state'
import { afterEach, describe, expect, it } from 'vitest'
import { Desk } from '../../test/support/desk'
import { blockId, type TestBlock } from '../../test/support/notes'

let desk: Desk

function note(...blocks: TestBlock[]): Desk {
  desk = new Desk(blocks)
  return desk
}

/** A block of a kind, with more of its record. */
function block(text: string, kind: string, more = {}): TestBlock {
  return [text, { kind, ...more }]
}

afterEach(() => desk.destroy())

describe('Enter', () => {
  it.each<[string, TestBlock, number, string]>([
    ['divides a paragraph', 'abcd', 2, 'paragraph:ab\nparagraph:|cd'],
    ['makes a paragraph below', 'ab', -1, 'paragraph:ab\nparagraph:|'],
    ['makes a paragraph above a heading it stands before', block('T', 'h1'), 0, 'paragraph:\nheading1:|T'],
    ['leaves a heading for a paragraph', block('T', 'h2'), -1, 'heading2:T\nparagraph:|'],
    ['divides a heading into two', block('Tx', 'h2'), 1, 'heading2:T\nheading2:|x'],
    ['goes on with a list', block('a', 'bullet', { indent: 1 }), -1, 'bullet>1:a\nbullet>1:|'],
    ['never copies a tick', block('ab', 'task', { checked: true }), 1, 'task!:a\ntask:|b'],
    ['steps an empty item out', block('', 'ordered', { indent: 1 }), 0, 'ordered:|'],
    ['makes a paragraph of an empty item', block('', 'task'), 0, 'paragraph:|'],
    ['steps out of a quotation', ['', { quote: 2 }], 0, 'paragraph"1:|'],
    ['goes on with a quotation', ['a', { quote: 1 }], -1, 'paragraph"1:a\nparagraph"1:|'],
    ['is a line in code, indented like the last', block('  a', 'code'), -1, 'codeBlock:  a\n  |'],
  ])('%s', (_, stored, offset, expected) => {
    note(stored).caret(0, offset).press('Enter')
    expect(desk.text).toBe(expected)
  })

  it('on an empty last line leaves code', () => {
    note(block('a', 'code')).caret(0, -1)
    desk.press('Enter')
    desk.press('Enter')
    expect(desk.text).toBe('codeBlock:a\nparagraph:|')
  })

  it('before a ticked task keeps id and tick with the words', () => {
    note(block('milk', 'task', { checked: true }))
      .caret(0, 0)
      .press('Enter')
    expect(desk.text).toBe('task:\ntask!:|milk')
    expect(desk.state.doc.child(1).attrs.id).toBe(blockId(0))
  })

  it('with a selection takes it away first', () => {
    note('abcd').caret(0, 1, 3).press('Enter')
    expect(desk.text).toBe('paragraph:a\nparagraph:|d')
  })

  it('with Shift breaks the line, with Mod ticks a task and leaves code', () => {
    note(block('ab', 'bullet')).caret(0, 1).press('Shift-Enter')
    expect(desk.text).toBe('bullet:a\n|b')
    desk.destroy()
    note(block('a', 'task')).caret(0, 0).press('Mod-Enter')
    expect(desk.text).toBe('task!:|a')
    desk.destroy()
    note(block('a', 'code'), 'b').caret(0, 0).press('Mod-Enter')
    expect(desk.text).toBe('codeBlock:a\nparagraph:|\nparagraph:b')
  })
})

describe('Backspace at the start', () => {
  it('steps out, leaves the list, then the quotation, then joins', () => {
    note('ab', block('cd', 'bullet', { indent: 1, quote: 1 })).caret(1, 0)
    const seen = [0, 1, 2, 3].map(() => {
      desk.press('Backspace')
      return desk.text.replace('paragraph:ab\n', '')
    })
    expect(seen).toEqual(['bullet"1:|cd', 'paragraph"1:|cd', 'paragraph:|cd', 'paragraph:ab|cd'])
  })

  it('makes a paragraph of a heading before it joins', () => {
    note('ab', block('cd', 'h1')).caret(1, 0).press('Backspace')
    expect(desk.text).toBe('paragraph:ab\nparagraph:|cd')
  })

  it('takes an empty block above away and keeps what the text is', () => {
    note(block('', 'h1'), 'cd').caret(1, 0).press('Backspace')
    expect(desk.text).toBe('paragraph:|cd')
    expect(desk.state.doc.child(0).attrs.id).toBe(blockId(1))
  })

  it('takes a divider away', () => {
    note('a', ['', { kind: 'divider', v: 1 }], 'b')
      .caret(2, 0)
      .press('Backspace')
    expect(desk.text).toBe('paragraph:a\nparagraph:|b')
  })

  it.each([
    ['with text', block('warn', 'callout')],
    ['without text', ['', { kind: 'kanban', v: 1 }] as const],
  ])('selects an unknown block %s before it could be lost', (_, unknown) => {
    note(unknown, 'b').caret(1, 0).press('Backspace')
    expect(desk.state.selection).toBeInstanceOf(NodeSelection)
    expect(desk.state.doc.childCount).toBe(2)
  })

  it('goes up to the title from the first block', () => {
    note('a').caret(0, 0)
    expect(desk.press('Backspace')).toBe(true)
    expect(desk.text).toBe('paragraph:|a')
    expect(document.activeElement).toBe(desk.editor.titleView.dom)
  })
})

describe('Delete at the end', () => {
  it('joins the next block', () => {
    note('ab', block('cd', 'h1')).caret(0, -1).press('Delete')
    expect(desk.text).toBe('paragraph:ab|cd')
  })

  it('of an empty block keeps what comes next as it is', () => {
    note('', block('cd', 'h1')).caret(0, 0).press('Delete')
    expect(desk.text).toBe('heading1:|cd')
  })
})

describe('Tab', () => {
  it('moves an item and what hangs below it in, never deeper than below the block above', () => {
    note(block('a', 'bullet'), block('b', 'bullet'), block('c', 'bullet', { indent: 1 })).caret(1, 0)
    desk.press('Tab')
    desk.press('Tab')
    expect(desk.text).toBe('bullet:a\nbullet>1:|b\nbullet>2:c')
    desk.press('Shift-Tab')
    expect(desk.text).toBe('bullet:a\nbullet:|b\nbullet>1:c')
  })

  it('is a tab in code', () => {
    note(block('a', 'code')).caret(0, 0).press('Tab')
    expect(desk.text).toBe('codeBlock:\t|a')
  })

  it('leaves the editor after Escape, in both directions, and only then', () => {
    note(block('a', 'bullet')).caret(0, 0)
    expect(desk.press('Tab')).toBe(true)
    desk.press('Escape')
    expect(desk.press('Tab')).toBe(false)
    desk.press('Escape')
    desk.press('Shift')
    expect(desk.press('Shift-Tab')).toBe(false)
    desk.press('Escape')
    desk.press('Enter')
    expect(desk.press('Tab')).toBe(true)
  })
})

describe('blocks', () => {
  it('move up and down with Alt and the arrows, selection and id with them', () => {
    note('a', 'bc', 'd').caret(1, 1).press('Alt-ArrowUp')
    expect(desk.text).toBe('paragraph:b|c\nparagraph:a\nparagraph:d')
    expect(desk.state.doc.child(0).attrs.id).toBe(blockId(1))
    desk.press('Alt-ArrowDown')
    desk.press('Alt-ArrowDown')
    expect(desk.text).toBe('paragraph:a\nparagraph:d\nparagraph:b|c')
    expect(desk.press('Alt-ArrowDown')).toBe(true)
  })

  it('are duplicated with Mod-d, under another id', () => {
    note(block('a', 'task', { checked: true }), 'b')
      .caret(0, 1)
      .press('Mod-d')
    expect(desk.text).toBe('task!:a\ntask!:a|\nparagraph:b')
    const ids = [0, 1].map(i => desk.state.doc.child(i).attrs.id as string)
    expect(ids[0]).toBe(blockId(0))
    expect(new Set(ids).size).toBe(2)
  })

  it.each([
    ['Mod-Alt-1', 'heading1'],
    ['Mod-Alt-2', 'heading2'],
    ['Mod-Alt-3', 'heading3'],
    ['Mod-Shift-7', 'ordered'],
    ['Mod-Shift-8', 'bullet'],
    ['Mod-Shift-9', 'task'],
  ])('become something else with %s, and paragraphs again', (key, kind) => {
    note('a', 'b').caret(0, 0)
    const { doc, tr, selection } = desk.state
    desk.view.dispatch(
      tr.setSelection(Object.getPrototypeOf(selection).constructor.create(doc, 1, doc.content.size - 1)),
    )
    desk.press(key)
    expect(desk.text).toBe(`${kind}:a\n${kind}:b`)
    desk.press(key)
    expect(desk.text).toBe('paragraph:a\nparagraph:b')
  })

  it('keep what nobody here understands when they become something else', () => {
    note(['a', { tone: 'red' }])
      .caret(0, 0)
      .press('Mod-Alt-1')
    expect(desk.state.doc.child(0).attrs.x).toEqual({ tone: 'red' })
    expect(desk.note.attrs.toJSON()).toEqual({ [`${blockId(0)}/kind`]: 'h1' })
  })
})

describe('marks', () => {
  it.each([
    ['Mod-b', 'bold'],
    ['Mod-i', 'italic'],
    ['Mod-u', 'underline'],
    ['Mod-e', 'code'],
    ['Mod-Shift-x', 'strike'],
  ])('%s is %s, and not in code', (key, mark) => {
    note('abc', block('code', 'code')).caret(0, 1, 2).press(key)
    expect(desk.note.body.toDelta()[2]).toEqual({ insert: 'b', attributes: { [mark]: true } })
    desk.caret(1, 0, 2)
    expect(desk.press(key)).toBe(true)
    expect(
      desk.state.doc.rangeHasMark(
        desk.blockStart(1),
        desk.state.doc.content.size,
        desk.state.schema.marks[mark]!,
      ),
    ).toBe(false)
  })
})

describe('the end of the note', () => {
  it('has a way on below code and dividers', () => {
    note(['', { kind: 'divider', v: 1 }])
    desk.view.dispatch(desk.state.tr.setSelection(NodeSelection.create(desk.state.doc, 0)))
    desk.press('ArrowDown')
    expect(desk.text).toBe('divider:\nparagraph:|')
  })
})

describe('undo', () => {
  it('takes back a structural change alone, and gives it again', () => {
    note('ab').caret(0, -1).type('c')
    desk.press('Enter')
    desk.type('d')
    desk.press('Mod-z')
    expect(desk.text).toBe('paragraph:abc\nparagraph:|')
    desk.press('Mod-z')
    expect(desk.text).toBe('paragraph:abc|')
    desk.press('Mod-Shift-z')
    expect(desk.text).toBe('paragraph:abc\nparagraph:|')
  })
})
