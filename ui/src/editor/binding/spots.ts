/** Places that survive other people's edits. */
import { type EditorState, type Selection, TextSelection, type Transaction } from '@tiptap/pm/state'
import * as Y from 'yjs'
import type { BlockTable } from './blockTable'
import type { Change } from './storedText'

/** A selection bound to the characters around it. */
export interface Spot {
  anchor: Y.RelativePosition
  head: Y.RelativePosition
}

/** Binds a range of indices. A caret holds on to its left neighbour, a range to its own text. */
export function spotOf(text: Y.Text, anchor: number, head: number): Spot {
  if (anchor === head) {
    const at = Y.createRelativePositionFromTypeIndex(text, head, -1)
    return { anchor: at, head: at }
  }
  const low = Y.createRelativePositionFromTypeIndex(text, Math.min(anchor, head), 0)
  const high = Y.createRelativePositionFromTypeIndex(text, Math.max(anchor, head), -1)
  return anchor < head ? { anchor: low, head: high } : { anchor: high, head: low }
}

/** The indices of a spot now; nothing while its text is not here. */
export function indicesOf(doc: Y.Doc, { anchor, head }: Spot): { anchor: number; head: number } | null {
  const a = Y.createAbsolutePositionFromRelativePosition(anchor, doc)
  const h = Y.createAbsolutePositionFromRelativePosition(head, doc)
  return a && h && { anchor: a.index, head: h.index }
}

/** Where an index is after `changes`; at an insertion, `bias` says on which side of it. */
export function mapIndex(changes: readonly Change[], index: number, bias: -1 | 1): number {
  let before = 0
  let mapped = index
  for (const change of changes) {
    if (before > index) break
    if (change.kind === 'keep') before += change.length
    else if (change.kind === 'delete') {
      mapped -= Math.max(0, Math.min(change.length, index - before))
      before += change.length
    } else {
      const length = 'text' in change.run ? change.run.text.length : 1
      if (before < index || (before === index && bias > 0)) mapped += length
    }
  }
  return mapped
}

/** A text selection as it stood before a remote change, in indices of the stored text. */
export class KeptSelection {
  private readonly anchor: number
  private readonly head: number

  constructor(
    private readonly selection: Selection,
    table: BlockTable,
  ) {
    this.anchor = table.toStored(selection.anchor)
    this.head = table.toStored(selection.head)
  }

  /** Sets it again: a caret stays behind the character it followed, a range shrinks to its own text. */
  restore(tr: Transaction, table: BlockTable, changes: readonly Change[]): void {
    if (!(this.selection instanceof TextSelection)) return
    const { anchor, head, selection } = this
    const place = (index: number, isLow: boolean): number => {
      if (selection.empty) return table.toShown(mapIndex(changes, index, -1), -1)
      return table.toShown(mapIndex(changes, index, isLow ? 1 : -1), isLow ? 1 : -1)
    }
    const forward = selection.anchor <= selection.head
    selectText(tr, place(anchor, forward), place(head, !forward))
  }
}

/** Selects text if both ends lie in text. */
export function selectText(tr: Transaction, anchor: number, head: number): void {
  const $anchor = tr.doc.resolve(anchor)
  const $head = tr.doc.resolve(head)
  if (!$anchor.parent.inlineContent || !$head.parent.inlineContent) return
  const { selection } = tr
  if (selection instanceof TextSelection && selection.anchor === anchor && selection.head === head) return
  tr.setSelection(new TextSelection($anchor, $head))
}

/** The spot of a state's selection in the body. */
export function bodySpot(text: Y.Text, table: BlockTable, { selection }: EditorState): Spot {
  return spotOf(text, table.toStored(selection.anchor), table.toStored(selection.head))
}
