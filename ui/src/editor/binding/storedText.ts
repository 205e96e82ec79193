/** Reading a Y.Text item by item. Nothing here writes; Yjs's own `delta` does, and would send what nobody edited. */
import * as Y from 'yjs'
import { sameJson } from '../schema/equal'
import { type MarkRecord, markDifference } from '../schema/inlineRecord'

/** A piece of text, or one embed, with the marks in force. */
export type Run = { text: string; marks: MarkRecord } | { embed: unknown; marks: MarkRecord }

/** What a transaction did to a text, piece by piece in its order. */
export type Change =
  /** Text that stays; `marks` holds what changed on it, null for a mark that went. */
  | { kind: 'keep'; length: number; marks: MarkRecord | null }
  | { kind: 'insert'; run: Run }
  | { kind: 'delete'; length: number }

/** Stands for a shared type inside a text. No version writes one. */
const FOREIGN_ARRAY = { '?': 'array' }
const FOREIGN_MAP = { '?': 'map' }

export function runLength(run: Run): number {
  return 'text' in run ? run.text.length : 1
}

/** The runs of a text; adjacent text of equal marks is joined. */
export function readRuns(text: Y.Text): Run[] {
  const runs: Run[] = []
  const marks = new MarksInForce()
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted) continue
    if (item.content instanceof Y.ContentFormat) marks.pass(item.content)
    else if (item.countable) append(runs, runOf(item.content, marks.record()))
  }
  return runs
}

/** What `transaction` did to `text`. To be asked before the next transaction touches it. */
export function readChanges(text: Y.Text, transaction: Y.Transaction): Change[] {
  const changes: Change[] = []
  const marks = new MarksChanging()
  for (let item = text._start; item !== null; item = item.right) {
    const isNew = item.id.clock >= (transaction.beforeState.get(item.id.client) ?? 0)
    const was = !isNew && (!item.deleted || Y.isDeleted(transaction.deleteSet, item.id))
    const is = !item.deleted
    if (!was && !is) continue
    if (item.content instanceof Y.ContentFormat) marks.pass(item.content, was, is)
    else if (!item.countable) continue
    else if (was && is) keep(changes, item.length, marks.difference())
    else if (is) insert(changes, runOf(item.content, marks.now.record()))
    else remove(changes, item.length)
  }
  const last = changes.at(-1)
  if (last?.kind === 'keep' && last.marks === null) changes.pop()
  return changes
}

/** Formatting attributes while walking through a text; the record is made only when it changed. */
class MarksInForce {
  private readonly values = new Map<string, unknown>()
  private made: MarkRecord | null = {}

  pass({ key, value }: Y.ContentFormat): void {
    if ((value as unknown) === null) this.values.delete(key)
    else this.values.set(key, value)
    this.made = null
  }

  record(): MarkRecord {
    this.made ??= Object.fromEntries(this.values)
    return this.made
  }
}

/** Formatting attributes before and after a transaction, while walking through a text. */
class MarksChanging {
  readonly now = new MarksInForce()
  private readonly before = new MarksInForce()
  /** Whether the two may differ. Both pass what stayed, so they are equal until one passes something alone. */
  private apart = false

  pass(format: Y.ContentFormat, was: boolean, is: boolean): void {
    if (was) this.before.pass(format)
    if (is) this.now.pass(format)
    if (was !== is) this.apart = true
  }

  difference(): MarkRecord | null {
    if (!this.apart) return null
    const difference = markDifference(this.before.record(), this.now.record())
    this.apart = difference !== null
    return difference
  }
}

function runOf(content: Y.Item['content'], marks: MarkRecord): Run {
  if (content instanceof Y.ContentString) return { text: content.str, marks }
  if (content instanceof Y.ContentEmbed) return { embed: content.embed as unknown, marks }
  return {
    embed: content instanceof Y.ContentType && content.type instanceof Y.Array ? FOREIGN_ARRAY : FOREIGN_MAP,
    marks,
  }
}

function append(runs: Run[], run: Run): void {
  const last = runs.at(-1)
  if (last && 'text' in last && 'text' in run && sameJson(last.marks, run.marks)) last.text += run.text
  else runs.push(run)
}

function keep(changes: Change[], length: number, marks: MarkRecord | null): void {
  const last = changes.at(-1)
  if (last?.kind === 'keep' && sameJson(last.marks, marks)) last.length += length
  else changes.push({ kind: 'keep', length, marks })
}

function insert(changes: Change[], run: Run): void {
  const last = changes.at(-1)
  if (last?.kind === 'insert' && 'text' in last.run && 'text' in run && sameJson(last.run.marks, run.marks)) {
    last.run.text += run.text
  } else changes.push({ kind: 'insert', run })
}

function remove(changes: Change[], length: number): void {
  const last = changes.at(-1)
  if (last?.kind === 'delete') last.length += length
  else changes.push({ kind: 'delete', length })
}
