import { Fragment, type Node, Schema, Slice } from '@tiptap/pm/model'
import { type EditorState, Plugin, PluginKey, TextSelection, type Transaction } from '@tiptap/pm/state'
import { ReplaceStep } from '@tiptap/pm/transform'
import type * as Y from 'yjs'
import type { NoteDocument } from '../../sync/noteDocument'
import { type Host, isRemote, OWN_UNDO_STEP, syncKey } from './bodyBinding'
import { indicesOf, mapIndex, type Spot, selectText, spotOf } from './spots'
import { type Change, readChanges, readRuns } from './storedText'
import { cleanText, REPLACEMENT, splitsPair } from './surrogates'
import type { UndoSpots } from './undoSpots'

/** The title: one line of plain text, so a position is an index of the stored text. */
export const titleSchema = new Schema({
  nodes: { doc: { content: 'text*', whitespace: 'pre' }, text: {} },
})

const titleKey = new PluginKey<readonly Transaction[]>('title-sync')

/** Keeps the one-line title editor and `title` the same, by the rules of the body's binding. */
export class TitleBinding {
  /** How often a change could not be followed step by step; 0 unless somebody cuts a character in two. */
  rebuilds = 0
  private host: Host | null = null
  private readonly own = new WeakSet<Y.Transaction>()
  private readonly first: Node
  private readonly seen = new WeakSet<Transaction>()

  constructor(
    readonly note: NoteDocument,
    private readonly spots?: UndoSpots,
  ) {
    this.first = projectTitle(note)
    note.doc.on('afterTransaction', this.onTransaction)
  }

  get doc(): Node {
    return this.first
  }

  destroy(): void {
    this.note.doc.off('afterTransaction', this.onTransaction)
    this.host = null
  }

  plugin(): Plugin<readonly Transaction[]> {
    return new Plugin<readonly Transaction[]>({
      key: titleKey,
      state: {
        init: () => [],
        // Transactions since the last commit; a remote one ends the list, because it comes only between commits.
        apply: (transaction, pending) => {
          if (isRemote(transaction)) return []
          return transaction.docChanged
            ? [...pending.filter(old => !this.seen.has(old)), transaction]
            : pending
        },
      },
      view: host => {
        this.host = host
        this.rebuild()
        return { update: (_, before) => this.commit(before), destroy: () => this.destroy() }
      },
    })
  }

  spot(): Spot | null {
    if (!this.host) return null
    const { anchor, head } = this.host.state.selection
    return spotOf(this.note.title, anchor, head)
  }

  select(spot: Spot): void {
    const indices = indicesOf(this.note.doc, spot)
    if (!this.host || !indices) return
    const { tr } = this.host.state
    selectText(tr, indices.anchor, indices.head)
    this.host.dispatch(tr.scrollIntoView())
  }

  private commit(before: EditorState): void {
    if (!this.host) return
    const pending = (titleKey.getState(this.host.state) ?? []).filter(
      transaction => !this.seen.has(transaction),
    )
    if (pending.length === 0) return
    for (const transaction of pending) this.seen.add(transaction)
    const { anchor, head } = before.selection
    if (before.doc.content.size === this.note.title.length) {
      this.spots?.remember({ field: 'title', spot: spotOf(this.note.title, anchor, head) })
    }
    if (pending.some(transaction => transaction.getMeta(OWN_UNDO_STEP) === true))
      this.note.undo.stopCapturing()
    this.note.edit(transaction => {
      this.own.add(transaction)
      for (const local of pending)
        for (const [i, step] of local.steps.entries()) this.write(step, local.docs[i])
    })
    this.rebuild()
  }

  /** The title has no marks and no nodes, so every step is a replacement. */
  private write(step: Transaction['steps'][number], before: Node | undefined): void {
    if (!(step instanceof ReplaceStep) || !before) return
    const cutStart = splitsPair(before, step.from) ? 1 : 0
    const cutEnd = splitsPair(before, step.to) ? 1 : 0
    const from = step.from - cutStart
    const to = step.to + cutEnd
    const text = step.slice.content.textBetween(0, step.slice.content.size)
    const line = cleanText(text).replaceAll('\n', ' ')
    if (to > from) this.note.title.delete(from, to - from)
    const whole = REPLACEMENT.repeat(cutStart) + line + REPLACEMENT.repeat(cutEnd)
    if (whole !== '') this.note.title.insert(from, whole, {})
  }

  private readonly onTransaction = (transaction: Y.Transaction): void => {
    const { title } = this.note
    if (!this.host || this.own.has(transaction)) return
    if (!(transaction.changed as Map<unknown, unknown>).has(title)) return
    const changes = readChanges(title, transaction)
    const { tr, selection } = this.host.state
    followTitle(tr, changes)
    if (tr.docChanged && selection instanceof TextSelection) {
      const forward = selection.anchor <= selection.head
      const map = (index: number, isLow: boolean): number =>
        mapIndex(changes, index, selection.empty || !isLow ? -1 : 1)
      selectText(tr, map(selection.anchor, forward), map(selection.head, !forward))
    }
    this.send(tr)
    if (this.rebuild()) this.rebuilds++
  }

  /** Shows what is stored, where the view says something else. Says whether it did. */
  private rebuild(): boolean {
    const fresh = projectTitle(this.note)
    if (!this.host || this.host.state.doc.eq(fresh)) return false
    const { tr } = this.host.state
    this.send(tr.replaceWith(0, tr.doc.content.size, fresh.content))
    return true
  }

  private send(tr: Transaction): void {
    if (tr.docChanged)
      this.host?.dispatch(tr.setMeta(syncKey, { isChangeOrigin: true }).setMeta('addToHistory', false))
  }
}

/** The title as its editor shows it; what is no text in it has no place there. */
function projectTitle({ title }: NoteDocument): Node {
  const text = readRuns(title)
    .map(run => ('text' in run ? run.text : REPLACEMENT))
    .join('')
  return titleSchema.topNodeType.create(null, text === '' ? Fragment.empty : titleSchema.text(text))
}

function followTitle(tr: Transaction, changes: readonly Change[]): void {
  let at = 0
  for (const change of changes) {
    if (change.kind === 'keep') at += change.length
    else if (change.kind === 'delete') tr.step(new ReplaceStep(at, at + change.length, Slice.empty))
    else {
      const text = 'text' in change.run ? change.run.text : REPLACEMENT
      tr.step(new ReplaceStep(at, at, new Slice(Fragment.from(titleSchema.text(text)), 0, 0)))
      at += text.length
    }
  }
}
