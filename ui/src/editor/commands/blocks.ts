/** Commands on whole blocks: kinds, indentation, moving, copying. */
import type { Attrs, Node } from '@tiptap/pm/model'
import {
  type Command,
  type EditorState,
  NodeSelection,
  TextSelection,
  type Transaction,
} from '@tiptap/pm/state'
import { OWN_UNDO_STEP } from '../binding/bodyBinding'
import { type BlockType, MAX_INDENT, schema } from '../schema/schema'

/** A block and where it stands. */
export interface BlockAt {
  node: Node
  position: number
  index: number
}

/** Kinds a person can choose for a block with text. */
export type Kind = 'paragraph' | 'h1' | 'h2' | 'h3' | 'bullet' | 'ordered' | 'task' | 'code'

interface KindSpec {
  type: BlockType
  attrs: Attrs
}

const KINDS: Record<Kind, KindSpec> = {
  paragraph: { type: 'paragraph', attrs: {} },
  h1: { type: 'heading', attrs: { level: 1 } },
  h2: { type: 'heading', attrs: { level: 2 } },
  h3: { type: 'heading', attrs: { level: 3 } },
  bullet: { type: 'item', attrs: { kind: 'bullet' } },
  ordered: { type: 'item', attrs: { kind: 'ordered' } },
  task: { type: 'item', attrs: { kind: 'task' } },
  code: { type: 'codeBlock', attrs: {} },
}

/** A structural change: one step of undo, nothing before or after it in the same step. */
export function structural(tr: Transaction): Transaction {
  return tr.setMeta(OWN_UNDO_STEP, true)
}

/** The blocks a selection touches, in order. */
export function selectedBlocks({ doc, selection }: EditorState): BlockAt[] {
  const blocks: BlockAt[] = []
  const { from, to } = selection
  doc.forEach((node, position, index) => {
    const end = position + node.nodeSize
    const touched = from === to ? position <= from && from < end : position < to && from < end
    if (touched) blocks.push({ node, position, index })
  })
  return blocks
}

/** The block a text selection's head is in. */
export function currentBlock({ selection }: EditorState): BlockAt | null {
  const { $head } = selection
  if ($head.depth !== 1) return null
  return { node: $head.parent, position: $head.before(1), index: $head.index(0) }
}

export function hasKind(node: Node, kind: Kind): boolean {
  const { type, attrs } = KINDS[kind]
  return node.type.name === type && Object.entries(attrs).every(([name, value]) => node.attrs[name] === value)
}

/** Gives a block this kind; id, place and what nobody here understands stay. */
export function setKindAt(
  tr: Transaction,
  { node, position }: BlockAt,
  kind: Kind,
  more: Attrs = {},
): Transaction {
  const { type, attrs } = KINDS[kind]
  const { id, indent, quote, x } = node.attrs
  return tr.setNodeMarkup(position, schema.nodes[type], { id, indent, quote, x, ...attrs, ...more })
}

/** Gives all selected blocks with text this kind; if all have it already, makes paragraphs of them. */
export function setKind(kind: Kind, toggle = false): Command {
  return (state, dispatch) => {
    const blocks = selectedBlocks(state).filter(({ node }) => isEditable(node))
    if (blocks.length === 0) return false
    const wanted = toggle && blocks.every(({ node }) => hasKind(node, kind)) ? 'paragraph' : kind
    const changing = blocks.filter(({ node }) => !hasKind(node, wanted))
    if (changing.length === 0) return true
    const { tr } = state
    for (const block of changing) setKindAt(tr, block, wanted)
    dispatch?.(structural(tr).scrollIntoView())
    return true
  }
}

/** A block with text of a kind this version knows. */
export function isEditable(node: Node): boolean {
  return node.isTextblock && node.type !== schema.nodes.unknownBlock
}

