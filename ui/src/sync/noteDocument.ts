import * as Y from 'yjs'

/** Origin of everything that came from outside: the state at open, and every delivery. */
export const DELIVERED = 'delivered'

/** Origin of the first block of a new note; held back until there is something to keep. */
export const SEEDED = 'seeded'

/** Edits closer together than this are one step of undo; milliseconds. */
const CAPTURE_MS = 500

/** Transactions with this origin are a person's edits in this window. One per document, compared by identity. */
interface EditOrigin {
  readonly by: 'editor'
}

export interface NoteDocumentOptions {
  /** Milliseconds within which edits are undone together; 0 makes every edit a step of its own. */
  captureTimeout?: number
}

/**
 * The Yjs document of one open note: its roots, who edits it, and undo.
 *
 * The roots exist before any update is applied and the two texts are quiet (see `quietText`), so a document made here is
 * safe to edit. Whoever writes does it through `edit`; anything else counts as somebody else's.
 */
export class NoteDocument {
  readonly doc: Y.Doc
  readonly title: Y.Text
  readonly body: Y.Text
  /** `<block id>/<name>` → value: changes to a block's initial record. */
  readonly attrs: Y.Map<unknown>
  readonly objects: Y.Map<unknown>
  readonly meta: Y.Map<unknown>
  readonly undo: Y.UndoManager
  private readonly origin: EditOrigin = { by: 'editor' }

  /** `clientId` is the session's; Yjs must not have made one up by the time of the first transaction. */
  constructor(clientId: number, options: NoteDocumentOptions = {}) {
    this.doc = new Y.Doc()
    this.doc.clientID = clientId
    this.title = quietText(this.doc.getText('title'))
    this.body = quietText(this.doc.getText('body'))
    this.attrs = this.doc.getMap('attrs')
    this.objects = this.doc.getMap('objects')
    this.meta = this.doc.getMap('meta')
    this.undo = new Y.UndoManager([this.title, this.body, this.attrs], {
      trackedOrigins: new Set([this.origin]),
      captureTimeout: options.captureTimeout ?? CAPTURE_MS,
    })
  }

  /** Applies updates from outside as one transaction, so that the editor sees one change. */
  deliver(updates: readonly Uint8Array[]): void {
    this.doc.transact(() => {
      for (const update of updates) Y.applyUpdate(this.doc, update, DELIVERED)
    }, DELIVERED)
  }

  /** Writes the first block of a new note. Only its creator does, and only in the note's first edit. */
  seed(id: string): void {
    this.doc.transact(() => {
      this.body.insertEmbed(0, { b: id }, {})
      this.body.insert(1, '\u2029', {})
    }, SEEDED)
  }

  /** Runs `change` as one edit of this window's person. */
  edit(change: (transaction: Y.Transaction) => void): void {
    this.doc.transact(change, this.origin)
  }

  /**
   * Whether a transaction is this window's own. Never ask "is it from outside?": Yjs makes transactions of its own with
   * no origin.
   */
  isOwn(origin: unknown): boolean {
    return origin === this.origin || origin === this.undo
  }

  /** Whether the note holds nothing a person would miss: no letter, no atom, no block without text. */
  isBlank(): boolean {
    if (this.title.length > 0) return false
    for (let item = this.body._start; item !== null; item = item.right) {
      if (item.deleted || !item.countable) continue
      if (item.content instanceof Y.ContentString) {
        if (item.content.str.replaceAll('\u2029', '') !== '') return false
      } else if (item.content instanceof Y.ContentEmbed) {
        const embed = item.content.embed as { b?: unknown; v?: unknown } | null
        if (typeof embed?.b !== 'string' || embed.v === 1) return false
      } else return false
    }
    return true
  }

  destroy(): void {
    this.undo.destroy()
    this.doc.destroy()
  }
}

/**
 * Fences two faults of formatted text in Yjs 13.6.33 (pinned for this reason; tests hold both):
 *
 * - A root that is defined only after updates were applied keeps search markers. `delete()` then starts at a marker
 *   without the attributes in force there, and its clean-up spreads formatting over what follows. So roots are defined
 *   first, and a text that already holds formatting loses its markers.
 * - The clean-up after remote transactions judges an intermediate state and deletes marks that operations still under
 *   way need. It is only an optimisation; it is switched off.
 */
export function quietText(text: Y.Text): Y.Text {
  const inner = text as unknown as { _searchMarker: unknown[] | null }
  for (let item = text._start; item !== null; item = item.right) {
    if (item.content instanceof Y.ContentFormat) inner._searchMarker = null
  }
  Object.defineProperty(text, '_hasFormatting', { get: () => false, set: () => {} })
  return text
}
