/**
 * The note's editor as an island: elements and a replica in, two editors out. No framework, no backend, no styles beyond
 * its own structure.
 */
import { TextSelection } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import * as Y from 'yjs'
import type { NoteDocument } from '../sync/noteDocument'
import { BodyBinding } from './binding/bodyBinding'
import type { Spot } from './binding/spots'
import { TitleBinding } from './binding/titleBinding'
import { type FieldSpot, UndoSpots } from './binding/undoSpots'
import type { FrozenLabels } from './blocks/frozenViews'
import type { TwinLabels } from './blocks/twins'
import { mountBody } from './bodyEditor'
import { type LinkRange, linkRange, setLink } from './commands/marks'
import type { Surface } from './presence/RemotePeople'
import { surfaceOf } from './surfaces'
import { focusTitle, mountTitle } from './titleEditor'
import './editor.css'

/** What the editor needs of the window's copy of a note. */
export interface EditorReplica {
  readonly document: NoteDocument
  /** Keeps deliveries back for a moment, while a person composes a character. */
  hold(on: boolean): void
}

export interface EditorLabels {
  title: string
  titlePlaceholder: string
  body: string
  bodyPlaceholder: string
  /** Name of a task's checkbox. */
  task: string
  frozen: FrozenLabels
  twins: TwinLabels
}

/** A wish to put a link on some text, to be answered by whoever can ask for an address. */
export interface LinkRequest {
  /** The address now, if there is one. */
  href: string | null
  /** Where the text is, in viewport pixels. */
  at: { left: number; right: number; top: number; bottom: number }
  /** Links the text, takes the link away (null), and gives the caret back. Says whether the address can be one. */
  apply(href: string | null): boolean
}

export interface EditorOptions {
  /** Becomes the editor of the text. */
  element: HTMLElement
  /** Becomes the editor of the title. */
  titleElement: HTMLElement
  replica: EditorReplica
  canWrite: boolean
  labels: EditorLabels
  /** Somebody follows a link: http, https or mailto, nothing else. */
  onOpenLink: (url: string) => void
  /** Somebody pressed the key for links. Without it the key does nothing. */
  onEditLink?: (request: LinkRequest) => void
  /** The text, the title, the caret or the focus changed. */
  onChange?: () => void
}

/** Where a person was in a note, by block, so that it can be found in another copy of it. */
export interface EditorPlace {
  block: string | null
  offset: number
}

export interface MountedEditor {
  readonly view: EditorView
  readonly titleView: EditorView
  readonly undoManager: Y.UndoManager
  /** Both texts, for painting other people's carets. The title comes first. */
  readonly surfaces: readonly [Surface, Surface]
  focus(field?: 'title' | 'body'): void
  undo(): boolean
  redo(): boolean
  /** The own selection as encoded relative positions, for others to paint; nothing while neither text has the focus. */
  selection(): { caret: Uint8Array; head: Uint8Array } | null
  /** The line the own caret is on, in viewport pixels. */
  ownLine(): { top: number; bottom: number } | null
  /** Where the caret is, to be restored in the editor of a new replica. */
  place(): EditorPlace
  restore(place: EditorPlace): void
  destroy(): void
}

