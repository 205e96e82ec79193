import type { Node, Slice } from '@tiptap/pm/model'
import type { NoteDocument } from '../../sync/noteDocument'
import { type BlockLook, lookOfNode } from '../schema/blockRecord'
import { sameJson } from '../schema/equal'
import type { MarkRecord } from '../schema/inlineRecord'
import type { BlockTable, Place } from './blockTable'
import { Row } from './grammar'
import type { MarkerWriter } from './markerWriter'
import { type SliceToken, sliceTokens } from './sliceTokens'
import { cleanText, REPLACEMENT, splitsPair } from './surrogates'

/** A replacement in the view: `before` and `after` are the documents on either side of the step. */
export interface Replacement {
  before: Node
  after: Node
  from: number
  to: number
  slice: Slice
  /** The id the view finally gives to the block that starts at this position of `after`. */
  idAt: (position: number) => string | null
}

/** What goes into the text, in order. */
type Piece =
  | { kind: 'start'; row: Row; look: BlockLook }
  | { kind: 'end' }
  | { kind: 'text'; text: string; marks: MarkRecord }
  | { kind: 'atom'; embed: object; marks: MarkRecord }

/** The replaced range and everything the plan needs of it. */
interface Range {
  /** The first row the range touches, and how many. */
  first: number
  rows: readonly Row[]
  /** The block the range begins in, if it begins inside one. */
  left: { row: Row; offset: number; stored: number } | null
  /** The block the range ends in, and how much of it survives behind. */
  right: { row: Row; rest: number } | null
  from: number
  to: number
}

interface Plan {
  /** Index in the text, after the deletion, where the pieces go. */
  index: number
  pieces: Piece[]
  rows: Row[]
}

/** Turns replacements into exact operations: a deletion, then the slice's tokens. */
export class ReplaceWriter {
  constructor(
    private readonly note: NoteDocument,
    private readonly table: BlockTable,
    private readonly markers: MarkerWriter,
  ) {}

  write(replacement: Replacement): void {
    const tokens = sliceTokens(replacement.slice)
    const range = this.rangeOf(replacement, tokens)
    this.markers.depart(range.rows)
    // Ids of the replaced rows are free from here on, so that a move keeps its id.
    this.table.replace(range.first, range.rows.length, [])
    const plan = this.plan(replacement, range, tokens)
    if (range.to > range.from) this.note.body.delete(range.from, range.to - range.from)
    this.insert(plan)
    this.table.replace(range.first, 0, plan.rows)
    this.finish(replacement.after, range, tokens, plan)
  }

  private rangeOf({ before, from, to }: Replacement, tokens: SliceToken[]): Range {
    const start = this.table.at(from)
    const end = from === to ? start : this.table.at(to)
    const startCut = this.cutsPair(before, start)
    const endCut = this.cutsPair(before, end)
    // Half a character goes with the other half; the view is corrected afterwards.
    if (startCut) tokens.unshift(replacementToken())
    if (endCut) tokens.push(replacementToken())
    const first = start.row
    const rows = this.table.rows.slice(first, end.row + (end.inside ? 1 : 0))
    const offset = start.inside ? start.offset - startCut : 0
    const endOffset = end.inside ? end.offset + endCut : 0
    const lastRow = rows.at(-1)
    const firstRow = rows[0]
    return {
      first,
      rows,
      left: start.inside && firstRow ? { row: firstRow, offset, stored: start.rowStored } : null,
      right: end.inside && lastRow ? { row: lastRow, rest: lastRow.length - endOffset } : null,
      from: start.stored - startCut,
      to: end.stored + endCut,
    }
  }

  private cutsPair(before: Node, place: Place): 0 | 1 {
    if (!place.inside || !splitsPair(before.child(place.row), place.offset)) return 0
    this.markers.mismatch.whole = true
    return 1
  }

  private plan(replacement: Replacement, range: Range, tokens: readonly SliceToken[]): Plan {
    return this.planAtStart(replacement, range, tokens) ?? this.planInPlace(replacement, range, tokens)
  }

  /**
   * The tokens where they stand; or, where the first of them would end a block whose own T follows (Enter at the end),
   * behind that T: what somebody else appends meanwhile stays in the old block.
   */
  private planInPlace(replacement: Replacement, range: Range, tokens: readonly SliceToken[]): Plan {
    const laid = this.layOut(replacement, tokens, claimedBy(range), range.left ? begun(range.left) : null)
    const { pieces, rows, open } = laid
    if (range.right && open) {
      open.length += range.right.rest
      open.end = range.right.row.end
      rows.push(open)
    }
    const behindEnd = tokens[0]?.kind === 'close' && range.right?.rest === 0 && range.right.row.end === 1
    if (!behindEnd) return { index: range.from, pieces, rows }
    return { index: range.from + 1, pieces: [...pieces.slice(1), { kind: 'end' }], rows }
  }

