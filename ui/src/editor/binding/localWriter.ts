import type { Node } from '@tiptap/pm/model'
import type { Transaction } from '@tiptap/pm/state'
import {
  AddMarkStep,
  AttrStep,
  RemoveMarkStep,
  ReplaceAroundStep,
  ReplaceStep,
  type Step,
} from '@tiptap/pm/transform'
import type * as Y from 'yjs'
import type { IdSource } from '../../sync/blockId'
import type { NoteDocument } from '../../sync/noteDocument'
import type { BlockTable } from './blockTable'
import { MarkerWriter, type Mismatch } from './markerWriter'
import { writeMarks } from './markSteps'
import { ReplaceWriter } from './replaceWriter'

/** One step of a batch with the documents on either side of it. */
interface LocalStep {
  step: Step
  before: Node
  after: Node
}

/**
 * Translates what a person did in the view into operations on the stored text. One per batch: all transactions of one
 * commit become one edit.
 */
export class LocalWriter {
  private readonly markers: MarkerWriter
  private readonly replaces: ReplaceWriter
  private readonly steps: LocalStep[]
  private readonly final: Node

  constructor(
    private readonly note: NoteDocument,
    private readonly table: BlockTable,
    newId: IdSource,
    transactions: readonly Transaction[],
  ) {
    this.markers = new MarkerWriter(note, table, newId)
    this.replaces = new ReplaceWriter(note, table, this.markers)
    this.steps = transactions.flatMap(stepsOf)
    const last = this.steps.at(-1)
    if (!last) throw new RangeError('a batch without steps')
    this.final = last.after
  }

  /**
   * Writes everything as one edit, and says where the view may now differ from storage. `announce` is given the edit's
   * transaction before anybody else sees it.
   */
  write(announce: (transaction: Y.Transaction) => void): Mismatch {
    this.note.edit(transaction => {
      announce(transaction)
      for (const i of this.steps.keys()) this.writeStep(i)
    })
    return this.markers.mismatch
  }

  private writeStep(i: number): void {
    const { step, before, after } = this.step(i)
    if (step instanceof ReplaceStep) {
      const { from, to, slice } = step
      this.replaces.write({ before, after, from, to, slice, idAt: position => this.finalId(i, position) })
    } else if (step instanceof AddMarkStep || step instanceof RemoveMarkStep) {
      writeMarks(this.note, this.table, this.markers.mismatch, { before, after }, step.from, step.to)
    } else if (step instanceof AttrStep) this.writeAttribute(i, step)
    else if (!(step instanceof ReplaceAroundStep && this.writeTypeChange(step, after))) this.writeOutcome(i)
  }

  private writeAttribute(i: number, step: AttrStep): void {
    const { after } = this.step(i)
    const place = this.table.at(step.pos)
    if (!place.inside) {
      // An id is written with its block's start; here the view only learns it.
      if (step.attr === 'id') this.markers.mismatch.ids = true
      else this.markers.setMarkup(place.row, after.child(place.row))
      return
    }
    this.replaceRange(i, step.pos, step.pos + 1, step.pos, step.pos + 1)
  }

  /** A step that wraps the content of one block anew (`setBlockType`, `setNodeMarkup`): its start survives. */
  private writeTypeChange(step: ReplaceAroundStep, after: Node): boolean {
    const { from, to, gapFrom, gapTo, slice } = step
    const oneWrapper = gapFrom === from + 1 && gapTo === to - 1 && step.insert === 1 && slice.size === 2
    if (!oneWrapper || slice.content.childCount !== 1) return false
    const place = this.table.at(from)
    if (place.inside || this.table.row(place.row).shown !== to - from) return false
    this.markers.setMarkup(place.row, after.child(place.row))
    return true
  }

  /** Any other step: what its range became is written as a replacement. */
  private writeOutcome(i: number): void {
    const { step, before, after } = this.step(i)
    let from = Number.POSITIVE_INFINITY
    let to = 0
    let newFrom = Number.POSITIVE_INFINITY
    let newTo = 0
    step.getMap().forEach((oldStart, oldEnd, newStart, newEnd) => {
      from = Math.min(from, oldStart)
      to = Math.max(to, oldEnd)
      newFrom = Math.min(newFrom, newStart)
      newTo = Math.max(newTo, newEnd)
    })
    if (to >= from) this.replaceRange(i, from, to, newFrom, newTo)
    else if (!before.eq(after)) this.markers.mismatch.whole = true
  }

  private replaceRange(i: number, from: number, to: number, newFrom: number, newTo: number): void {
    const { before, after } = this.step(i)
    const slice = after.slice(newFrom, newTo)
    this.replaces.write({ before, after, from, to, slice, idAt: position => this.finalId(i, position) })
  }

  /** The id that the block starting at `position` after step `i` has once all steps are through. */
  private finalId(i: number, position: number): string | null {
    let at = position
    for (let k = i + 1; k < this.steps.length; k++) at = this.step(k).step.getMap().map(at, 1)
    const id: unknown = at <= this.final.content.size ? this.final.nodeAt(at)?.attrs.id : null
    return typeof id === 'string' ? id : null
  }

  private step(i: number): LocalStep {
    const step = this.steps[i]
    if (!step) throw new RangeError(`there is no step ${i}`)
    return step
  }
}

function stepsOf(transaction: Transaction): LocalStep[] {
  return transaction.steps.map((step, i) => ({
    step,
    before: transaction.docs[i] ?? transaction.doc,
    after: transaction.docs[i + 1] ?? transaction.doc,
  }))
}
