import type { Node } from '@tiptap/pm/model'
import { type Command, type EditorState, Plugin, PluginKey, type Transaction } from '@tiptap/pm/state'
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view'
import { isEditable, structural } from '../commands/blocks'

/** Words for a block that two people moved at the same time. */
export interface TwinLabels {
  /** What happened. */
  moved: string
  /** Keeps this copy and takes the others away. */
  join: string
}

const key = new PluginKey<DecorationSet>('twins')

/**
 * Marks copies of one block: two people moved it at the same time, and nothing was dropped. One click joins them; until
 * then both are the same block, and what is done to one is done to the other.
 */
export function twins(labels: TwinLabels): Plugin<DecorationSet> {
  return new Plugin<DecorationSet>({
    key,
    state: {
      init: (_, { doc }) => badges(doc, labels),
      apply: (tr, set, _, { doc }) => {
        if (!tr.docChanged) return set
        return changesIds(tr) ? badges(doc, labels) : set.map(tr.mapping, doc)
      },
    },
    props: { decorations: (state: EditorState) => key.getState(state) },
  })
}

/** Keeps the block at `position` and takes its twins away; words that only a twin has come to its end. */
export function joinTwins(position: number): Command {
  return (state, dispatch) => {
    const kept = state.doc.nodeAt(position)
    if (!kept || kept.attrs.id === null) return false
    const others: { node: Node; at: number }[] = []
    state.doc.forEach((node, at) => {
      if (at !== position && node.attrs.id === kept.attrs.id) others.push({ node, at })
    })
    if (others.length === 0) return false
    const { tr } = state
    for (const { node, at } of others.toReversed()) {
      tr.delete(at, at + node.nodeSize)
      if (!isEditable(kept) || node.content.eq(kept.content)) continue
      const end = tr.mapping.map(position, 1) + kept.nodeSize - 1
      tr.insert(end, node.content).insertText('\n', end)
    }
    dispatch?.(structural(tr))
    return true
  }
}

function changesIds({ before, doc }: Transaction): boolean {
  if (before.childCount !== doc.childCount) return true
  for (let i = 0; i < doc.childCount; i++) {
    if (before.child(i) !== doc.child(i) && before.child(i).attrs.id !== doc.child(i).attrs.id) return true
  }
  return false
}

function badges(doc: Node, labels: TwinLabels): DecorationSet {
  const positions = new Map<string, number[]>()
  doc.forEach(({ attrs }, position) => {
    if (attrs.id !== null)
      positions.set(attrs.id as string, [...(positions.get(attrs.id as string) ?? []), position])
  })
  const copies = [...positions.values()].filter(list => list.length > 1).flat()
  const decorations = copies.map(position =>
    Decoration.widget(position, (view, getPosition) => badge(view, getPosition, labels), {
      side: -1,
      key: 'twin',
    }),
  )
  return DecorationSet.create(doc, decorations)
}

function badge(view: EditorView, position: () => number | undefined, labels: TwinLabels): HTMLElement {
  const element = document.createElement('div')
  element.className = 'twin'
  element.contentEditable = 'false'
  element.append(labels.moved)
  if (!view.editable) return element
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = labels.join
  button.addEventListener('mousedown', event => event.preventDefault())
  button.addEventListener('click', () => {
    const at = position()
    if (at !== undefined) joinTwins(at)(view.state, tr => view.dispatch(tr))
  })
  element.append(button)
  return element
}
