import { dropCursor } from '@tiptap/pm/dropcursor'
import { gapCursor } from '@tiptap/pm/gapcursor'
import type { Node } from '@tiptap/pm/model'
import { EditorState, Plugin, TextSelection } from '@tiptap/pm/state'
import { EditorView } from '@tiptap/pm/view'
import { type BodyBinding, isRemote } from './binding/bodyBinding'
import { FrozenAtomView, FrozenBlockView, type FrozenLabels } from './blocks/frozenViews'
import { ItemView } from './blocks/itemView'
import { listPlaces, PlacedItems } from './blocks/listPlaces'
import { type TwinLabels, twins } from './blocks/twins'
import { clipboard } from './clipboard/clipboard'
import { structural } from './commands/blocks'
import { deadEnd, insertParagraph } from './commands/enter'
import { linkAt } from './commands/marks'
import { inputRules } from './inputRules'
import { bodyKeymap, type KeyTargets } from './keymap'
import { schema } from './schema/schema'
import { watch } from './watch'

export interface BodyOptions {
  element: HTMLElement
  binding: BodyBinding
  canWrite: boolean
  label: string
  placeholder: string
  /** Name of a task's checkbox. */
  task: string
  frozen: FrozenLabels
  twins: TwinLabels
  keys: KeyTargets
  /** Somebody follows a link; the address is one that may be opened. */
  onOpenLink: (url: string) => void
  /** A character is being composed, or no longer. */
  onComposing: (composing: boolean) => void
  onChange: () => void
}

/** The editor of the text. */
export function mountBody(options: BodyOptions): EditorView {
  const { element, binding, canWrite } = options
  const items = new PlacedItems()
  return new EditorView(
    { mount: element },
    {
      state: EditorState.create({
        schema,
        doc: binding.doc,
        plugins: [...bodyPlugins(options), listPlaces(items), twins(options.twins), watch(options.onChange)],
      }),
      editable: () => canWrite,
      attributes: ({ doc }) => ({
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-label': options.label,
        'aria-readonly': String(!canWrite),
        'aria-placeholder': options.placeholder,
        'data-placeholder': options.placeholder,
        spellcheck: 'true',
        class: isEmpty(doc) ? 'is-empty' : '',
      }),
      nodeViews: {
        item: (node, view, position) => new ItemView(node, view, position, items, options.task),
        unknownBlock: node => new FrozenBlockView(node, options.frozen),
        unknownVoid: node => new FrozenBlockView(node, options.frozen),
        unknownAtom: node => new FrozenAtomView(node, options.frozen),
      },
    },
  )
}

/** What runs in the text's editor. The binding comes first: everything else sees blocks with their ids. */
export function bodyPlugins(
  options: Pick<BodyOptions, 'binding' | 'canWrite' | 'keys' | 'onOpenLink' | 'onComposing'>,
): Plugin[] {
  return [
    options.binding.plugin(),
    ...(options.canWrite ? [] : [readOnly()]),
    bodyKeymap(options.keys),
    inputRules(),
    clipboard(),
    clicks(options.onOpenLink),
    composing(options.onComposing),
    dropCursor(),
    gapCursor(),
  ]
}

/** Nothing a person does changes a note that may only be read. */
function readOnly(): Plugin {
  return new Plugin({ filterTransaction: tr => !tr.docChanged || isRemote(tr) })
}

/** Links open with Mod+click, in a note that is only read with a plain one; a click below the end goes on writing. */
function clicks(onOpenLink: (url: string) => void): Plugin {
  return new Plugin({
    props: {
      handleClick(view, position, event) {
        const url = linkAt(view.state, position)
        const onLink = event.target instanceof Element && event.target.closest('a') !== null
        if (url === null || !onLink || (view.editable && !event.ctrlKey && !event.metaKey)) return false
        onOpenLink(url)
        return true
      },
      handleDOMEvents: {
        // The page never goes anywhere by itself, with no button of the mouse.
        click: stayHere,
        auxclick: stayHere,
        mousedown: (view, event) => view.editable && event.target === view.dom && writeBelow(view, event),
      },
    },
  })
}

function stayHere(_: EditorView, event: MouseEvent): boolean {
  if (event.target instanceof Element && event.target.closest('a')) event.preventDefault()
  return false
}

function writeBelow(view: EditorView, event: MouseEvent): boolean {
  const last = view.dom.lastElementChild
  if (!last || event.button !== 0 || event.clientY <= last.getBoundingClientRect().bottom) return false
  const { tr, doc } = view.state
  const end = deadEnd(view.state)
  if (end) structural(insertParagraph(tr, end))
  else tr.setSelection(TextSelection.near(doc.resolve(doc.content.size), -1))
  view.dispatch(tr.scrollIntoView())
  view.focus()
  event.preventDefault()
  return true
}

function composing(onComposing: (on: boolean) => void): Plugin {
  const tell = (on: boolean) => (): boolean => {
    onComposing(on)
    return false
  }
  return new Plugin({
    props: {
      handleDOMEvents: {
        compositionstart: tell(true),
        // The editor reads the last of the composed text shortly after the event.
        compositionend: () => {
          setTimeout(tell(false), COMPOSED_MS)
          return false
        },
        blur: tell(false),
      },
    },
  })
}

/** ProseMirror takes composed text over within 20 ms of the end. Milliseconds. */
const COMPOSED_MS = 50

function isEmpty(doc: Node): boolean {
  const only = doc.childCount === 1 ? doc.firstChild : null
  return only?.type === schema.nodes.paragraph && only.content.size === 0
}
