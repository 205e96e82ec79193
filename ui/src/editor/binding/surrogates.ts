/** Stored text never holds half a character, nor the block end where a person put it. */
import type { Node } from '@tiptap/pm/model'
import { BLOCK_END } from './grammar'

const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Takes the place of half a character; of the same length. */
export const REPLACEMENT = '\ufffd'

/** Text that may be stored, of the same length. */
export function cleanText(text: string): string {
  const lines = text.includes(BLOCK_END) ? text.replaceAll(BLOCK_END, '\n') : text
  return lines.replace(LONE, REPLACEMENT)
}

/** Whether `offset` of a block's content lies inside a surrogate pair. */
export function splitsPair(block: Node, offset: number): boolean {
  if (offset <= 0 || offset >= block.content.size) return false
  const { node, offset: start } = block.childAfter(offset)
  if (!node?.text || offset === start) return false
  return isHigh(node.text.charCodeAt(offset - start - 1)) && isLow(node.text.charCodeAt(offset - start))
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000
}
