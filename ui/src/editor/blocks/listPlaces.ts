import type { Node } from '@tiptap/pm/model'
import { Plugin } from '@tiptap/pm/state'
import { schema } from '../schema/schema'

/** An item's place in its list: which one it is, from 1, and of how many. */
export interface ListPlace {
  position: number
  size: number
}

/** Shows an item's place. */
export interface PlacedItem {
  place(place: ListPlace): void
}

/** Who shows which item. Node views enter themselves. */
export class PlacedItems {
  /** Somebody has come who knows no place yet. */
  hasNew = false
  private readonly byNode = new WeakMap<Node, PlacedItem>()

  show(node: Node, item: PlacedItem): void {
    this.byNode.set(node, item)
  }

  get(node: Node): PlacedItem | undefined {
    return this.byNode.get(node)
  }
}

/**
 * Tells list items their place, which a flat note does not say by structure: for the numbers of ordered lists and for
 * people who hear the note. Only lists that changed are counted again.
 */
export function listPlaces(items: PlacedItems): Plugin {
  return new Plugin({
    view: view => {
      place(view.state.doc, 0, view.state.doc.childCount, items)
      return {
        update: ({ state: { doc } }, before) => {
          if (items.hasNew) place(doc, 0, doc.childCount, items)
          else if (doc !== before.doc) {
            const [from, to] = changedRange(before.doc, doc)
            if (from < to || doc.childCount !== before.doc.childCount) place(doc, from, to, items)
          }
        },
      }
    },
  })
}

/** The blocks of `now` that differ from `before` in more than their words, as a range of indices. */
function changedRange(before: Node, now: Node): [number, number] {
  const most = Math.min(before.childCount, now.childCount)
  let from = 0
  while (from < most && sameMarkup(before.child(from), now.child(from))) from++
  let end = 0
  const fromEnd = (doc: Node): Node => doc.child(doc.childCount - 1 - end)
  while (end < most - from && sameMarkup(fromEnd(before), fromEnd(now))) end++
  return [from, now.childCount - end]
}

function sameMarkup(before: Node, now: Node): boolean {
  if (before === now) return true
  const { kind, indent } = now.attrs
  return before.type === now.type && before.attrs.kind === kind && before.attrs.indent === indent
}

/** Counts the lists that reach into a range. */
function place(doc: Node, from: number, to: number, items: PlacedItems): void {
  let start = from
  while (start > 0 && !endsLists(doc.child(start - 1))) start--
  const counter = new ListCounter()
  for (let i = start; i < doc.childCount; i++) {
    const block = doc.child(i)
    if (i >= to && endsLists(block)) break
    counter.add(block)
  }
  counter.tell(items)
  items.hasNew = false
}

/** A block after which every list begins anew. */
function endsLists(block: Node): boolean {
  return block.type !== schema.nodes.item && block.attrs.indent === 0
}

interface List {
  kind: string
  size: number
}

class ListCounter {
  private readonly counted: { block: Node; list: List; position: number }[] = []
  /** The lists that could go on, by depth. */
  private open: (List | undefined)[] = []

  add(block: Node): void {
    const indent = block.attrs.indent as number
    if (block.type !== schema.nodes.item) {
      // A deeper block belongs to the item above it; any other ends the list.
      this.open = this.open.slice(0, indent)
      return
    }
    const kind = block.attrs.kind as string
    this.open = this.open.slice(0, indent + 1)
    const list = this.open[indent]?.kind === kind ? this.open[indent] : { kind, size: 0 }
    this.open[indent] = list
    list.size++
    this.counted.push({ block, list, position: list.size })
  }

  tell(items: PlacedItems): void {
    for (const { block, list, position } of this.counted)
      items.get(block)?.place({ position, size: list.size })
  }
}