/** Moves selected blocks, with what hangs below the last of them, one level in or out. Consumes the key either way. */
export function indent(by: 1 | -1): Command {
  return (state, dispatch) => {
    const blocks = withChildren(state, selectedBlocks(state))
    const first = blocks[0]
    if (!first) return false
    const above = first.index > 0 ? state.doc.child(first.index - 1) : null
    // One level below the block above at most, so that nothing hangs in the air.
    const room = above ? (above.attrs.indent as number) + 1 - (first.node.attrs.indent as number) : 0
    const { tr } = state
    if (by < 0 || room > 0) for (const block of blocks) indentBlock(tr, block, by)
    if (tr.docChanged) dispatch?.(structural(tr).scrollIntoView())
    return true
  }
}

function indentBlock(tr: Transaction, { node, position }: BlockAt, by: 1 | -1): void {
  if (node.type === schema.nodes.heading || !isEditable(node)) return
  const level = (node.attrs.indent as number) + by
  if (level >= 0 && level <= MAX_INDENT) tr.setNodeAttribute(position, 'indent', level)
}

/** Blocks and, behind the last of them, the deeper ones that belong to it. */
export function withChildren({ doc }: EditorState, blocks: readonly BlockAt[]): BlockAt[] {
  const all = [...blocks]
  const last = blocks.at(-1)
  if (!last || last.node.type !== schema.nodes.item) return all
  let position = last.position + last.node.nodeSize
  for (let index = last.index + 1; index < doc.childCount; index++) {
    const node = doc.child(index)
    if ((node.attrs.indent as number) <= (last.node.attrs.indent as number)) break
    all.push({ node, position, index })
    position += node.nodeSize
  }
  return all
}

/** Moves selected blocks, with their children, over the block above or below. The selection goes with them. */
export function moveBlocks(direction: -1 | 1): Command {
  return (state, dispatch) => {
    const blocks = withChildren(state, selectedBlocks(state))
    const [first, last] = [blocks[0], blocks.at(-1)]
    if (!first || !last) return false
    const over = direction < 0 ? first.index - 1 : last.index + 1
    if (over < 0 || over >= state.doc.childCount) return true
    const start = first.position
    const end = last.position + last.node.nodeSize
    const target = start + direction * state.doc.child(over).nodeSize
    const { tr, selection } = state
    tr.delete(start, end).insert(
      target,
      blocks.map(({ node }) => node),
    )
    selectShifted(tr, selection, target - start)
    dispatch?.(structural(tr).scrollIntoView())
    return true
  }
}

/** Puts a copy of the selected blocks behind them, and selects it. */
export const duplicateBlocks: Command = (state, dispatch) => {
  const blocks = selectedBlocks(state)
  const [first, last] = [blocks[0], blocks.at(-1)]
  if (!first || !last) return false
  const start = first.position
  const end = last.position + last.node.nodeSize
  const { tr, selection } = state
  tr.insert(
    end,
    blocks.map(({ node }) => node.type.create({ ...node.attrs, id: null }, node.content)),
  )
  selectShifted(tr, selection, end - start)
  dispatch?.(structural(tr).scrollIntoView())
  return true
}

function selectShifted(tr: Transaction, selection: EditorState['selection'], by: number): void {
  if (selection instanceof NodeSelection) tr.setSelection(NodeSelection.create(tr.doc, selection.from + by))
  else
    tr.setSelection(
      TextSelection.between(tr.doc.resolve(selection.anchor + by), tr.doc.resolve(selection.head + by)),
    )
}

/** Ticks a task, or takes the tick away. */
export function toggleChecked(position: number): Command {
  return (state, dispatch) => {
    const node = state.doc.nodeAt(position)
    if (node?.type !== schema.nodes.item || node.attrs.kind !== 'task') return false
    dispatch?.(structural(state.tr.setNodeAttribute(position, 'checked', node.attrs.checked !== true)))
    return true
  }
}

/** Ticks the task the caret is in. */
export const toggleCurrentTask: Command = (state, dispatch) => {
  const block = currentBlock(state)
  return block !== null && toggleChecked(block.position)(state, dispatch)
}
