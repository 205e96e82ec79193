/** What Enter does. */
import type { Attrs, Node } from '@tiptap/pm/model'
import {
  type Command,
  type EditorState,
  NodeSelection,
  TextSelection,
  type Transaction,
} from '@tiptap/pm/state'
import { schema } from '../schema/schema'
import { type BlockAt, currentBlock, isEditable, setKindAt, structural } from './blocks'

const { nodes } = schema

/** The first of these that has something to do. */
export const enter: Command = (state, dispatch) =>
  afterVoid(state, dispatch) || inCode(state, dispatch) || inEmpty(state, dispatch) || split(state, dispatch)

/** A line break inside the block. */
export const lineBreak: Command = (state, dispatch) => {
  if (!currentBlock(state)) return false
  dispatch?.(state.tr.insertText('\n').scrollIntoView())
  return true
}

/** Leaves a code block, or any other, downwards: a paragraph behind it. */
export const exitBlock: Command = (state, dispatch) => {
  const block = currentBlock(state)
  if (block?.node.type !== nodes.codeBlock) return false
  dispatch?.(structural(insertParagraph(state.tr, block)).scrollIntoView())
  return true
}

/** With a whole block selected: a paragraph behind it. */
const afterVoid: Command = (state, dispatch) => {
  const { selection } = state
  if (!(selection instanceof NodeSelection) || !selection.node.isBlock) return false
  const block = { node: selection.node, position: selection.from, index: 0 }
  dispatch?.(structural(insertParagraph(state.tr, block)).scrollIntoView())
  return true
}

/** In code, a new line that begins as the last one did; on an empty last line, the way out. */
const inCode: Command = (state, dispatch) => {
  const block = currentBlock(state)
  if (block?.node.type !== nodes.codeBlock) return false
  const before = block.node.textContent.slice(0, state.selection.$from.parentOffset)
  const atEnd = state.selection.empty && before.length === block.node.content.size
  const { tr } = state
  if (atEnd && before.endsWith('\n')) {
    const end = block.position + 1 + block.node.content.size
    tr.delete(end - 1, end)
    const node = tr.doc.nodeAt(block.position)
    if (node) structural(insertParagraph(tr, { ...block, node }))
  } else {
    const indentation = /[^\n]*$/.exec(before)?.[0].match(/^[ \t]*/)?.[0] ?? ''
    tr.insertText(`\n${indentation}`)
  }
  dispatch?.(tr.scrollIntoView())
  return true
}

/** In an empty list item: out one level, then out of the list. In an empty quotation: out of it. */
const inEmpty: Command = (state, dispatch) => {
  const block = currentBlock(state)
  if (!block || !state.selection.empty || block.node.content.size > 0 || !isEditable(block.node)) return false
  const tr = stepOut(state.tr, block)
  if (!tr) return false
  dispatch?.(structural(tr).scrollIntoView())
  return true
}

function stepOut(tr: Transaction, block: BlockAt): Transaction | null {
  const { node, position } = block
  if (node.type === nodes.item) {
    const indent = node.attrs.indent as number
    return indent > 0
      ? tr.setNodeAttribute(position, 'indent', indent - 1)
      : setKindAt(tr, block, 'paragraph')
  }
  const quote = node.attrs.quote as number
  return quote > 0 ? tr.setNodeAttribute(position, 'quote', quote - 1) : null
}

/**
 * Divides the block. At its start the new block goes before it, so that the text keeps its id, its tick and whoever
 * points at it; at its end a heading is followed by a paragraph.
 */
const split: Command = (state, dispatch) => {
  const { tr, selection } = state
  const marks = state.storedMarks ?? (selection.$to.parentOffset > 0 ? selection.$from.marks() : null)
  if (!selection.empty) tr.deleteSelection()
  const { $from } = tr.selection
  if ($from.depth !== 1 || !isEditable($from.parent)) return false
  const position = $from.before(1)
  const { size } = $from.parent.content
  if ($from.parentOffset === 0 && size > 0) tr.insert(position, followerOf($from.parent, true))
  else {
    const next = followerOf($from.parent, $from.parentOffset === size)
    tr.split($from.pos, 1, [{ type: next.type, attrs: next.attrs }])
    if (marks) tr.ensureMarks(marks)
  }
  dispatch?.(structural(tr).scrollIntoView())
  return true
}

/** An empty block as it follows, or precedes, this one. */
function followerOf(node: Node, whole: boolean): Node {
  const { indent, quote } = node.attrs
  const place: Attrs = { indent, quote }
  if (node.type === nodes.item) return nodes.item.create({ ...place, kind: node.attrs.kind })
  if (node.type === nodes.heading && !whole)
    return nodes.heading.create({ ...place, level: node.attrs.level })
  return nodes.paragraph.create(place)
}

/** Puts an empty paragraph behind a block and the caret into it. */
export function insertParagraph(tr: Transaction, { node, position }: BlockAt): Transaction {
  const end = position + node.nodeSize
  const { indent, quote } = node.attrs
  tr.insert(end, nodes.paragraph.create({ indent, quote }))
  return tr.setSelection(TextSelection.create(tr.doc, end + 1))
}

/** The last block if a caret cannot stand below it: a void block, code, or one that is only shown. */
export function deadEnd({ doc }: EditorState): BlockAt | null {
  const node = doc.lastChild
  if (!node || (isEditable(node) && node.type !== nodes.codeBlock)) return null
  return { node, position: doc.content.size - node.nodeSize, index: doc.childCount - 1 }
}
