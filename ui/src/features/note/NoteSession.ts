import { type EditorPlace, type MountedEditor, mountEditor } from '../../editor/Editor'
import { RemotePeople } from '../../editor/presence/RemotePeople'
import type { Backend, PersonHere } from '../../ipc/backend'
import { m } from '../../shared/messages'
import { reason } from '../../shared/reason'
import { Store } from '../../shared/store'
import { NoteReplica, type ResetReason } from '../../sync/NoteReplica'
import type { ReplicaStatus } from '../../sync/replicaStatus'
import { CaretReport } from './CaretReport'
import type { LinkWish } from './Links'
import { labels } from './labels'
import { WordCount } from './WordCount'
import { Writing } from './Writing'

export type Phase =
  | { kind: 'opening' }
  | { kind: 'open'; canWrite: boolean }
  | { kind: 'failed'; why: string }

export interface SessionOptions {
  backend: Backend
  note: string
  space: string
  /** A sentence for the person that is no status, with words to copy where they would be lost otherwise. */
  notice: (message: string, copy?: string) => void
}

/** Elements for the note, over which the layer for other people lies; `scroller` is what moves them. */
export interface Places {
  title: HTMLElement
  body: HTMLElement
  layer: HTMLElement
  scroller: HTMLElement
}

/** Where the reader was, to be found again in another copy of the note. */
interface KeptPlace {
  caret: EditorPlace
  scrollTop: number
  focused: boolean
}

/** So many new beginnings within so many milliseconds and the note counts as not openable: each one failed at once. */
const MOST_RESETS = 5
const RESETS_WITHIN_MS = 10_000

let sessions = 0

/**
 * One note on screen: the replica, the editor on it and the people in it, from opening to closing. A reset replaces the
 * replica and the editor and keeps the place; React sees only what changes around the text.
 */
export class NoteSession {
  /** Another for each session, also of the same note. */
  readonly key = `session-${++sessions}`
  readonly phase = new Store<Phase>({ kind: 'opening' })
  readonly replica = new Store<ReplicaStatus | null>(null)
  readonly people = new Store<PersonHere[]>([])
  readonly words = new WordCount()
  /** What somebody wants with a link: an address is shown before it is opened. */
  readonly link = new Store<LinkWish | null>(null)
  readonly writing = new Writing()
  #options: SessionOptions
  #places: Places | null = null
  #open: NoteReplica | null = null
  #editor: MountedEditor | null = null
  #painted: RemotePeople | null = null
  #report: CaretReport | null = null
  #resets: number[] = []
  #ended = false

  constructor(options: SessionOptions) {
    this.#options = options
    void this.#begin(null)
  }

  /** Where on the page the note goes. Returns what takes it away again. */
  mount(places: Places): () => void {
    const onPointer = ({ clientX, clientY }: PointerEvent) => {
      this.writing.stop()
      this.#painted?.hover(clientX, clientY)
    }
    places.scroller.addEventListener('pointermove', onPointer)
    this.#places = places
    this.#show(null)
    return () => {
      places.scroller.removeEventListener('pointermove', onPointer)
      this.#hide()
      this.#places = null
    }
  }

  /** The caret goes back to where it was. */
  focus(): void {
    this.#editor?.focus()
  }

  /** Opens an address that the person has seen. */
  openLink(url: string): void {
    const { backend, notice } = this.#options
    backend.openLink(url).catch(error => notice(m.notices.failed(reason(error))))
  }

  /** Scrolls to somebody, because the reader asked. */
  goTo(person: PersonHere): void {
    this.#painted?.goTo(person.clientId)
  }

  retry(): void {
    if (this.phase.get().kind !== 'failed') return
    this.#resets = []
    this.phase.set({ kind: 'opening' })
    void this.#begin(null)
  }

  /** Hands over what was written and ends. */
  async close(): Promise<void> {
    this.#ended = true
    this.writing.stop()
    const words = this.#text()
    this.#hide()
    await this.#leave(this.#open, words)
  }

