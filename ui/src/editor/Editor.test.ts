import { TextSelection } from '@tiptap/pm/state'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { Desk } from '../../test/support/desk'
import { blockId, type TestBlock } from '../../test/support/notes'
import { NoteDocument } from '../sync/noteDocument'
import { setLink } from './commands/marks'
import { schema } from './schema/schema'

let desk: Desk

function note(...blocks: TestBlock[]): Desk {
  desk = new Desk(blocks)
  return desk
}

/** What somebody else does to the note of `desk`, as an update. */
function foreign(change: (note: NoteDocument) => void): Uint8Array {
  const other = new NoteDocument(77)
  other.deliver([Y.encodeStateAsUpdate(desk.note.doc)])
  const updates: Uint8Array[] = []
  other.doc.on('update', (update: Uint8Array) => updates.push(update))
  other.edit(() => change(other))
  return Y.mergeUpdates(updates)
}

afterEach(() => {
  vi.useRealTimers()
  desk.destroy()
})

describe('for people who hear the note', () => {
  it('both editors say what they are', () => {
    const { view, titleView } = note('a').editor
    expect(view.dom.getAttribute('role')).toBe('textbox')
    expect(view.dom.getAttribute('aria-multiline')).toBe('true')
    expect(view.dom.getAttribute('aria-label')).toBe('Note')
    expect(view.dom.getAttribute('aria-readonly')).toBe('false')
    expect(view.dom.getAttribute('spellcheck')).toBe('true')
    expect(titleView.dom.getAttribute('aria-multiline')).toBe('false')
    expect(titleView.dom.getAttribute('aria-label')).toBe('Title')
  })

  it('headings are headings, quotations quotations, code is not spell-checked', () => {
    const { dom } = note(['A', { kind: 'h1' }], ['B', { kind: 'h3', quote: 2 }], ['c', { kind: 'code' }]).view
    expect(dom.querySelector('h1')?.textContent).toBe('A')
    expect(dom.querySelector('blockquote[data-quote="2"] > h3')?.textContent).toBe('B')
    expect(dom.querySelector('pre')?.getAttribute('spellcheck')).toBe('false')
  })

  it('list items say their level, their place and how many there are', () => {
    const item = (text: string, kind: string, indent = 0): TestBlock => [text, { kind, indent }]
    const { dom } = note(
      item('a', 'ordered'),
      item('b', 'bullet', 1),
      ['more of b', { indent: 2 }],
      item('c', 'ordered'),
      'text',
      item('d', 'ordered'),
    ).view
    const told = [...dom.querySelectorAll('[role=listitem]')].map(line =>
      ['aria-level', 'aria-posinset', 'aria-setsize', 'data-number']
        .map(name => line.getAttribute(name))
        .join(' '),
    )
    expect(told).toEqual(['1 1 2 1', '2 1 1 ', '1 2 2 2', '1 1 1 1'])
    const parents = [...dom.querySelectorAll('[role=listitem]')].map(line =>
      line.parentElement?.getAttribute('role'),
    )
    expect(new Set(parents)).toEqual(new Set(['list']))
  })

  it('places are counted again when somebody else adds an item, and only then', () => {
    const { dom } = note(['a', { kind: 'ordered' }], ['b', { kind: 'ordered' }]).view
    const lines = () => [...dom.querySelectorAll('[role=listitem]')]
    const [first] = lines()
    desk.note.deliver([
      foreign(other => {
        other.body.insertEmbed(0, { b: blockId(9), kind: 'ordered' }, {})
        other.body.insert(1, 'new\u2029', {})
      }),
    ])
    expect(lines().map(line => line.getAttribute('data-number'))).toEqual(['1', '2', '3'])
    expect(lines()[1]).toBe(first)
  })
})

describe('a task', () => {
  it('is ticked with a click, and with one undo unticked; its element stays', () => {
    note(['milk', { kind: 'task' }])
    const box = desk.view.dom.querySelector('input')
    expect(box?.tabIndex).toBe(-1)
    box?.click()
    desk.check()
    expect(desk.note.attrs.toJSON()).toEqual({ [`${blockId(0)}/checked`]: true })
    expect(desk.view.dom.querySelector('input')).toBe(box)
    expect(box?.checked).toBe(true)
    desk.editor.undo()
    expect(box?.checked).toBe(false)
  })
})

