/** Markdown while typing. */
import type { Node } from '@tiptap/pm/model'
import { type EditorState, Plugin, TextSelection, type Transaction } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { currentBlock, type Kind, setKindAt, structural } from './commands/blocks'
import { openableLink } from './schema/links'
import { MAX_QUOTE, schema } from './schema/schema'

const { nodes, marks } = schema

/** Text of a block that becomes a kind of block; matched against everything before the caret. */
const BLOCK_RULES: [RegExp, (match: RegExpExecArray) => { kind: Kind; checked?: boolean }][] = [
  [/^(#{1,3}) $/, match => ({ kind: `h${match[1]?.length ?? 1}` as Kind })],
  [/^[-*+] $/, () => ({ kind: 'bullet' })],
  [/^\d{1,3}[.)] $/, () => ({ kind: 'ordered' })],
  [/^\[( |x|X)?\] $/, match => ({ kind: 'task', checked: match[1]?.toLowerCase() === 'x' })],
  [/^```$/, () => ({ kind: 'code' })],
]

/** Delimiters around text that becomes marked; the text is group 2, what stands before the delimiter group 1. */
const MARK_RULES: [RegExp, 'bold' | 'italic' | 'strike' | 'code'][] = [
  [/(^|[^*\\])\*\*([^*\s](?:[^*]*[^*\s])?)\*\*$/, 'bold'],
  [/(^|[\s(])__([^_\s](?:[^_]*[^_\s])?)__$/, 'bold'],
  [/(^|[^*\\])\*([^*\s](?:[^*]*[^*\s])?)\*$/, 'italic'],
  [/(^|[\s(])_([^_\s](?:[^_]*[^_\s])?)_$/, 'italic'],
  [/(^|[^~])~~([^~\s](?:[^~]*[^~\s])?)~~$/, 'strike'],
  [/(^|[^`])`([^`]+)`$/, 'code'],
]

const LINK_RULE = /\[([^[\]]+)\]\(([^()\s]+)\)$/

/** Longest text before the caret that is looked at. */
const MAX_LOOKBACK = 500

/**
 * Converts on the character that completes a pattern. That character is typed first and the conversion is a step of undo
 * of its own, so one undo gives the literal text back.
 */
export function inputRules(): Plugin {
  return new Plugin({
    props: {
      handleTextInput(view, from, to, text) {
        if (view.composing || from !== to || !mayConvert(view.state)) return false
        const typed = view.state.tr.insertText(text, from, to)
        const state = view.state.apply(typed)
        if (!conversion(state)) return false
        view.dispatch(typed)
        convert(view)
        return true
      },
      handleDOMEvents: {
        // An input method's text is in the document only after this event.
        compositionend: view => {
          setTimeout(() => {
            if (!view.isDestroyed && mayConvert(view.state)) convert(view)
          })
          return false
        },
      },
    },
  })
}

function convert(view: EditorView): void {
  const tr = conversion(view.state)
  if (tr) view.dispatch(structural(tr).scrollIntoView())
}

function mayConvert(state: EditorState): boolean {
  const { selection } = state
  if (!(selection instanceof TextSelection) || !selection.empty) return false
  const { parent } = selection.$head
  return parent.isTextblock && parent.type !== nodes.codeBlock && parent.type !== nodes.unknownBlock
}

/** What the text before the caret becomes, if it becomes anything. */
export function conversion(state: EditorState): Transaction | null {
  const block = currentBlock(state)
  if (!block) return null
  const offset = state.selection.$head.parentOffset
  const before = block.node.textBetween(Math.max(0, offset - MAX_LOOKBACK), offset, '', '\ufffc')
  return convertBlock(state, before) ?? convertMark(state, before) ?? convertLink(state, before)
}

function convertBlock(state: EditorState, before: string): Transaction | null {
  const block = currentBlock(state)
  if (!block || state.selection.$head.parentOffset !== before.length) return null
  const { node, position } = block
  if (before === '> ') return quote(state, node, position)
  if (before === '---' && node.type === nodes.paragraph && node.content.size === 3)
    return divide(state, node, position)
  for (const [pattern, become] of BLOCK_RULES) {
    const match = pattern.exec(before)
    if (!match) continue
    const { kind, checked } = become(match)
    // In a list only a box still means something: "- [ ] ".
    if (node.type !== nodes.paragraph && !(node.type === nodes.item && kind === 'task')) return null
    const tr = state.tr.delete(position + 1, position + 1 + before.length)
    const emptied = tr.doc.nodeAt(position)
    return (
      emptied &&
      setKindAt(tr, { ...block, node: emptied }, kind, kind === 'task' ? { checked: checked === true } : {})
    )
  }
  return null
}

function quote({ tr }: EditorState, node: Node, position: number): Transaction | null {
  const depth = node.attrs.quote as number
  if (depth >= MAX_QUOTE) return null
  return tr.delete(position + 1, position + 3).setNodeAttribute(position, 'quote', depth + 1)
}

/** The line becomes a divider, and what was behind the caret goes on below it. */
function divide({ tr }: EditorState, node: Node, position: number): Transaction {
  const { indent, quote } = node.attrs
  tr.delete(position + 1, position + 4).insert(position, nodes.divider.create({ indent, quote }))
  return tr.setSelection(TextSelection.create(tr.doc, position + 2))
}

function convertMark({ tr, selection }: EditorState, before: string): Transaction | null {
  for (const [pattern, name] of MARK_RULES) {
    const match = pattern.exec(before)
    if (!match) continue
    const text = match[2] ?? ''
    const end = selection.head
    const delimiter = (match[0].length - (match[1]?.length ?? 0) - text.length) / 2
    const start = end - 2 * delimiter - text.length
    if (inCodeMark(tr.doc, start, end)) return null
    const mark = marks[name]
    tr.delete(end - delimiter, end).delete(start, start + delimiter)
    return tr.addMark(start, start + text.length, mark.create()).removeStoredMark(mark)
  }
  return null
}

function convertLink({ tr, selection }: EditorState, before: string): Transaction | null {
  const match = LINK_RULE.exec(before)
  const [whole, label, address] = match ?? []
  const href = openableLink(address)
  if (whole === undefined || label === undefined || href === null) return null
  const end = selection.head
  const start = end - whole.length
  if (inCodeMark(tr.doc, start, end)) return null
  tr.delete(start + 1 + label.length, end).delete(start, start + 1)
  return tr.addMark(start, start + label.length, marks.link.create({ href })).removeStoredMark(marks.link)
}

function inCodeMark(doc: Node, from: number, to: number): boolean {
  return doc.rangeHasMark(from, to, marks.code)
}
