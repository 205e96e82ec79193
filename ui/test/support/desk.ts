import { TextSelection } from '@tiptap/pm/state'
import { vi } from 'vitest'
import { project } from '../../src/editor/binding/projection'
import { type EditorOptions, type MountedEditor, mountEditor } from '../../src/editor/Editor'
import { NoteDocument } from '../../src/sync/noteDocument'
import { storedNote, type TestBlock } from './notes'
import { difference } from './show'

/** A mounted note with a pair of hands: types and presses keys as a browser would report them. */
export class Desk {
  readonly note = new NoteDocument(10, { captureTimeout: 0 })
  readonly editor: MountedEditor
  readonly opened: string[] = []
  readonly onEditLink = vi.fn()
  readonly hold = vi.fn()

  constructor(blocks: readonly TestBlock[], options: Partial<EditorOptions> = {}) {
    this.note.deliver([storedNote(...blocks)])
    this.editor = mountEditor({
      element: document.body.appendChild(document.createElement('div')),
      titleElement: document.body.appendChild(document.createElement('div')),
      replica: { document: this.note, hold: this.hold },
      canWrite: true,
      onOpenLink: url => this.opened.push(url),
      onEditLink: this.onEditLink,
      labels: {
        title: 'Title',
        titlePlaceholder: 'Untitled',
        body: 'Note',
        bodyPlaceholder: 'Start writing',
        task: 'Done',
        twins: { moved: 'Moved twice', join: 'Keep this one' },
        frozen: { block: kind => `Made by a newer version: ${kind}`, atom: 'Unknown' },
      },
      ...options,
    })
  }

  get view() {
    return this.editor.view
  }

  get state() {
    return this.view.state
  }

  /** Puts the caret `offset` units into block `block`; negative counts from its end. */
  caret(block: number, offset: number, to?: number): this {
    const at = this.blockStart(block) + 1
    const { size } = this.state.doc.child(block).content
    const place = (units: number): number => at + (units < 0 ? size + 1 + units : units)
    const selection = TextSelection.create(this.state.doc, place(offset), place(to ?? offset))
    this.view.dispatch(this.state.tr.setSelection(selection))
    return this
  }

  blockStart(block: number): number {
    let position = 0
    for (let i = 0; i < block; i++) position += this.state.doc.child(i).nodeSize
    return position
  }

  /** Types character by character. */
  type(text: string): this {
    for (const letter of text) {
      const { from, to } = this.state.selection
      const plain = () => this.state.tr.insertText(letter, from, to)
      if (!this.view.someProp('handleTextInput', handle => handle(this.view, from, to, letter, plain))) {
        this.view.dispatch(plain())
      }
      this.check()
    }
    return this
  }

  /** Presses a key, as `Mod-Shift-7` or `Enter`. Says whether the editor took it. */
  press(name: string): boolean {
    const parts = name.split('-')
    const key = parts.pop() ?? ''
    const event = new KeyboardEvent('keydown', {
      key,
      code: /^\d$/.test(key) ? `Digit${key}` : '',
      keyCode: /^[\w]$/.test(key) ? key.toUpperCase().charCodeAt(0) : 0,
      ctrlKey: parts.includes('Mod'),
      shiftKey: parts.includes('Shift'),
      altKey: parts.includes('Alt'),
      bubbles: true,
      cancelable: true,
    })
    const taken = this.view.someProp('handleKeyDown', handle => handle(this.view, event)) === true
    this.check()
    return taken
  }

  /** Each block as `kind>indent:text`, the caret as a bar. */
  get text(): string {
    const { selection } = this.state
    const lines: string[] = []
    this.state.doc.forEach((block, position) => {
      const { kind, level, indent, quote, checked } = block.attrs as Record<string, unknown>
      const name = block.type.name === 'item' ? String(kind) + (checked ? '!' : '') : block.type.name
      const place = `${level ?? ''}${indent ? `>${String(indent)}` : ''}${quote ? `"${String(quote)}` : ''}`
      const at = selection.head - position - 1
      const inside = selection.empty && selection.$head.parent === block && at >= 0
      const words = block.textContent
      lines.push(`${name}${place}:${inside ? `${words.slice(0, at)}|${words.slice(at)}` : words}`)
    })
    return lines.join('\n')
  }

  /** The view is what is stored. */
  check(): void {
    const fresh = project(this.note).doc
    if (!fresh.eq(this.state.doc)) throw new Error(`the view differs\n${difference(this.state.doc, fresh)}`)
  }

  destroy(): void {
    this.editor.destroy()
    this.note.destroy()
    document.body.replaceChildren()
  }
}
