import { selectAll } from '@tiptap/pm/commands'
import { keydownHandler } from '@tiptap/pm/keymap'
import { Fragment, Slice } from '@tiptap/pm/model'
import { EditorState, Plugin, TextSelection } from '@tiptap/pm/state'
import { EditorView } from '@tiptap/pm/view'
import { type TitleBinding, titleSchema } from './binding/titleBinding'
import { watch } from './watch'

export interface TitleOptions {
  element: HTMLElement
  binding: TitleBinding
  canWrite: boolean
  label: string
  placeholder: string
  undo: () => boolean
  redo: () => boolean
  /** The caret leaves the title downwards. */
  leaveDown: () => void
  onChange: () => void
}

/** The one-line editor of the title. Enter and the arrow down go to the text. */
export function mountTitle(options: TitleOptions): EditorView {
  const { element, binding, canWrite } = options
  const state = EditorState.create({
    schema: titleSchema,
    doc: binding.doc,
    plugins: [binding.plugin(), titleKeys(options), oneLine(), watch(options.onChange)],
  })
  return new EditorView(
    { mount: element },
    {
      state,
      editable: () => canWrite,
      attributes: ({ doc }) => ({
        role: 'textbox',
        'aria-multiline': 'false',
        'aria-label': options.label,
        'aria-readonly': String(!canWrite),
        'aria-placeholder': options.placeholder,
        'data-placeholder': options.placeholder,
        spellcheck: 'true',
        class: doc.content.size === 0 ? 'is-empty' : '',
      }),
    },
  )
}

function titleKeys({ undo, redo, leaveDown }: TitleOptions): Plugin {
  const down = (): boolean => {
    leaveDown()
    return true
  }
  return new Plugin({
    props: {
      handleKeyDown: keydownHandler({
        Enter: down,
        'Shift-Enter': down,
        ArrowDown: down,
        'Mod-a': selectAll,
        'Mod-z': undo,
        'Mod-y': redo,
        'Mod-Shift-z': redo,
      }),
    },
  })
}

/** Pasted and dropped lines become one line. */
function oneLine(): Plugin {
  return new Plugin({
    props: {
      clipboardTextParser: asLine,
      handlePaste(view, event, { content }) {
        // Parsed as a title, blocks of a page would run into each other; the plain text has its line breaks.
        const text = event.clipboardData?.getData('text/plain') || content.textBetween(0, content.size, ' ')
        view.dispatch(view.state.tr.replaceSelection(asLine(text)).scrollIntoView())
        return true
      },
      handleDrop(view, event) {
        const text = event.dataTransfer?.getData('text/plain') ?? ''
        view.dispatch(view.state.tr.replaceSelection(asLine(text)))
        return true
      },
    },
  })
}

function asLine(text: string): Slice {
  const line = text.replace(/\s+/g, ' ').trim()
  return line === '' ? Slice.empty : new Slice(Fragment.from(titleSchema.text(line)), 0, 0)
}

/** Puts the caret at the end of the title. */
export function focusTitle(view: EditorView): void {
  const end = TextSelection.create(view.state.doc, view.state.doc.content.size)
  view.dispatch(view.state.tr.setSelection(end))
  view.focus()
}
