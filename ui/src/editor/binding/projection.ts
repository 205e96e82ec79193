import type { Node } from '@tiptap/pm/model'
import type { NoteDocument } from '../../sync/noteDocument'
import { lookOf, nodeOf } from '../schema/blockRecord'
import { schema } from '../schema/schema'
import { GrammarReader, Row, type Token, tokensOf } from './grammar'
import { Overrides } from './overrides'
import { readRuns } from './storedText'

/** A note as the view shows it, and the rows it was read from. */
export interface Projection {
  doc: Node
  rows: Row[]
  overrides: Overrides
}

/** Reads a whole note. Pure: nothing is written, whatever the note holds. */
export function project({ body, attrs }: Pick<NoteDocument, 'body' | 'attrs'>): Projection {
  const overrides = Overrides.read(attrs)
  const blocks: Node[] = []
  let content: Node[] = []
  const reader = new GrammarReader<Token>({
    open: () => {
      content = []
    },
    inline: token => {
      if (token.kind === 'inline') content.push(...token.nodes)
    },
    close: row => blocks.push(nodeForRow(row, overrides, content)),
    leaf: row => blocks.push(nodeForRow(row, overrides, [])),
  })
  for (const run of readRuns(body)) for (const token of tokensOf(run)) reader.read(token)
  reader.finish()
  const { rows } = reader
  if (rows.length === 0) {
    // A view needs a block; an empty body shows one paragraph of which nothing is stored.
    const row = Row.implied()
    rows.push(row)
    blocks.push(nodeForRow(row, overrides, []))
  }
  return { doc: schema.topNodeType.create(null, blocks), rows, overrides }
}

export function nodeForRow(row: Row, overrides: Overrides, content: readonly Node[]): Node {
  return nodeOf(lookOf(overrides.effective(row), row.isVoid), row.id, joined(content))
}

/** Inline content as ProseMirror wants it: adjacent text of equal marks in one node. */
export function joined(nodes: readonly Node[]): Node[] {
  const out: Node[] = []
  for (const node of nodes) {
    const last = out.at(-1)
    if (last?.isText && node.isText && last.sameMarkup(node)) {
      out[out.length - 1] = schema.text((last.text ?? '') + (node.text ?? ''), last.marks)
    } else out.push(node)
  }
  return out
}
