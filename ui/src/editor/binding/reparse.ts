import { Fragment, type Node, Slice } from '@tiptap/pm/model'
import { schema } from '../schema/schema'
import type { BlockTable } from './blockTable'
import { GrammarReader, Row, type Token } from './grammar'
import { nodeForRow } from './projection'
import type { Region, StoredEdit } from './regions'
import { splitsPair } from './surrogates'

/** The view cannot follow step by step, and must be compared with a fresh projection. */
export class CannotFollow extends Error {}

/** A replacement in the view that turns old blocks into new ones between two tokens that stay. */
export interface Hunk {
  from: number
  to: number
  slice: Slice
}

/** A token of the view as it is, `position` where it begins, `stored` its length in the text (0 where only implied). */
interface OldToken {
  kind: 'open' | 'close' | 'leaf' | 'inline'
  position: number
  size: number
  stored: number
  row: Row
  block: Node
}

/** A token of the text as it will be; `position` in the old view where it was there before. */
interface MergedToken {
  kind: Token['kind']
  length: number
  row?: Row
  nodes?: readonly Node[]
  position: number | null
}

/** A token of the view as it will be. */
interface NewToken {
  kind: OldToken['kind']
  size: number
  row?: Row
  nodes?: readonly Node[]
  position: number | null
}

/**
 * Reads a region again after its edits. Tokens that stayed are anchors; what lies between two anchors is one hunk. The
 * grammar is flat, so both sides of a hunk begin and end at equal depth and every hunk is balanced.
 *
 * `position` and `stored` are where the region begins in the view and in the text, before the edits.
 */
export function reparse(
  table: BlockTable,
  doc: Node,
  region: Region,
  position: number,
  stored: number,
): { rows: Row[]; hunks: Hunk[] } {
  const old = oldTokens(table, doc, region, position)
  const merged = mergeTokens(old, region.edits, stored)
  const { rows, tokens } = parse(merged)
  if (rows.length === 0 && region.to - region.from + 1 === table.rows.length) {
    const row = Row.implied()
    rows.push(row)
    tokens.push({ kind: 'open', size: 1, row, position: null }, { kind: 'close', size: 1, position: null })
  }
  const last = old.at(-1)
  const end = last ? last.position + last.size : position
  return { rows, hunks: hunksBetween(table, old, tokens, position, end) }
}

function oldTokens(table: BlockTable, doc: Node, region: Region, start: number): OldToken[] {
  const tokens: OldToken[] = []
  let position = start
  const push = (kind: OldToken['kind'], size: number, stored: number, row: Row, block: Node): void => {
    tokens.push({ kind, position, size, stored, row, block })
    position += size
  }
  for (let i = region.from; i <= region.to; i++) {
    const row = table.row(i)
    const block = doc.child(i)
    if (row.isVoid) push('leaf', 1, 1, row, block)
    else {
      push('open', 1, row.start, row, block)
      if (row.length > 0) push('inline', row.length, row.length, row, block)
      push('close', 1, row.end, row, block)
    }
  }
  return tokens
}

/** Plays the edits on the old tokens. */
function mergeTokens(old: readonly OldToken[], edits: readonly StoredEdit[], start: number): MergedToken[] {
  const out: MergedToken[] = []
  const queue = edits.map(edit => ({ ...edit }))
  let index = start
  const insertHere = (): void => {
    for (let edit = queue[0]; edit?.index === index && edit.deleted === 0; edit = queue[0]) {
      for (const token of edit.inserted) out.push(inserted(token))
      queue.shift()
    }
  }
  for (const token of old) {
    for (let done = 0; done < token.stored; ) {
      insertHere()
      const edit = queue[0]
      if (edit?.index === index) {
        const gone = Math.min(edit.deleted, token.stored - done)
        checkCut(token, done, done + gone)
        edit.deleted -= gone
        edit.index += gone
        if (edit.deleted === 0) queue.shift()
        done += gone
        index += gone
        continue
      }
      const kept = Math.min(token.stored - done, edit ? edit.index - index : Number.POSITIVE_INFINITY)
      checkCut(token, done, done + kept)
      out.push(retained(token, done, kept))
      done += kept
      index += kept
    }
  }
  insertHere()
  if (queue.length > 0) throw new CannotFollow('an edit lies outside its region')
  return out
}

/** An update that cuts a character in two turns both halves into something else; Yjs says so to nobody. */
function checkCut({ kind, block }: OldToken, from: number, to: number): void {
  if (kind === 'inline' && (splitsPair(block, from) || splitsPair(block, to))) {
    throw new CannotFollow('an edit cuts a character in two')
  }
}

