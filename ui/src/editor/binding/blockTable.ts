import { type BlockLook, lookOf } from '../schema/blockRecord'
import type { Row } from './grammar'
import type { Overrides } from './overrides'
import type { Projection } from './projection'

/** A place in the view, found in the table. */
export type Place =
  /** Between blocks: before row `row`. */
  | { inside: false; row: number; stored: number; rowStored: number }
  /** In row `row`, `offset` units into its content. */
  | { inside: true; row: number; offset: number; stored: number; rowStored: number }

/**
 * One row per block, in order: all that is needed to turn positions of the view into indices of the text and back.
 * Always describes the stored text as it is now; the view may be one step behind or ahead while a change goes through.
 */
export class BlockTable {
  readonly rows: Row[]
  readonly overrides: Overrides
  /** How many rows carry an id. Two can: both people moved the block. */
  private readonly uses = new Map<string, number>()

  constructor({ rows, overrides }: Pick<Projection, 'rows' | 'overrides'>) {
    this.rows = rows
    this.overrides = overrides
    for (const row of rows) this.count(row, 1)
  }

  /** Finds a position of the view. Throws `RangeError` outside of it. */
  at(position: number): Place {
    let shown = 0
    let stored = 0
    for (let i = 0; i < this.rows.length; i++) {
      const row = this.row(i)
      if (position === shown) return { inside: false, row: i, stored, rowStored: stored }
      if (position < shown + row.shown) {
        const offset = position - shown - 1
        return { inside: true, row: i, offset, stored: stored + row.start + offset, rowStored: stored }
      }
      shown += row.shown
      stored += row.stored
    }
    if (position !== shown) throw new RangeError(`position ${position} is outside the note`)
    return { inside: false, row: this.rows.length, stored, rowStored: stored }
  }

  /** The index in the text for a position of the view. */
  toStored(position: number): number {
    return this.at(position).stored
  }

  /**
   * The position in the view for an index of the text, inside a block's content wherever there is one. An index can be
   * both the end of a block without T and the next block's start: `bias` -1 means the end, 1 the start.
   */
  toShown(index: number, bias: -1 | 1): number {
    let shown = 0
    let stored = 0
    const last = this.rows.length - 1
    for (let i = 0; i <= last; i++) {
      const row = this.row(i)
      const end = stored + row.stored
      const openEnd = bias < 0 && index === end && index > stored && row.end === 0 && !row.isVoid
      if (index < end || i === last || openEnd) {
        if (row.isVoid) return shown + (index > stored ? 1 : 0)
        return shown + 1 + Math.max(0, Math.min(row.length, index - stored - row.start))
      }
      shown += row.shown
      stored = end
    }
    return 0
  }

  /** Index in the text of a row's first token. */
  storedStart(row: number): number {
    let stored = 0
    for (let i = 0; i < row; i++) stored += this.row(i).stored
    return stored
  }

  row(i: number): Row {
    const row = this.rows[i]
    if (!row) throw new RangeError(`there is no block ${i}`)
    return row
  }

  replace(from: number, count: number, rows: readonly Row[]): void {
    for (const row of this.rows.splice(from, count, ...rows)) this.count(row, -1)
    for (const row of rows) this.count(row, 1)
  }

  set(i: number, row: Row): void {
    this.replace(i, 1, [row])
  }

  /** How many blocks carry this id. */
  usesOf(id: string): number {
    return this.uses.get(id) ?? 0
  }

  /** What a row looks like, later changes included. */
  look(row: Row): BlockLook {
    return lookOf(this.overrides.effective(row), row.isVoid)
  }

  private count(row: Row, by: 1 | -1): void {
    if (row.id === null) return
    const uses = this.usesOf(row.id) + by
    if (uses > 0) this.uses.set(row.id, uses)
    else this.uses.delete(row.id)
  }
}
