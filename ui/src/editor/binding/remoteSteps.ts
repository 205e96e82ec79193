import { Fragment, type Node, Slice } from '@tiptap/pm/model'
import type { Transaction } from '@tiptap/pm/state'
import { AddMarkStep, AttrStep, RemoveMarkStep, ReplaceAroundStep, ReplaceStep } from '@tiptap/pm/transform'
import { lookOfNode, nodeOf } from '../schema/blockRecord'
import { sameJson } from '../schema/equal'
import { markRecordOf, marksOf } from '../schema/inlineRecord'
import { schema } from '../schema/schema'
import type { BlockTable } from './blockTable'
import type { Row } from './grammar'
import { type Region, regionsOf, type StoredFormat, sortChanges } from './regions'
import { CannotFollow, type Hunk, reparse } from './reparse'
import type { Change } from './storedText'
import { splitsPair } from './surrogates'

/**
 * Adds to `tr` the smallest steps that show what happened to the text, and brings the table up to date. Nothing outside
 * of what changed is touched, so decorations, selections and scroll survive.
 *
 * `changedIds` are blocks whose attributes changed; the table's overrides hold the new values already.
 * Throws where the view cannot follow; `tr` and table are then useless.
 */
export function followChanges(
  tr: Transaction,
  table: BlockTable,
  changes: readonly Change[],
  changedIds: ReadonlySet<string>,
): void {
  const { edits, formats } = sortChanges(changes)
  const touched = followEdits(tr, table, regionsOf(edits, table))
  followLooks(tr, table, row => touched.has(row) || (row.id !== null && changedIds.has(row.id)))
  for (const format of formats) followFormat(tr, table, format)
}

function followEdits(tr: Transaction, table: BlockTable, regions: readonly Region[]): Set<Row> {
  const { doc } = tr
  const hunks: Hunk[] = []
  const news: { region: Region; rows: Row[] }[] = []
  let shown = 0
  let stored = 0
  let at = 0
  for (const region of regions) {
    for (; at < region.from; at++) {
      shown += table.row(at).shown
      stored += table.row(at).stored
    }
    const result = reparse(table, doc, region, shown, stored)
    hunks.push(...result.hunks)
    news.push({ region, rows: result.rows })
  }
  // From the end, so that earlier positions stay what they are.
  for (const { from, to, slice } of hunks.toReversed()) tr.step(new ReplaceStep(from, to, slice))
  const touched = new Set<Row>()
  for (const { region, rows } of news.toReversed()) {
    table.replace(region.from, region.to - region.from + 1, rows)
    for (const row of rows) touched.add(row)
  }
  return touched
}

/** Makes the blocks of chosen rows look, and be called, as stored. */
export function followLooks(
  tr: Transaction,
  table: BlockTable,
  chosen: (row: Row, node: Node) => boolean,
): void {
  let position = 0
  for (const [i, row] of table.rows.entries()) {
    const node = tr.doc.child(i)
    if (chosen(row, node)) followLook(tr, table, position, node, row)
    position += row.shown
  }
}

function followLook(tr: Transaction, table: BlockTable, position: number, node: Node, row: Row): void {
  const look = table.look(row)
  if (node.attrs.id === row.id && sameJson(look, lookOfNode(node))) return
  const type = schema.nodes[look.type]
  if (node.type === type) {
    for (const [name, value] of Object.entries({ ...look.attrs, id: row.id })) {
      if (!sameJson(value, node.attrs[name])) tr.step(new AttrStep(position, name, value))
    }
    return
  }
  const block = nodeOf(look, row.id, [])
  const slice = new Slice(Fragment.from(block), 0, 0)
  const end = position + node.nodeSize
  if (type.isLeaf) tr.step(new ReplaceStep(position, end, slice))
  else tr.step(new ReplaceAroundStep(position, end, position + 1, end - 1, slice, 1, true))
}

function followFormat(tr: Transaction, table: BlockTable, { index, length, marks }: StoredFormat): void {
  const end = index + length
  let stored = 0
  let shown = 0
  for (const [i, row] of table.rows.entries()) {
    if (stored >= end) return
    const start = stored + row.start
    const from = Math.max(index, start)
    const to = Math.min(end, start + row.length)
    if (!row.isVoid && from < to) {
      const block = tr.doc.child(i)
      if (splitsPair(block, from - start) || splitsPair(block, to - start)) {
        throw new CannotFollow('formatting cuts a character in two')
      }
      formatRange(tr, shown + 1 + from - start, shown + 1 + to - start, marks)
    }
    stored += row.stored
    shown += row.shown
  }
}

function formatRange(tr: Transaction, from: number, to: number, changes: StoredFormat['marks']): void {
  const steps: (AddMarkStep | RemoveMarkStep)[] = []
  tr.doc.nodesBetween(from, to, (node, position) => {
    if (!node.isInline) return true
    const start = Math.max(position, from)
    const end = Math.min(position + node.nodeSize, to)
    const wanted = marksOf({ ...markRecordOf(node.marks), ...changes })
    for (const mark of node.marks) if (!mark.isInSet(wanted)) steps.push(new RemoveMarkStep(start, end, mark))
    for (const mark of wanted) if (!mark.isInSet(node.marks)) steps.push(new AddMarkStep(start, end, mark))
    return false
  })
  for (const step of steps) tr.step(step)
}

/** Last resort: turns the view into `fresh` by replacing only the blocks that differ. */
export function reconcile(tr: Transaction, fresh: Node): void {
  const old = tr.doc
  const most = Math.min(old.childCount, fresh.childCount)
  let same = 0
  while (same < most && old.child(same).eq(fresh.child(same))) same++
  let sameEnd = 0
  const fromEnd = (doc: Node): Node => doc.child(doc.childCount - 1 - sameEnd)
  while (sameEnd < most - same && fromEnd(old).eq(fromEnd(fresh))) sameEnd++
  const from = sizeOf(old, 0, same)
  const to = from + sizeOf(old, same, old.childCount - sameEnd)
  const blocks: Node[] = []
  for (let i = same; i < fresh.childCount - sameEnd; i++) blocks.push(fresh.child(i))
  if (from < to || blocks.length > 0)
    tr.step(new ReplaceStep(from, to, new Slice(Fragment.from(blocks), 0, 0)))
}

function sizeOf(doc: Node, from: number, to: number): number {
  let size = 0
  for (let i = from; i < to; i++) size += doc.child(i).nodeSize
  return size
}
