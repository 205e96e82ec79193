import type { NoteDocument } from '../../sync/noteDocument'
import type { Spot } from './spots'

/** Where the caret was, and in which of the note's two texts. */
export interface FieldSpot {
  field: 'title' | 'body'
  spot: Spot
}

interface StackEvent {
  stackItem: { meta: Map<unknown, unknown> }
}

/** Remembers with each step of undo where the caret was before it, and puts it back there. */
export class UndoSpots {
  private last: FieldSpot | null = null

  /**
   * `current` says where the caret is, `restore` puts it somewhere.
   */
  constructor(
    private readonly note: NoteDocument,
    private readonly current: () => FieldSpot | null,
    private readonly restore: (spot: FieldSpot) => void,
  ) {
    note.undo.on('stack-item-added', this.onAdded)
    note.undo.on('stack-item-popped', this.onPopped)
  }

  /** To be told right before an edit. */
  remember(spot: FieldSpot): void {
    this.last = spot
  }

  undo(): boolean {
    this.last = this.current()
    return this.note.undo.undo() !== null
  }

  redo(): boolean {
    this.last = this.current()
    return this.note.undo.redo() !== null
  }

  destroy(): void {
    this.note.undo.off('stack-item-added', this.onAdded)
    this.note.undo.off('stack-item-popped', this.onPopped)
  }

  private readonly onAdded = ({ stackItem }: StackEvent): void => {
    if (this.last) stackItem.meta.set(this, this.last)
  }

  private readonly onPopped = ({ stackItem }: StackEvent): void => {
    const spot = stackItem.meta.get(this) as FieldSpot | undefined
    if (spot) this.restore(spot)
  }
}
