import { EditorState, type Plugin, type Transaction } from '@tiptap/pm/state'
import { EditorView } from '@tiptap/pm/view'
import { BodyBinding, type Host } from '../../src/editor/binding/bodyBinding'
import type { Row } from '../../src/editor/binding/grammar'
import { project } from '../../src/editor/binding/projection'
import { TitleBinding, titleSchema } from '../../src/editor/binding/titleBinding'
import { UndoSpots } from '../../src/editor/binding/undoSpots'
import { schema } from '../../src/editor/schema/schema'
import { DELIVERED, NoteDocument } from '../../src/sync/noteDocument'
import { HeadlessView } from './headlessView'
import { difference } from './show'

export interface PeerOptions {
  captureTimeout?: number
  /** Mounts real editor views; needs a DOM. */
  mounted?: boolean
  /** Plugins of the window beside the binding's own. */
  plugins?: Plugin[]
}

/** One person's window on a note: document, bindings, and what shows them. Checks itself after everything. */
export class Peer {
  readonly note: NoteDocument
  readonly binding: BodyBinding
  readonly titleBinding: TitleBinding
  readonly spots: UndoSpots
  readonly view: Host & { destroy(): void }
  readonly titleView: Host & { destroy(): void }
  /** Updates of this person's own making, in order, for the others. */
  readonly outbox: Uint8Array[] = []
  private readonly hosts: HTMLElement[] = []

  constructor(clientId: number, seed: Uint8Array, options: PeerOptions = {}) {
    this.note = new NoteDocument(clientId, { captureTimeout: options.captureTimeout ?? 0 })
    this.note.deliver([seed])
    let emitted = 0
    const count = (): void => {
      emitted++
    }
    this.note.doc.on('update', count)
    this.spots = new UndoSpots(
      this.note,
      () => ({ field: 'body', spot: this.binding.spot() ?? fail('no spot') }),
      ({ field, spot }) => (field === 'body' ? this.binding : this.titleBinding).select(spot),
    )
    let next = 0
    const newId = (): string => `${clientId}-${String(next++).padStart(10, '0')}`
    this.binding = new BodyBinding(this.note, { newId, spots: this.spots, strict: true })
    this.titleBinding = new TitleBinding(this.note, this.spots)
    const plugins = [this.binding.plugin(), ...(options.plugins ?? [])]
    const body = EditorState.create({ schema, doc: this.binding.doc, plugins })
    const title = EditorState.create({
      schema: titleSchema,
      doc: this.titleBinding.doc,
      plugins: [this.titleBinding.plugin()],
    })
    this.view = options.mounted ? new EditorView(this.host(), { state: body }) : new HeadlessView(body)
    this.titleView = options.mounted ? new EditorView(this.host(), { state: title }) : new HeadlessView(title)
    this.note.doc.off('update', count)
    if (emitted > 0) fail(`mounting emitted ${emitted} updates`)
    this.note.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (this.note.isOwn(origin)) this.outbox.push(update)
      else if (origin !== DELIVERED) fail(`an update of unknown origin ${String(origin)}`)
    })
    this.check()
  }

  private host(): HTMLElement {
    const host = document.body.appendChild(document.createElement('div'))
    this.hosts.push(host)
    return host
  }

  get state(): EditorState {
    return this.view.state
  }

  /** Does what a person does, and checks. */
  edit(change: (tr: Transaction) => Transaction): void {
    this.view.dispatch(change(this.state.tr))
    this.state.doc.check()
    this.check()
  }

  editTitle(change: (tr: Transaction) => Transaction): void {
    this.titleView.dispatch(change(this.titleView.state.tr))
    this.check()
  }

  undo(): void {
    this.spots.undo()
    this.check()
  }

  redo(): void {
    this.spots.redo()
    this.check()
  }

  deliver(...updates: Uint8Array[]): void {
    this.note.deliver(updates)
    this.check()
  }

  /** The view is what a fresh reading of storage shows; the table says where everything is. */
  check(): void {
    const fresh = project(this.note)
    if (!fresh.doc.eq(this.state.doc))
      fail(`the view differs from storage\n${difference(this.state.doc, fresh.doc)}`)
    const { rows } = this.binding.blocks
    if (!sameRows(rows, fresh.rows)) {
      fail(`the table differs\n  have ${describe(rows)}\n  want ${describe(fresh.rows)}`)
    }
    if (this.titleBinding.rebuilds > 0) fail('the title could not be followed')
    const title = this.titleView.state.doc.textContent
    if (title !== this.note.title.toString())
      fail(`the title shows ${title}, stored is ${this.note.title.toString()}`)
  }

  destroy(): void {
    this.view.destroy()
    this.titleView.destroy()
    for (const host of this.hosts) host.remove()
    this.spots.destroy()
    this.note.destroy()
  }
}

function sameRows(a: readonly Row[], b: readonly Row[]): boolean {
  return a.length === b.length && a.every((row, i) => sameRow(row, b[i]))
}

function sameRow(a: Row, b: Row | undefined): boolean {
  const sameStart = a.id === b?.id && a.isVoid === b.isVoid && a.start === b.start
  return sameStart && a.length === b.length && a.end === b.end
}

function describe(rows: readonly Row[]): string {
  return rows.map(row => [row.id, Number(row.isVoid), row.start, row.length, row.end].join()).join(' ')
}

function fail(message: string): never {
  throw new Error(message)
}

/** Gives everybody everything, twice, so that answers arrive as well. */
export function sync(...peers: Peer[]): void {
  const all = peers.flatMap(peer => peer.outbox.splice(0))
  for (const peer of peers) if (all.length > 0) peer.deliver(...all)
  for (const peer of peers) peer.check()
}