function inserted(token: Token): MergedToken {
  if (token.kind === 'start') return { kind: 'start', length: 1, row: token.row.opening(), position: null }
  if (token.kind === 'inline')
    return { kind: 'inline', length: token.length, nodes: token.nodes, position: null }
  return { kind: 'end', length: 1, position: null }
}

function retained(token: OldToken, from: number, length: number): MergedToken {
  if (token.kind === 'inline') return { kind: 'inline', length, position: token.position + from }
  if (token.kind === 'close') return { kind: 'end', length: 1, position: token.position }
  return { kind: 'start', length: 1, row: token.row.opening(), position: token.position }
}

function parse(merged: readonly MergedToken[]): { rows: Row[]; tokens: NewToken[] } {
  const tokens: NewToken[] = []
  const reader = new GrammarReader<MergedToken>({
    open: (row, token) => tokens.push({ kind: 'open', size: 1, row, position: token?.position ?? null }),
    inline: token =>
      tokens.push({ kind: 'inline', size: token.length, nodes: token.nodes, position: token.position }),
    close: (row, token) => tokens.push({ kind: 'close', size: 1, row, position: token?.position ?? null }),
    leaf: (row, token) => tokens.push({ kind: 'leaf', size: 1, row, position: token.position }),
  })
  for (const token of merged) reader.read(token)
  reader.finish()
  return { rows: reader.rows, tokens }
}

function hunksBetween(
  table: BlockTable,
  old: readonly OldToken[],
  tokens: readonly NewToken[],
  start: number,
  end: number,
): Hunk[] {
  const hunks: Hunk[] = []
  let cursor = start
  let pending: NewToken[] = []
  let next = 0
  const flush = (upTo: number): void => {
    while (next < old.length && ends(old, next) <= cursor) next++
    const gone: OldToken[] = []
    for (let i = next; i < old.length; i++) {
      const token = old[i]
      if (!token || token.position >= upTo) break
      gone.push(token)
    }
    const hunk = trimmed(table, gone, pending, cursor, upTo)
    if (hunk) hunks.push(hunk)
    pending = []
  }
  for (const token of tokens) {
    if (token.position === null) pending.push(token)
    else {
      flush(token.position)
      cursor = token.position + token.size
    }
  }
  flush(end)
  return hunks
}

function ends(old: readonly OldToken[], i: number): number {
  const token = old[i]
  return token ? token.position + token.size : 0
}

/** A hunk without the starts and ends that are the same on both sides: their blocks stay. */
function trimmed(
  table: BlockTable,
  gone: OldToken[],
  pending: NewToken[],
  start: number,
  end: number,
): Hunk | null {
  let from = start
  let to = end
  let a = 0
  let oldEnd = gone.length
  let newEnd = pending.length
  while (a < oldEnd && a < newEnd && sameBoundary(gone[a], pending[a])) {
    a++
    from++
  }
  while (oldEnd > a && newEnd > a && sameBoundary(gone[oldEnd - 1], pending[newEnd - 1])) {
    oldEnd--
    newEnd--
    to--
  }
  const rest = pending.slice(a, newEnd)
  return from < to || rest.length > 0 ? { from, to, slice: sliceOf(table, rest) } : null
}

function sameBoundary(old: OldToken | undefined, now: NewToken | undefined): boolean {
  return old !== undefined && old.kind === now?.kind && (old.kind === 'open' || old.kind === 'close')
}

function sliceOf(table: BlockTable, tokens: readonly NewToken[]): Slice {
  if (tokens.length === 0) return Slice.empty
  if (tokens.every(token => token.kind === 'inline')) {
    return new Slice(Fragment.from(tokens.flatMap(token => token.nodes ?? [])), 0, 0)
  }
  const blocks: Node[] = []
  let open: { row: Row | null; content: Node[] } | null = null
  let openStart = 0
  const finish = (): void => {
    if (!open) return
    const { row, content } = open
    blocks.push(
      row ? nodeForRow(row, table.overrides, content) : schema.nodes.paragraph.create(null, content),
    )
    open = null
  }
  for (const token of tokens) {
    if (token.kind === 'leaf' && token.row) blocks.push(nodeForRow(token.row, table.overrides, []))
    else if (token.kind === 'open') open = { row: token.row ?? null, content: [] }
    else {
      if (!open) {
        // Continues the block before the hunk.
        open = { row: null, content: [] }
        openStart = 1
      }
      if (token.kind === 'inline') open.content.push(...(token.nodes ?? []))
      else finish()
    }
  }
  const openEnd = open ? 1 : 0
  finish()
  return new Slice(Fragment.from(blocks), openStart, openEnd)
}
