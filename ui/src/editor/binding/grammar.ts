/**
 * The grammar of a body. Total: every sequence of tokens parses, and reading never repairs storage.
 *
 *     body  := block*
 *     block := VOID | S? inline* T?        at least one of the parts
 *
 * S is an embed `{b: <id>, …initial record}`, VOID the same with `v: 1`, T the character U+2029 inside the text. A block
 * without S is an implied paragraph, one without T ends where the next begins. A note is written with S and T around
 * every text block; then the view's positions and the text's indices are the same numbers.
 */
import type { Node } from '@tiptap/pm/model'
import type { BlockRecord } from '../schema/blockRecord'
import { atomOf, marksOf } from '../schema/inlineRecord'
import { schema } from '../schema/schema'
import type { Run } from './storedText'

/** Ends a block inside the text. */
export const BLOCK_END = '\u2029'

/** One block as stored: which of its tokens exist, and how long its content is. */
export class Row {
  /** Length of the content in UTF-16 units, an atom being 1. */
  length = 0
  /** Whether T is stored: 0 or 1. */
  end: 0 | 1 = 0

  constructor(
    readonly id: string | null,
    /** The initial record, as its S says. */
    readonly record: BlockRecord,
    readonly isVoid: boolean,
    /** Whether S is stored: 0 or 1. Only an implied paragraph has none. */
    readonly start: 0 | 1,
  ) {}

  static implied(): Row {
    return new Row(null, {}, false, 0)
  }

  /** Length in the text. */
  get stored(): number {
    return this.start + this.length + this.end
  }

  /** Length in the view. */
  get shown(): number {
    return this.isVoid ? 1 : this.length + 2
  }

  /** The same start without content. */
  opening(): Row {
    return new Row(this.id, this.record, this.isVoid, this.start)
  }

  /** The same block with another start, content and end kept. */
  withStart(id: string, record: BlockRecord): Row {
    const row = new Row(id, record, this.isVoid, 1)
    row.length = this.length
    row.end = this.end
    return row
  }
}

export type Token =
  | { kind: 'start'; row: Row; length: 1 }
  | { kind: 'inline'; nodes: readonly Node[]; length: number }
  | { kind: 'end'; length: 1 }

/** The tokens of one run. */
export function tokensOf(run: Run): Token[] {
  if ('embed' in run) {
    const row = rowOfEmbed(run.embed)
    if (row) return [{ kind: 'start', row, length: 1 }]
    return [{ kind: 'inline', nodes: [atomOf(run.embed, marksOf(run.marks))], length: 1 }]
  }
  const tokens: Token[] = []
  const marks = marksOf(run.marks)
  for (const [i, piece] of run.text.split(BLOCK_END).entries()) {
    if (i > 0) tokens.push({ kind: 'end', length: 1 })
    if (piece !== '')
      tokens.push({ kind: 'inline', nodes: [schema.text(piece, marks)], length: piece.length })
  }
  return tokens
}

/** The row an embed starts; nothing for an atom. */
function rowOfEmbed(embed: unknown): Row | null {
  if (typeof embed !== 'object' || embed === null || Array.isArray(embed)) return null
  const { b: id, v, ...record } = embed as Record<string, unknown>
  return typeof id === 'string' ? new Row(id, record, v === 1, 1) : null
}

/** Receives what the grammar makes of tokens; a token is missing where a start or an end is only implied. */
export interface GrammarSink<T> {
  open(row: Row, token: T | null): void
  inline(token: T): void
  close(row: Row, token: T | null): void
  leaf(row: Row, token: T): void
}

/** The reader of the grammar: tokens in, blocks out. `T` is a token that may carry more than the grammar needs. */
export class GrammarReader<
  T extends { readonly kind: Token['kind']; readonly row?: Row; readonly length: number },
> {
  readonly rows: Row[] = []
  private current: Row | null = null

  constructor(private readonly sink: GrammarSink<T>) {}

  read(token: T): void {
    if (token.kind === 'start' && token.row) this.start(token.row, token)
    else if (token.kind === 'inline') {
      this.block().length += token.length
      this.sink.inline(token)
    } else {
      const row = this.block()
      row.end = 1
      this.sink.close(row, token)
      this.current = null
    }
  }

  /** Ends what is still open. */
  finish(): void {
    if (!this.current) return
    this.sink.close(this.current, null)
    this.current = null
  }

  private start(row: Row, token: T): void {
    this.finish()
    this.rows.push(row)
    if (row.isVoid) this.sink.leaf(row, token)
    else {
      this.current = row
      this.sink.open(row, token)
    }
  }

  private block(): Row {
    if (!this.current) {
      this.current = Row.implied()
      this.rows.push(this.current)
      this.sink.open(this.current, null)
    }
    return this.current
  }
}
