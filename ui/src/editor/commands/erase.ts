/** What Backspace and Delete do at the edges of a block. */
import {
  type Command,
  type EditorState,
  NodeSelection,
  TextSelection,
  type Transaction,
} from '@tiptap/pm/state'
import { isFrozen, schema } from '../schema/schema'
import { type BlockAt, currentBlock, isEditable, setKindAt, structural } from './blocks'

const { nodes } = schema

/** Backspace at the start of a block: out one level, out of the list, the heading or the quotation, then join. */
export const backspaceAtStart: Command = (state, dispatch) => {
  const block = caretBlock(state, 'start')
  if (!block) return false
  const tr = plainer(state.tr, block) ?? joinBackward(state, block)
  if (!tr) return false
  dispatch?.(structural(tr).scrollIntoView())
  return true
}

/** Delete at the end of a block: the next one joins it. */
export const deleteAtEnd: Command = (state, dispatch) => {
  const block = caretBlock(state, 'end')
  if (!block || block.index + 1 >= state.doc.childCount) return false
  const position = block.position + block.node.nodeSize
  const next = { node: state.doc.child(block.index + 1), position, index: block.index + 1 }
  const { tr } = state
  if (!isEditable(next.node)) eraseOrSelect(tr, next)
  else if (block.node.content.size === 0) tr.delete(block.position, position)
  else tr.join(position)
  dispatch?.(structural(tr).scrollIntoView())
  return true
}

function caretBlock(state: EditorState, edge: 'start' | 'end'): BlockAt | null {
  const { selection } = state
  const block = currentBlock(state)
  if (!block || !(selection instanceof TextSelection) || !selection.empty || !isEditable(block.node))
    return null
  const at = edge === 'start' ? 0 : block.node.content.size
  return selection.$head.parentOffset === at ? block : null
}

/** The block with one thing less about it; nothing if it is plain. */
function plainer(tr: Transaction, block: BlockAt): Transaction | null {
  const { node, position } = block
  const indent = node.attrs.indent as number
  const quote = node.attrs.quote as number
  if (node.type === nodes.item && indent > 0) return tr.setNodeAttribute(position, 'indent', indent - 1)
  if (node.type !== nodes.paragraph) return setKindAt(tr, block, 'paragraph')
  if (quote > 0) return tr.setNodeAttribute(position, 'quote', quote - 1)
  return indent > 0 ? tr.setNodeAttribute(position, 'indent', indent - 1) : null
}

function joinBackward({ tr, doc }: EditorState, { node, position, index }: BlockAt): Transaction | null {
  if (index === 0) return null
  const above = doc.child(index - 1)
  const start = position - above.nodeSize
  if (!isEditable(above)) {
    eraseOrSelect(tr, { node: above, position: start, index: index - 1 })
    // An empty line below something that is only selected is not wanted either.
    if (isFrozen(above) && node.content.size === 0) tr.delete(position, position + node.nodeSize)
    return tr
  }
  // An empty block above goes as a whole: the text keeps its own look and id.
  return above.content.size === 0 ? tr.delete(start, position) : tr.join(position)
}

/** A divider goes at once; a block nobody here understands is selected first, so that it is never lost by accident. */
function eraseOrSelect(tr: Transaction, { node, position }: BlockAt): void {
  if (isFrozen(node)) tr.setSelection(NodeSelection.create(tr.doc, position))
  else tr.delete(position, position + node.nodeSize)
}
