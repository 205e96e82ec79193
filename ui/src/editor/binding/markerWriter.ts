import type { Node } from '@tiptap/pm/model'
import { type IdSource, isBlockId } from '../../sync/blockId'
import type { NoteDocument } from '../../sync/noteDocument'
import {
  type BlockLook,
  type BlockRecord,
  isVoidType,
  kindOf,
  lookOf,
  lookOfNode,
  PLAIN,
  recordOf,
} from '../schema/blockRecord'
import { sameJson } from '../schema/equal'
import type { BlockTable } from './blockTable'
import { BLOCK_END, Row } from './grammar'
import { overrideKey, storable } from './overrides'

/** Where the view may say something else than storage after a batch of local steps. */
export class Mismatch {
  /** Blocks may carry other ids. */
  ids = false
  /** Anything may differ: text was cleaned, or a step had no exact translation. */
  whole = false
  /** Blocks with these ids may look different. */
  readonly looks = new Set<string>()

  get any(): boolean {
    return this.ids || this.whole || this.looks.size > 0
  }
}

/** Writes block starts, ends and attributes. One per batch of local steps. */
export class MarkerWriter {
  readonly mismatch = new Mismatch()
  /** Blocks deleted in this batch by id: one that comes back (a move) keeps its record to the letter. */
  private readonly departed = new Map<string, Row>()

  constructor(
    private readonly note: NoteDocument,
    private readonly table: BlockTable,
    private readonly newId: IdSource,
  ) {}

  depart(rows: readonly Row[]): void {
    for (const row of rows) if (row.id !== null) this.departed.set(row.id, row)
  }

  /**
   * A row for a block that is to look so. It gets the id the view gave it if that is free (`claimed` ids are not) and
   * could be sent, else a new one.
   */
  draft(look: BlockLook, wanted: string | null, claimed: Set<string>): Row {
    const isVoid = isVoidType(look.type)
    const back = wanted === null ? undefined : this.departed.get(wanted)
    const free = wanted !== null && this.table.usesOf(wanted) === 0 && !claimed.has(wanted)
    const id = free && (back || isBlockId(wanted)) ? wanted : this.newId()
    claimed.add(id)
    if (id !== wanted) this.mismatch.ids = true
    if (back && back.id === id && back.isVoid === isVoid && sameJson(this.table.look(back), look)) {
      return new Row(id, back.record, isVoid, 1)
    }
    return new Row(id, recordOf(look), isVoid, 1)
  }

  /** Writes a drafted row's start at `index` of the text. */
  insertStart(index: number, row: Row, look: BlockLook): void {
    this.note.body.insertEmbed(index, { b: row.id, ...(row.isVoid ? { v: 1 } : {}), ...row.record }, {})
    // A reused id may carry later changes that do not fit.
    this.setLook(row, look)
  }

  insertEnd(index: number): void {
    this.note.body.insert(index, BLOCK_END, {})
  }

  /** Makes a block with a start read as `look`; only names that differ are written. */
  setLook(row: Row, look: BlockLook): void {
    if (row.id === null) return
    const want = recordOf(look)
    const changes = this.changesTo(row, want)
    for (const [name, value] of changes) this.override(row.id, name, value)
    const twins = changes.length > 0 && this.table.usesOf(row.id) > 1
    if (twins || !sameJson(lookOf(want, row.isVoid), look)) this.mismatch.looks.add(row.id)
  }

  /** Gives row `i`, whose block now looks like `node`, the markers this takes. */
  setMarkup(i: number, node: Node): void {
    const row = this.table.row(i)
    const look = lookOfNode(node)
    this.mismatch.ids = true
    if (row.start === 0) {
      if (!sameJson(look, PLAIN)) this.addStart(i, look, node)
    } else if (row.isVoid === isVoidType(look.type)) this.setLook(row, look)
    else this.mismatch.whole = true
  }

  /** After a structural step: adds the markers without which rows `from` to `to` would read differently. */
  heal(doc: Node, from: number, to: number): void {
    const last = Math.min(this.table.rows.length - 1, to)
    for (let i = Math.max(0, from); i <= last; i++) {
      if (this.table.row(i).isVoid) continue
      this.healStart(doc, i)
      this.healEnd(doc, i)
    }
  }

  private healStart(doc: Node, i: number): void {
    const row = this.table.row(i)
    if (row.start === 1) return
    const look = lookOfNode(doc.child(i))
    const vanished = row.stored === 0 && this.table.rows.length > 1
    if (vanished || !sameJson(look, PLAIN)) this.addStart(i, look, doc.child(i))
  }

  private healEnd(doc: Node, i: number): void {
    const row = this.table.row(i)
    if (row.end === 1 || i + 1 >= this.table.rows.length) return
    if (this.table.row(i + 1).start === 1) return
    const look = lookOfNode(doc.child(i + 1))
    if (!sameJson(look, PLAIN)) return this.addStart(i + 1, look, doc.child(i + 1))
    this.insertEnd(this.table.storedStart(i) + row.start + row.length)
    row.end = 1
  }

  private addStart(i: number, look: BlockLook, node: Node): void {
    const draft = this.draft(look, node.attrs.id as string | null, new Set())
    const row = this.table.row(i).withStart(draft.id ?? '', draft.record)
    const index = this.table.storedStart(i)
    this.table.set(i, row)
    this.insertStart(index, row, look)
    this.mismatch.ids = true
  }

  /** Names of the effective record that must change so that it says `want`. Compared as read, so nothing is "repaired". */
  private changesTo(row: Row, want: BlockRecord): [string, unknown][] {
    const now = this.table.overrides.effective(row)
    const have = new Map(Object.entries(recordOf(lookOf({ ...now, kind: want.kind ?? null }, row.isVoid))))
    if (kindOf(now) !== kindOf(want)) have.set('kind', now.kind)
    const names = new Set([...Object.keys(want), ...have.keys()])
    return [...names]
      .filter(name => !sameJson(want[name], have.get(name)))
      .map(name => [name, want[name] ?? null])
  }

  private override(id: string, name: string, value: unknown): void {
    const key = overrideKey(id, name)
    if (key === null || !storable(value)) {
      this.mismatch.looks.add(id)
      return
    }
    this.table.overrides.put(id, name, value)
    this.note.attrs.set(key, value)
  }
}
