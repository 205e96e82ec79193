import type { Node } from '@tiptap/pm/model'
import type { NoteDocument } from '../../sync/noteDocument'
import { sameJson } from '../schema/equal'
import { type MarkRecord, markDifference, markRecordOf } from '../schema/inlineRecord'
import type { BlockTable } from './blockTable'
import type { Mismatch } from './markerWriter'
import { splitsPair } from './surrogates'

/**
 * Writes the marks that differ between two documents of equal text, run by run, inside blocks only: never over a start
 * or an end. Comparing instead of translating the step covers marks that push each other out.
 */
export function writeMarks(
  note: NoteDocument,
  table: BlockTable,
  mismatch: Mismatch,
  documents: { before: Node; after: Node },
  from: number,
  to: number,
): void {
  let shown = 0
  let stored = 0
  for (const [i, row] of table.rows.entries()) {
    if (shown >= to) return
    const before = documents.before.child(i)
    const after = documents.after.child(i)
    if (!row.isVoid && shown + row.shown > from && before !== after) {
      const content = shown + 1
      let start = Math.max(0, from - content)
      let end = Math.min(row.length, to - content)
      if (splitsPair(after, start)) {
        start--
        mismatch.whole = true
      }
      if (splitsPair(after, end)) {
        end++
        mismatch.whole = true
      }
      writeBlockMarks(note, before, after, start, end, stored + row.start)
    }
    shown += row.shown
    stored += row.stored
  }
}

function writeBlockMarks(
  note: NoteDocument,
  before: Node,
  after: Node,
  start: number,
  end: number,
  index: number,
): void {
  let run: { from: number; to: number; change: MarkRecord } | null = null
  const flush = (): void => {
    if (run) note.body.format(index + run.from, run.to - run.from, { ...run.change })
    run = null
  }
  for (let at = start; at < end; ) {
    const old = before.childAfter(at)
    const now = after.childAfter(at)
    if (!old.node || !now.node) break
    const next = Math.min(end, old.offset + old.node.nodeSize, now.offset + now.node.nodeSize)
    const change = markDifference(markRecordOf(old.node.marks), markRecordOf(now.node.marks))
    if (run && change && run.to === at && sameJson(run.change, change)) run.to = next
    else {
      flush()
      if (change) run = { from: at, to: next, change }
    }
    at = next
  }
  flush()
}
