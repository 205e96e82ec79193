/** Commands on the look of text. */
import { toggleMark } from '@tiptap/pm/commands'
import type { Mark, MarkType } from '@tiptap/pm/model'
import { type Command, type EditorState, TextSelection } from '@tiptap/pm/state'
import { openableLink } from '../schema/links'
import { schema } from '../schema/schema'
import { structural } from './blocks'

/** Makes the selection, or what is typed next, so; or takes it away. Code blocks show no marks, so they get none. */
export function toggle(name: 'bold' | 'italic' | 'underline' | 'strike' | 'code'): Command {
  const command = toggleMark(schema.marks[name])
  return (state, dispatch, view) => {
    // The key is taken all the same: the browser would format by itself.
    if (state.selection.$head.parent.type === schema.nodes.codeBlock) return true
    return command(state, dispatch && (tr => dispatch(tr.docChanged ? structural(tr) : tr)), view)
  }
}

/** A stretch of text that a link could be put on. */
export interface LinkRange {
  from: number
  to: number
  /** The address it links to now. */
  href: string | null
}

/** The selection, or the link or word the caret is in; nothing where there is no text. */
export function linkRange(state: EditorState): LinkRange | null {
  const { selection } = state
  if (!(selection instanceof TextSelection)) return null
  const { $from, from, to } = selection
  if ($from.parent.type === schema.nodes.codeBlock) return null
  const around = markRange(state, from, schema.marks.link)
  if (around && to <= around.to)
    return { from: around.from, to: around.to, href: around.mark.attrs.href as string }
  if (!selection.empty) return { from, to, href: null }
  const text = $from.parent.textBetween(0, $from.parent.content.size, '', '\0')
  const before = /[\p{L}\p{N}_-]*$/u.exec(text.slice(0, $from.parentOffset))?.[0].length ?? 0
  const after = /^[\p{L}\p{N}_-]*/u.exec(text.slice($from.parentOffset))?.[0].length ?? 0
  return before + after > 0 ? { from: from - before, to: from + after, href: null } : null
}

/** Links a range, or takes its link away. Addresses nobody could open are refused. */
export function setLink({ from, to }: LinkRange, href: string | null): Command {
  return (state, dispatch) => {
    const address = href === null ? null : openableLink(href)
    if (href !== null && address === null) return false
    const tr = state.tr.removeMark(from, to, schema.marks.link)
    if (address !== null) tr.addMark(from, to, schema.marks.link.create({ href: address }))
    dispatch?.(structural(tr))
    return true
  }
}

/** The address of the link at a position, if a person may open it. */
export function linkAt(state: EditorState, position: number): string | null {
  const around = markRange(state, position, schema.marks.link)
  return around ? openableLink(around.mark.attrs.href) : null
}

/** How far a mark of this type reaches around a position. */
function markRange(
  state: EditorState,
  position: number,
  type: MarkType,
): { from: number; to: number; mark: Mark } | null {
  const $position = state.doc.resolve(position)
  const { parent, parentOffset } = $position
  if (!parent.isTextblock) return null
  const touching = [parent.childAfter(parentOffset), parent.childBefore(parentOffset)]
  const found = touching.find(({ node }) => node && type.isInSet(node.marks))
  const mark = found?.node && type.isInSet(found.node.marks)
  if (!found || !mark) return null
  let [first, last] = [found.index, found.index]
  while (first > 0 && mark.isInSet(parent.child(first - 1).marks)) first--
  while (last + 1 < parent.childCount && mark.isInSet(parent.child(last + 1).marks)) last++
  const start = $position.start()
  let from = start
  for (let i = 0; i < first; i++) from += parent.child(i).nodeSize
  let to = from
  for (let i = first; i <= last; i++) to += parent.child(i).nodeSize
  return { from, to, mark }
}