  /**
   * Enter at the start of a block: the new block goes before its S, so id and attributes stay with the text. Fits where
   * the slice's last opening looks like the block itself.
   */
  private planAtStart(replacement: Replacement, range: Range, tokens: readonly SliceToken[]): Plan | null {
    const { left, right } = range
    const last = tokens.at(-1)
    if (last?.kind !== 'open' || left?.offset !== 0 || left.row.start === 0 || !right || right.rest === 0)
      return null
    const look = lookOfNode(replacement.before.child(range.first))
    if (!sameJson(last.look, look)) return null

    const claimed = claimedBy(range)
    const first = this.markers.draft(look, replacement.idAt(replacement.from - 1), claimed)
    const { pieces, rows } = this.layOut(replacement, tokens.slice(0, -1), claimed, first)
    const kept = left.row.opening()
    kept.length = right.rest
    kept.end = right.row.end
    return {
      index: left.stored,
      pieces: [{ kind: 'start', row: first, look }, ...pieces],
      rows: [...rows, kept],
    }
  }

  /** Pieces and finished rows for tokens, beginning in `open`; what is left open at the end is given back. */
  private layOut(
    replacement: Replacement,
    tokens: readonly SliceToken[],
    claimed: Set<string>,
    open: Row | null,
  ): { pieces: Piece[]; rows: Row[]; open: Row | null } {
    const rows: Row[] = []
    const pieces: Piece[] = []
    let current = open
    for (const token of tokens) {
      if (token.kind === 'open' || token.kind === 'void') {
        const row = this.draft(replacement, token, claimed)
        pieces.push({ kind: 'start', row, look: token.look })
        if (token.kind === 'void') rows.push(row)
        else current = row
      } else if (token.kind === 'close') {
        pieces.push({ kind: 'end' })
        if (current) rows.push(ended(current))
        current = null
      } else {
        pieces.push(contentPiece(token))
        if (current) current.length += token.length
      }
    }
    return { pieces, rows, open: current }
  }

  private draft(
    replacement: Replacement,
    token: SliceToken & { look: BlockLook },
    claimed: Set<string>,
  ): Row {
    return this.markers.draft(token.look, replacement.idAt(replacement.from + token.offset), claimed)
  }

  private insert({ index, pieces }: Plan): void {
    const { body } = this.note
    let at = index
    for (const piece of pieces) {
      if (piece.kind === 'start') this.markers.insertStart(at++, piece.row, piece.look)
      else if (piece.kind === 'end') this.markers.insertEnd(at++)
      // Attributes are copied because Yjs writes into the object it is given.
      else if (piece.kind === 'atom') body.insertEmbed(at++, piece.embed, { ...piece.marks })
      else {
        const text = cleanText(piece.text)
        if (text !== piece.text) this.markers.mismatch.whole = true
        body.insert(at, text, { ...piece.marks })
        at += text.length
      }
    }
  }

  private finish(after: Node, range: Range, tokens: readonly SliceToken[], { rows }: Plan): void {
    const typed = range.rows.length === 1 && rows.length === 1 && tokens.every(isContent)
    const only = rows[0]
    if (typed && only && (only.start === 1 || only.length > 0)) return
    this.markers.heal(after, range.first - 1, range.first + rows.length)
    this.markers.mismatch.ids = true
  }
}

function claimedBy({ left }: Range): Set<string> {
  const id = left?.row.id ?? null
  return new Set(id === null ? [] : [id])
}

function begun({ row, offset }: { row: Row; offset: number }): Row {
  const opened = row.opening()
  opened.length = offset
  return opened
}

function ended(row: Row): Row {
  row.end = 1
  return row
}

function isContent(token: SliceToken): boolean {
  return token.kind === 'text' || token.kind === 'atom'
}

function contentPiece(token: SliceToken & { kind: 'text' | 'atom' }): Piece {
  if (token.kind === 'text') return { kind: 'text', text: token.text, marks: token.marks }
  return { kind: 'atom', embed: token.embed, marks: token.marks }
}

function replacementToken(): SliceToken {
  return { kind: 'text', text: REPLACEMENT, marks: {}, length: 1, offset: 0 }
}