describe('what this version does not know', () => {
  it('is shown, named, and cannot be edited in place', () => {
    const { dom } = note(['careful', { kind: 'callout' }], ['', { kind: 'kanban', v: 1 }]).view
    const [callout, board] = dom.querySelectorAll<HTMLElement>('[data-unknown]')
    expect(callout?.contentEditable).toBe('false')
    expect(callout?.textContent).toContain('careful')
    expect(callout?.getAttribute('aria-label')).toBe('Made by a newer version: callout')
    expect(board?.getAttribute('aria-label')).toBe('Made by a newer version: kanban')
  })
})

describe('links', () => {
  it('open on Mod+click only, only as addresses that may be opened, and never by themselves', () => {
    note('see here')
    const range = { from: 5, to: 9, href: null }
    setLink(range, 'https://example.org')(desk.state, tr => desk.view.dispatch(tr))
    const anchor = desk.view.dom.querySelector('a')
    const click = (init: MouseEventInit): MouseEvent => {
      const event = new MouseEvent('click', { bubbles: true, cancelable: true, ...init })
      anchor?.dispatchEvent(event)
      desk.view.someProp('handleClick', handle => handle(desk.view, 6, event))
      return event
    }
    expect(click({}).defaultPrevented).toBe(true)
    expect(desk.opened).toEqual([])
    click({ ctrlKey: true })
    expect(desk.opened).toEqual(['https://example.org'])
  })

  it('of other kinds are shown without an address', () => {
    note('text')
    desk.note.deliver([foreign(other => other.body.format(1, 4, { link: { href: 'javascript:alert(1)' } }))])
    expect(desk.view.dom.querySelector('a')?.hasAttribute('href')).toBe(false)
    expect(setLink({ from: 1, to: 3, href: null }, 'file:///etc/passwd')(desk.state)).toBe(false)
  })

  it('are asked for with Mod-k, for the word the caret is in', () => {
    note('see here').caret(0, 6)
    desk.press('Mod-k')
    const request = desk.onEditLink.mock.calls[0]?.[0] as {
      href: string | null
      apply(href: string): boolean
    }
    expect(request.href).toBeNull()
    expect(request.apply('ftp://x')).toBe(false)
    expect(request.apply('https://a.org')).toBe(true)
    expect(desk.note.body.toDelta()[2]).toEqual({
      insert: 'here',
      attributes: { link: { href: 'https://a.org' } },
    })
  })
})

describe('the title', () => {
  it('is one line, whatever is pasted, and its own text of the note', () => {
    note('a')
    const { titleView } = desk.editor
    titleView.pasteText(' My\n  day ', new Event('paste') as ClipboardEvent)
    expect(desk.note.title.toString()).toBe('My day')
    titleView.dispatch(titleView.state.tr.insertText('x\ny', 0))
    expect(desk.note.title.toString()).toBe('x yMy day')
    expect(titleView.state.doc.textContent).toBe('x yMy day')
  })

  it('merges what two people write into it', () => {
    note('a')
    const { titleView } = desk.editor
    titleView.dispatch(titleView.state.tr.insertText('Day'))
    const update = foreign(other => other.title.insert(0, 'My '))
    titleView.dispatch(titleView.state.tr.insertText('!', 3))
    desk.note.deliver([update])
    expect(titleView.state.doc.textContent).toBe('My Day!')
    expect(titleView.state.selection.head).toBe('My Day!'.length)
  })

  it('leads to the text with Enter, and back with the arrow up', () => {
    note('a').caret(0, 1)
    desk.editor.focus('title')
    const { titleView, view } = desk.editor
    const enter = new KeyboardEvent('keydown', { key: 'Enter' })
    titleView.someProp('handleKeyDown', handle => handle(titleView, enter))
    expect(document.activeElement).toBe(view.dom)
  })

  it('shares undo with the text; the caret goes to where the change was', () => {
    note('a').caret(0, 1).type('b')
    const { titleView } = desk.editor
    desk.editor.focus('title')
    titleView.dispatch(titleView.state.tr.insertText('T'))
    desk.editor.focus('body')
    desk.editor.undo()
    expect([desk.note.title.toString(), desk.text]).toEqual(['', 'paragraph:ab|'])
    expect(document.activeElement).toBe(titleView.dom)
    desk.editor.undo()
    expect(desk.text).toBe('paragraph:a|')
    expect(document.activeElement).toBe(desk.view.dom)
  })
})