  async #begin(place: KeptPlace | null): Promise<void> {
    const { backend, note, space } = this.#options
    try {
      const replica = await NoteReplica.open({
        backend,
        note,
        space,
        onReset: why => void this.#reset(why),
        onPresence: people => this.#take(people),
      })
      if (this.#ended) return void replica.close()
      this.#open = replica
      this.replica.set(replica.status)
      replica.onStatus(() => this.replica.set(replica.status))
      this.phase.set({ kind: 'open', canWrite: replica.canWrite })
      this.#show(place)
    } catch (error) {
      if (!this.#ended) this.phase.set({ kind: 'failed', why: reason(error) })
    }
  }

  /** Something was taken out of the note again, or this window lost count: a new replica, the same place. */
  async #reset(why: ResetReason): Promise<void> {
    const place = this.#place()
    const words = this.#text()
    this.#hide()
    this.replica.set(null)
    // Meanwhile the note is opened anew: nobody waits for an old session to end.
    void this.#leave(this.#open, words)
    if (this.#ended) return
    if (why.kind === 'reset') this.#options.notice(m.notices.reset(why.message))
    const now = performance.now()
    this.#resets = [...this.#resets.filter(then => now - then < RESETS_WITHIN_MS), now]
    if (this.#resets.length > MOST_RESETS) {
      this.phase.set({ kind: 'failed', why: why.kind === 'reset' ? why.message : m.note.lostCount })
      return
    }
    await this.#begin(place)
  }

  /** Ends a replica. What did not get to the disk in time goes no further; the person is given the words. */
  async #leave(replica: NoteReplica | null, words: string): Promise<void> {
    this.#open = null
    const saved = (await replica?.close()) ?? true
    if (!saved) this.#options.notice(m.notices.unsaved, words)
  }

  #text(): string {
    const { doc } = this.#editor?.view.state ?? {}
    const title = this.#editor?.titleView.state.doc.textContent ?? ''
    return doc === undefined
      ? ''
      : [title, doc.textBetween(0, doc.content.size, '\n', ' ')].join('\n\n').trim()
  }

  #take(people: PersonHere[]): void {
    const own = this.#open?.document.doc.clientID
    const others = people.filter(person => person.clientId !== own)
    this.people.set(others)
    this.#painted?.show(others)
  }

  /** Puts the editor on the page, once there are both a replica and a page. */
  #show(place: KeptPlace | null): void {
    const replica = this.#open
    const places = this.#places
    if (replica === null || places === null || this.#editor !== null) return
    const { backend } = this.#options
    const report = new CaretReport((caret, head) => backend.setPresence(replica.session, caret, head))
    const editor = mountEditor({
      element: places.body,
      titleElement: places.title,
      replica,
      canWrite: replica.canWrite,
      labels,
      onOpenLink: url => this.link.set({ kind: 'follow', url }),
      onEditLink: request => this.link.set({ kind: 'edit', request }),
      onChange: () => this.#changed(),
    })
    for (const view of [editor.titleView, editor.view])
      view.dom.addEventListener('beforeinput', () => this.writing.input())
    this.#report = report
    this.#editor = editor
    this.#painted = new RemotePeople({
      doc: replica.document.doc,
      surfaces: [...editor.surfaces],
      layer: places.layer,
      ownLine: () => editor.ownLine(),
    })
    this.#painted.show(this.people.get())
    this.words.count(editor.view.state.doc)
    if (place !== null) this.#restore(place)
    else editor.focus()
  }

  #changed(): void {
    const editor = this.#editor
    if (editor === null) return
    this.#painted?.repaint()
    this.words.countSoon(() => editor.view.state.doc)
    // A caret that stands in no text just now, because a dialog is open, stays where it was for others.
    const spot = editor.selection()
    if (spot !== null) this.#report?.moved(spot.caret, spot.head)
  }

  #place(): KeptPlace | null {
    const editor = this.#editor
    const scroller = this.#places?.scroller
    if (editor === null || scroller === undefined) return null
    const focused = editor.view.hasFocus() || editor.titleView.hasFocus()
    return { caret: editor.place(), scrollTop: scroller.scrollTop, focused }
  }

  #restore({ caret, scrollTop, focused }: KeptPlace): void {
    this.#editor?.restore(caret)
    if (focused) this.#editor?.focus()
    if (this.#places !== null) this.#places.scroller.scrollTop = scrollTop
  }

  #hide(): void {
    this.words.stop()
    this.#painted?.destroy()
    this.#painted = null
    this.#report?.stop()
    this.#report = null
    this.#editor?.destroy()
    this.#editor = null
  }
}
