import type { Node, Slice } from '@tiptap/pm/model'
import { type BlockLook, lookOfNode } from '../schema/blockRecord'
import { embedOf, type MarkRecord, markRecordOf } from '../schema/inlineRecord'

/** A piece of a slice in the order of the text. `offset` is how far into the slice it begins, in positions. */
export type SliceToken =
  | { kind: 'open'; look: BlockLook; offset: number }
  | { kind: 'close'; offset: number }
  | { kind: 'void'; look: BlockLook; offset: number }
  | { kind: 'text'; text: string; marks: MarkRecord; length: number; offset: number }
  | { kind: 'atom'; embed: object; marks: MarkRecord; length: 1; offset: number }

/** The tokens of a slice of this schema: blocks at depth 0, text and atoms at depth 1. */
export function sliceTokens(slice: Slice): SliceToken[] {
  const tokens: SliceToken[] = []
  let offset = 0
  const content = (node: Node): void => {
    tokens.push(inlineToken(node, offset))
    offset += node.nodeSize
  }
  const last = slice.content.childCount - 1
  slice.content.forEach((node, _, i) => {
    if (node.isInline) return content(node)
    if (node.isLeaf) {
      tokens.push({ kind: 'void', look: lookOfNode(node), offset: offset++ })
      return
    }
    if (i > 0 || slice.openStart === 0)
      tokens.push({ kind: 'open', look: lookOfNode(node), offset: offset++ })
    node.forEach(content)
    if (i < last || slice.openEnd === 0) tokens.push({ kind: 'close', offset: offset++ })
  })
  return tokens
}

function inlineToken(node: Node, offset: number): SliceToken {
  const marks = markRecordOf(node.marks)
  if (node.isText) return { kind: 'text', text: node.text ?? '', marks, length: node.nodeSize, offset }
  return { kind: 'atom', embed: embedOf(node), marks, length: 1, offset }
}