describe('a note that may only be read', () => {
  it('takes no change from anybody here, and every change from others', () => {
    desk = new Desk(['a', ['t', { kind: 'task' }]], { canWrite: false })
    const { view, titleView } = desk.editor
    view.dispatch(view.state.tr.insertText('x', 1))
    desk.press('Enter')
    view.dom.querySelector('input')?.click()
    expect(desk.editor.undo()).toBe(false)
    expect(desk.text.replace('|', '')).toBe('paragraph:a\ntask:t')
    expect(view.dom.getAttribute('contenteditable')).toBe('false')
    expect(titleView.dom.getAttribute('contenteditable')).toBe('false')
    desk.note.deliver([foreign(other => other.body.insert(1, 'new ', {}))])
    desk.check()
    expect(view.dom.textContent).toContain('new a')
  })
})

describe('composing a character', () => {
  it('holds deliveries back until it is done', () => {
    vi.useFakeTimers()
    note('a')
    desk.view.dom.dispatchEvent(new CompositionEvent('compositionstart'))
    expect(desk.hold).toHaveBeenLastCalledWith(true)
    desk.view.dom.dispatchEvent(new CompositionEvent('compositionend'))
    vi.advanceTimersByTime(100)
    expect(desk.hold).toHaveBeenLastCalledWith(false)
  })
})

describe('places', () => {
  it('give others a caret that stays with its words', () => {
    note('hello world').caret(0, 6, 11)
    desk.view.focus()
    const told = desk.editor.selection()
    desk.note.deliver([foreign(other => other.body.insert(1, 'oh ', {}))])
    const index = (bytes: Uint8Array | undefined): number | undefined =>
      bytes &&
      Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(bytes), desk.note.doc)?.index
    const [from, to] = [index(told?.caret) ?? 0, index(told?.head) ?? 0]
    expect(desk.note.body.toString().slice(from - 1, to - 1)).toBe('world')
  })

  it('say nothing about a caret that nobody uses', () => {
    note('a')
    expect(desk.editor.selection()).toBeNull()
  })

  it('are found again in another copy of the note', () => {
    note('one', 'two').caret(1, 2)
    const place = desk.editor.place()
    expect(place).toEqual({ block: blockId(1), offset: 2 })
    desk.destroy()
    note('something before', 'two')
    desk.editor.restore(place)
    expect(desk.text).toBe('paragraph:something before\nparagraph:tw|o')
  })
})

describe('mounting', () => {
  it('writes nothing and can be done twice in the same elements', () => {
    note('a')
    let updates = 0
    desk.note.doc.on('update', () => updates++)
    const elements = { element: desk.view.dom, titleElement: desk.editor.titleView.dom }
    desk.editor.destroy()
    const again = new Desk(['b'], elements)
    expect(elements.element.textContent).toBe('b')
    expect(updates).toBe(0)
    again.editor.destroy()
    again.note.destroy()
  })

  it('shows a placeholder while there is nothing', () => {
    note('')
    expect(desk.view.dom.classList.contains('is-empty')).toBe(true)
    expect(desk.view.dom.dataset.placeholder).toBe('Start writing')
    desk.caret(0, 0).type('a')
    expect(desk.view.dom.classList.contains('is-empty')).toBe(false)
  })

  it('types plain text next to a selection of every kind without leaving storage behind', () => {
    note('ab', ['', { kind: 'divider', v: 1 }], 'cd')
    const { doc, tr } = desk.state
    desk.view.dispatch(tr.setSelection(TextSelection.create(doc, 2, doc.content.size - 2)))
    desk.type('x')
    expect(desk.text).toBe('paragraph:ax|d')
    expect(desk.state.doc.child(0).type).toBe(schema.nodes.paragraph)
  })
})
