import type { Node } from '@tiptap/pm/model'
import { type EditorState, Plugin, PluginKey, type Transaction } from '@tiptap/pm/state'
import type * as Y from 'yjs'
import { type IdSource, randomBlockId } from '../../sync/blockId'
import type { NoteDocument } from '../../sync/noteDocument'
import { BlockTable } from './blockTable'
import { assignIds } from './freshIds'
import { LocalWriter } from './localWriter'
import type { Mismatch } from './markerWriter'
import { project } from './projection'
import { followChanges, followLooks, reconcile } from './remoteSteps'
import { bodySpot, indicesOf, KeptSelection, type Spot, selectText } from './spots'
import { readChanges } from './storedText'
import type { UndoSpots } from './undoSpots'

/** What shows the note: an editor view, or in tests anything with its state. */
export interface Host {
  readonly state: EditorState
  dispatch(tr: Transaction): void
}

/** Local transactions in the order they were applied, newest first. Cut behind what has been written. */
interface Pending {
  transaction: Transaction | null
  index: number
  previous: Pending | null
}

/** Marks a transaction as not a person's doing here. The name is what Tiptap's extensions look for. */
export interface SyncMeta {
  isChangeOrigin: true
}

export const syncKey = new PluginKey<Pending>('y-sync')

/** Meta of a local transaction that is to be a step of undo on its own. */
export const OWN_UNDO_STEP = 'ownUndoStep'

export interface BodyBindingOptions {
  newId?: IdSource
  /** Where the caret was, for undo. */
  spots?: UndoSpots
  /** Tests: throw where the view would otherwise be compared with storage and repaired. */
  strict?: boolean
}

/**
 * Keeps a ProseMirror view and a note's body the same. The text is the truth: local steps become exact operations on it,
 * changes to it become the smallest steps, and where the view says something storage cannot hold, the view gives way.
 *
 * Reading the note, mounting and following emit nothing.
 */
export class BodyBinding {
  /** How often a change could not be followed step by step; 0 unless somebody writes what no Skein writes. */
  rebuilds = 0
  private table: BlockTable
  private host: Host | null = null
  private written = 0
  private readonly own = new WeakSet<Y.Transaction>()
  private readonly newId: IdSource
  /** The note as it was read last; the view starts with it. */
  private readonly first: Node
  private changedUnseen = false

  constructor(
    readonly note: NoteDocument,
    private readonly options: BodyBindingOptions = {},
  ) {
    this.newId = options.newId ?? randomBlockId
    const { doc, rows, overrides } = project(note)
    this.first = doc
    this.table = new BlockTable({ rows, overrides })
    note.doc.on('afterTransaction', this.onTransaction)
  }

  /** What the view is to start with. */
  get doc(): Node {
    return this.first
  }

  /** Rows and overrides as the binding holds them. For reading only. */
  get blocks(): Readonly<BlockTable> {
    return this.table
  }

  destroy(): void {
    this.note.doc.off('afterTransaction', this.onTransaction)
    this.host = null
  }

  /** The plugin the view is to run. It only collects; the text is written when the view commits a state. */
  plugin(): Plugin<Pending> {
    return new Plugin<Pending>({
      key: syncKey,
      state: {
        init: () => ({ transaction: null, index: 0, previous: null }),
        apply: (transaction, pending) => {
          if (!transaction.docChanged || isRemote(transaction)) return pending
          return { transaction, index: pending.index + 1, previous: pending }
        },
      },
      appendTransaction: (transactions, before, after) =>
        transactions.every(isRemote) ? null : assignIds(transactions, before, after, this.newId),
      view: host => {
        this.attach(host)
        return { update: (_, before) => this.commit(before), destroy: () => this.destroy() }
      },
    })
  }

  /** The selection as a spot, or nothing before there is a view. */
  spot(): Spot | null {
    return this.host && bodySpot(this.note.body, this.table, this.host.state)
  }

