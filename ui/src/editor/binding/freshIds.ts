import type { Node } from '@tiptap/pm/model'
import type { EditorState, Transaction } from '@tiptap/pm/state'
import { AttrStep, Mapping, ReplaceAroundStep, ReplaceStep, type Step } from '@tiptap/pm/transform'
import type { IdSource } from '../../sync/blockId'
import { lookOfNode } from '../schema/blockRecord'
import { sameJson } from '../schema/equal'

/**
 * Gives an id to every block that local transactions made, and a fresh one to every copy: splitting and duplicating copy
 * attributes, ids included. A block that was there before keeps its id, and stays without one if it had none: nothing of
 * an implied paragraph is stored.
 */
export function assignIds(
  transactions: readonly Transaction[],
  before: EditorState,
  after: EditorState,
  newId: IdSource,
): Transaction | null {
  const steps = transactions.flatMap(transaction => transaction.steps)
  if (!steps.some(makesBlocks)) return null
  const change = changedBlocks(before.doc, after.doc)
  const survivors = survivorsOf(change, new Mapping(steps.map(step => step.getMap())))
  const keepers = keepersOf(change, survivors)
  const { tr } = after
  for (const { block, position } of change.now) {
    const id = block.attrs.id as string | null
    const keeps = survivors.has(position) || (id !== null && keepers.get(id) === position)
    if (!keeps) tr.step(new AttrStep(position, 'id', newId()))
  }
  return tr.docChanged ? tr : null
}

function makesBlocks(step: Step): boolean {
  if (step instanceof ReplaceStep) return step.slice.content.firstChild?.isBlock === true
  return step instanceof ReplaceAroundStep
}

interface PlacedBlock {
  block: Node
  position: number
}

/** The blocks between those at both ends that are the very same in both documents. */
interface ChangedBlocks {
  was: PlacedBlock[]
  now: PlacedBlock[]
  /** Ids of the blocks at both ends. */
  idsAround: Set<string>
}

function changedBlocks(before: Node, after: Node): ChangedBlocks {
  const most = Math.min(before.childCount, after.childCount)
  let start = 0
  while (start < most && before.child(start) === after.child(start)) start++
  let end = 0
  while (end < most - start && fromEnd(before, end) === fromEnd(after, end)) end++

  const idsAround = new Set<string>()
  const now: PlacedBlock[] = []
  after.forEach((block, position, i) => {
    if (i >= start && i < after.childCount - end) now.push({ block, position })
    else if (block.attrs.id !== null) idsAround.add(block.attrs.id as string)
  })
  const was: PlacedBlock[] = []
  before.forEach((block, position, i) => {
    if (i >= start && i < before.childCount - end) was.push({ block, position })
  })
  return { was, now, idsAround }
}

function fromEnd(doc: Node, i: number): Node {
  return doc.child(doc.childCount - 1 - i)
}

/** Positions of changed blocks that stood there before under the same id, or under none. */
function survivorsOf({ was, now }: ChangedBlocks, mapping: Mapping): Set<number> {
  const ids = new Map(now.map(({ block, position }) => [position, block.attrs.id as string | null]))
  const survivors = new Set<number>()
  for (const { block, position } of was) {
    const at = mapping.map(position, 1)
    if (ids.get(at) === block.attrs.id) survivors.add(at)
  }
  return survivors
}

/** For each id among the changed blocks, the position of the one that is to keep it if none survived: the first. */
function keepersOf({ now, idsAround }: ChangedBlocks, survivors: Set<number>): Map<string, number> {
  const keepers = new Map<string, number>()
  let previous: PlacedBlock | null = null
  for (const placed of now) {
    const { block, position } = placed
    const id = block.attrs.id as string | null
    if (id !== null && !idsAround.has(id)) {
      const keeper = keepers.get(id)
      if (keeper === undefined || (!survivors.has(keeper) && survivors.has(position)))
        keepers.set(id, position)
      // Enter at the start of a block leaves an empty copy before it: the text keeps the id.
      if (previous && keeper === previous.position && isEmptyCopy(previous.block, block)) {
        survivors.delete(previous.position)
        keepers.set(id, position)
      }
    }
    previous = placed
  }
  return keepers
}

function isEmptyCopy(copy: Node, block: Node): boolean {
  const emptied = copy.isTextblock && copy.content.size === 0 && block.content.size > 0
  return emptied && sameJson(lookOfNode(copy), lookOfNode(block))
}