/** Mounts a note. Nothing is written by it, whatever the note holds. */
export function mountEditor(options: EditorOptions): MountedEditor {
  const { replica, labels, canWrite } = options
  const note = replica.document
  const spots = new UndoSpots(note, current, restoreSpot)
  const body = new BodyBinding(note, { spots })
  const title = new TitleBinding(note, spots)
  const changed = (): void => options.onChange?.()
  const undo = (): boolean => canWrite && spots.undo()
  const redo = (): boolean => canWrite && spots.redo()

  const titleView = mountTitle({
    element: options.titleElement,
    binding: title,
    canWrite,
    label: labels.title,
    placeholder: labels.titlePlaceholder,
    undo,
    redo,
    leaveDown: () => focus('body'),
    onChange: changed,
  })
  const view = mountBody({
    element: options.element,
    binding: body,
    canWrite,
    label: labels.body,
    placeholder: labels.bodyPlaceholder,
    task: labels.task,
    frozen: labels.frozen,
    twins: labels.twins,
    keys: { undo, redo, leaveUp, editLink: () => askForLink(view, options) },
    onOpenLink: options.onOpenLink,
    onComposing: on => replica.hold(on),
    onChange: changed,
  })
  const elements = [view.dom, titleView.dom]
  for (const element of elements)
    for (const event of ['focus', 'blur']) element.addEventListener(event, changed)

  function current(): FieldSpot | null {
    const [field, spot] = titleView.hasFocus()
      ? (['title', title.spot()] as const)
      : (['body', body.spot()] as const)
    return spot && { field, spot }
  }

  function restoreSpot({ field, spot }: FieldSpot): void {
    const [binding, target] = field === 'title' ? [title, titleView] : [body, view]
    binding.select(spot)
    if (!target.hasFocus()) target.focus()
  }

  function focus(field: 'title' | 'body' = 'body'): void {
    if (field === 'title') return focusTitle(titleView)
    view.focus()
    view.dispatch(view.state.tr.scrollIntoView())
  }

  function leaveUp(): boolean {
    focusTitle(titleView)
    return true
  }

  return {
    view,
    titleView,
    undoManager: note.undo,
    surfaces: [
      surfaceOf(note.title, titleView, index => index),
      surfaceOf(note.body, view, index => body.blocks.toShown(index, -1)),
    ],
    focus,
    undo,
    redo,
    selection: () => (view.hasFocus() || titleView.hasFocus() ? encodeSpot(current()?.spot ?? null) : null),
    ownLine: () => lineOf(titleView.hasFocus() ? titleView : view),
    place: () => placeOf(view),
    restore: place => restorePlace(view, place),
    destroy() {
      for (const element of elements)
        for (const event of ['focus', 'blur']) element.removeEventListener(event, changed)
      replica.hold(false)
      view.destroy()
      titleView.destroy()
      spots.destroy()
    },
  }
}

function encodeSpot(spot: Spot | null): { caret: Uint8Array; head: Uint8Array } | null {
  return spot && { caret: Y.encodeRelativePosition(spot.anchor), head: Y.encodeRelativePosition(spot.head) }
}

function lineOf(view: EditorView): { top: number; bottom: number } | null {
  if (view.isDestroyed || !view.hasFocus()) return null
  const { top, bottom } = view.coordsAtPos(view.state.selection.head)
  return { top, bottom }
}

function askForLink(view: EditorView, { onEditLink }: EditorOptions): boolean {
  const range = linkRange(view.state)
  if (!onEditLink || !range || !view.editable) return false
  const start = view.coordsAtPos(range.from)
  const end = view.coordsAtPos(range.to)
  // Somebody else may write meanwhile: the range is the one the mapping leads to.
  const doc = view.state.doc
  onEditLink({
    href: range.href,
    at: { left: start.left, right: end.right, top: start.top, bottom: end.bottom },
    apply: href => {
      const now: LinkRange | null = view.state.doc === doc ? range : linkRange(view.state)
      const done = now !== null && setLink(now, href)(view.state, tr => view.dispatch(tr))
      if (done) view.focus()
      return done
    },
  })
  return true
}

function placeOf({ state }: EditorView): EditorPlace {
  const { $head } = state.selection
  if ($head.depth === 0) return { block: null, offset: 0 }
  return { block: $head.parent.attrs.id as string | null, offset: $head.parentOffset }
}

function restorePlace(view: EditorView, { block, offset }: EditorPlace): void {
  const { doc, tr } = view.state
  doc.forEach((node, position) => {
    if (block === null || node.attrs.id !== block || !node.isTextblock) return
    const at = position + 1 + Math.min(offset, node.content.size)
    tr.setSelection(TextSelection.create(doc, at))
  })
  if (tr.selectionSet) view.dispatch(tr.scrollIntoView())
}