  /** Selects a spot again. */
  select(spot: Spot): void {
    const indices = indicesOf(this.note.doc, spot)
    if (!this.host || !indices) return
    const { tr } = this.host.state
    selectText(tr, this.table.toShown(indices.anchor, -1), this.table.toShown(indices.head, -1))
    this.host.dispatch(tr.scrollIntoView())
  }

  private attach(host: Host): void {
    this.host = host
    if (this.changedUnseen) this.rebuild()
    this.changedUnseen = false
  }

  /** Writes what was done in the view since the last commit. */
  private commit(before: EditorState): void {
    if (!this.host) return
    const newest = syncKey.getState(this.host.state)
    const transactions: Transaction[] = []
    for (let edit = newest; edit && edit.index > this.written; edit = edit.previous ?? undefined) {
      if (edit.transaction) transactions.unshift(edit.transaction)
    }
    if (!newest || transactions.length === 0) return
    const inSync = syncKey.getState(before)?.index === this.written
    this.written = newest.index
    newest.previous = null

    const alone = transactions.some(transaction => transaction.getMeta(OWN_UNDO_STEP) === true)
    if (alone) this.note.undo.stopCapturing()
    // Another plugin may have changed the state in between; then the caret before is nowhere to be found.
    if (inSync)
      this.options.spots?.remember({ field: 'body', spot: bodySpot(this.note.body, this.table, before) })
    const writer = new LocalWriter(this.note, this.table, this.newId, transactions)
    const mismatch = writer.write(transaction => this.own.add(transaction))
    if (alone) this.note.undo.stopCapturing()
    if (mismatch.any) this.correct(mismatch)
  }

  private correct({ whole, ids, looks }: Mismatch): void {
    if (!this.host) return
    if (whole) return this.rebuild()
    const { tr } = this.host.state
    followLooks(tr, this.table, (row, node) => {
      const differs = ids && node.attrs.id !== row.id
      return differs || (row.id !== null && looks.has(row.id))
    })
    this.send(tr)
  }

  private readonly onTransaction = (transaction: Y.Transaction): void => {
    if (this.own.has(transaction)) return
    const changedIds = this.takeAttributes(transaction)
    const changes = changedBy(transaction).has(this.note.body) ? readChanges(this.note.body, transaction) : []
    if (changes.length === 0 && changedIds.size === 0) return
    if (!this.host) {
      this.changedUnseen = true
      return
    }
    const { tr, selection } = this.host.state
    const kept = new KeptSelection(selection, this.table)
    try {
      followChanges(tr, this.table, changes, changedIds)
      if (tr.docChanged) kept.restore(tr, this.table, changes)
    } catch (error) {
      if (this.options.strict) throw error
      this.rebuilds++
      this.rebuild()
      return
    }
    this.send(tr)
  }

  /** Takes changed attributes over; gives the ids of the blocks they belong to. */
  private takeAttributes(transaction: Y.Transaction): Set<string> {
    const ids = new Set<string>()
    for (const key of changedBy(transaction).get(this.note.attrs) ?? []) {
      const id = key === null ? null : this.table.overrides.note(key, this.note.attrs.get(key))
      if (id !== null) ids.add(id)
    }
    return ids
  }

  private rebuild(): void {
    if (!this.host) return
    const { doc, rows, overrides } = project(this.note)
    this.table = new BlockTable({ rows, overrides })
    const { tr } = this.host.state
    reconcile(tr, doc)
    this.send(tr)
  }

  private send(tr: Transaction): void {
    if (!tr.docChanged) return
    const meta: SyncMeta = { isChangeOrigin: true }
    this.host?.dispatch(tr.setMeta(syncKey, meta).setMeta('addToHistory', false))
  }
}

/** Whether a transaction shows what happened in storage. */
export function isRemote(transaction: Transaction): boolean {
  return (transaction.getMeta(syncKey) as SyncMeta | undefined)?.isChangeOrigin === true
}

/** What a transaction changed, by root. Yjs's own type wants events that a root's type does not say it has. */
function changedBy(transaction: Y.Transaction): Map<unknown, Set<string | null>> {
  return transaction.changed
}
