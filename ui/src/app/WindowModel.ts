import { NoteSession } from '../features/note/NoteSession'
import { NoticeList } from '../features/notices/NoticeList'
import type {
  Backend,
  BackendEvent,
  Inviting,
  Joined,
  Leaving,
  MemberRow,
  Nearby,
  NoteRow,
  NoteStatus,
  Overview,
  SpaceRow,
} from '../ipc/backend'
import { m } from '../shared/messages'
import { reason } from '../shared/reason'
import { Store } from '../shared/store'
import { mayWrite } from './mayWrite'
import { Newest } from './Newest'
import { settings } from './settings'

/** The note a window shows. */
export interface OpenNote {
  id: string
  session: NoteSession
}

/** What a person can do where the window could not start: end who holds the notes, or try again. */
export type WayIn = 'takeOver' | 'again'

function wayIn(code: unknown): WayIn | null {
  if (code === 'held') return 'takeOver'
  return code === 'key_missing' ? 'again' : null
}

const ofOverview = (event: BackendEvent) => (event.kind === 'overview' ? event.overview : undefined)
const ofInviting = (event: BackendEvent) => (event.kind === 'inviting' ? event.inviting : undefined)
const ofNearby = (event: BackendEvent) => (event.kind === 'nearby' ? event.rows : undefined)

/**
 * What the window shows around the text: spaces, notes, members, notices, and which note is open. Rust is the truth;
 * everything here is its last word. No document text passes through.
 */
export class WindowModel {
  readonly backend: Backend
  readonly overview = new Store<Overview | null>(null)
  readonly space = new Store<SpaceRow | null>(null)
  readonly rows = new Store<NoteRow[]>([])
  readonly members = new Store<MemberRow[]>([])
  readonly open = new Store<OpenNote | null>(null)
  readonly status = new Store<NoteStatus | null>(null)
  readonly notices = new NoticeList()
  readonly inviting = new Store<Inviting>({ state: 'closed' })
  readonly nearby = new Store<Nearby[]>([])
  /** Invitations to which the person said "not now": no card any more, and still there under "Join a space". */
  readonly notNow = new Store<ReadonlySet<string>>(new Set())
  /** Why the window could not start at all. */
  readonly failure = new Store<{ why: string; way: WayIn | null } | null>(null)
  readonly #newest = new Newest()

  constructor(backend: Backend) {
    this.backend = backend
  }

  /** Loads, and opens the note that was open last, or a first new one. Returns what ends the subscription. */
  start(): () => void {
    const subscribed = this.backend.subscribe(event => this.#hear(event))
    void this.#load(subscribed)
    return () => void subscribed.then(stop => stop())
  }

  /** Opens the notes after all: ends the headless Skein that holds them, or asks again for what was not there. */
  async takeOver(): Promise<void> {
    await this.backend.takeOver()
    this.failure.set(null)
    await this.#load()
  }

  openNote(id: string): void {
    const space = this.space.get()
    if (space === null || this.open.get()?.id === id) return
    settings.setLastNote(space.id, id)
    this.#show(id, space)
  }

  async newNote(): Promise<void> {
    const space = this.space.get()
    const open = this.open.get()
    if (space === null) return
    // A new note without a word is still the new note.
    if (open !== null && !this.rows.get().some(({ id }) => id === open.id)) return open.session.focus()
    await this.#try(async () => this.openNote(await this.backend.newNote(space.id)))
  }

  async chooseSpace(id: string): Promise<void> {
    const space = this.overview.get()?.spaces.find(each => each.id === id)
    if (space === undefined || space.id === this.space.get()?.id) return
    await this.#try(() => this.#enter(space))
  }

  /** Makes a space and goes there; its recovery key where one was wanted. */
  async newSpace(name: string, recovery: boolean): Promise<string | null> {
    const { space, recoveryKey } = await this.backend.newSpace(name, recovery)
    await this.#loadOverview()
    await this.chooseSpace(space)
    return recoveryKey
  }

  /** Becomes an owner by a recovery key, and goes to the space it is of. */
  async recover(key: string): Promise<void> {
    const id = await this.backend.recoverSpace(key)
    const { spaces } = await this.#loadOverview()
    const of = spaces.find(each => each.id === id)
    if (of !== undefined) this.notices.say(m.recovery.done(of.name))
    await this.chooseSpace(id)
  }

  async renameSpace(name: string): Promise<void> {
    const space = this.space.get()
    if (space !== null) await this.backend.renameSpace(space.id, name)
  }

  /** Leaves a space, and goes to one that this device is in. */
  async leaveSpace(space: SpaceRow, agreed: Leaving): Promise<void> {
    await this.backend.leaveSpace(space.id, agreed.onlyHere, agreed.lastOwner)
    this.notices.say(m.leave.done(space.name))
    const { spaces, defaultSpace } = await this.#loadOverview()
    const inside = spaces.filter(({ role }) => role !== null)
    const next = inside.find(({ id }) => id === defaultSpace) ?? inside[0]
    if (next !== undefined) await this.chooseSpace(next.id)
  }

  /** Moves the open note to another space, and opens it there. */
  async moveNote(to: SpaceRow): Promise<void> {
    const open = this.open.get()
    const from = this.space.get()
    if (open === null || from === null) return
    // What was just written goes along: it is saved first.
    await open.session.close()
    try {
      const { note, kept } = await this.backend.moveNote(open.id, from.id, to.id)
      this.notices.say(kept === null ? m.move.done(to.name) : m.move.kept(to.name, kept))
      settings.setLastNote(to.id, note)
    } catch (error) {
      this.#show(open.id, from)
      throw error
    }
    await this.chooseSpace(to.id)
  }

  async setOffline(offline: boolean): Promise<void> {
    await this.#try(() => this.backend.setOffline(offline))
  }

  async joined({ space, name }: Joined): Promise<void> {
    this.notices.say(m.join.joined(name))
    await this.#loadOverview()
    await this.chooseSpace(space)
  }

  /** The person does not want to be asked about this invitation again. */
  decline(id: string): void {
    this.notNow.update(declined => new Set(declined).add(id))
  }

  /** Asks for the status of the open note; of a new note there is none yet, which is no trouble. */
  async refreshStatus(): Promise<void> {
    const open = this.open.get()
    if (open === null) return
    const status = await this.#newest.of(
      () => this.backend.noteStatus(open.id).catch(() => null),
      event => (event.kind === 'status' && event.status.note === open.id ? event.status : undefined),
    )
    if (status !== null && this.open.get()?.id === open.id) this.status.set(status)
  }

  async #load(subscribed?: Promise<unknown>): Promise<void> {
    try {
      // What happened between an answer and the first event that is heard would never be known.
      await subscribed
      const overview = await this.#loadOverview()
      const here = (wanted: string | null) => overview.spaces.find(({ id }) => id === wanted)
      const space = here(settings.lastSpace()) ?? here(overview.defaultSpace) ?? overview.spaces[0]
      if (space !== undefined) await this.#enter(space)
      const { backend } = this
      this.inviting.set(await this.#newest.of(() => backend.invitation(), ofInviting))
      this.nearby.set(await this.#newest.of(() => backend.nearby(), ofNearby))
    } catch (error) {
      this.failure.set({ why: reason(error), way: wayIn((error as { code?: unknown } | null)?.code) })
    }
  }

  async #loadOverview(): Promise<Overview> {
    const overview = await this.#newest.of(() => this.backend.overview(), ofOverview)
    this.overview.set(overview)
    return overview
  }

  async #enter(space: SpaceRow): Promise<void> {
    settings.setLastSpace(space.id)
    // Both are listened for until both are here: no event about a space that is not shown yet counts otherwise.
    const both = Promise.all([this.backend.listNotes(space.id), this.backend.members(space.id)])
    const [rows, members] = await Promise.all([
      this.#newest.of(
        () => both.then(([rows]) => rows),
        event => (event.kind === 'notes' && event.space === space.id ? event.rows : undefined),
      ),
      this.#newest.of(
        () => both.then(([, members]) => members),
        event => (event.kind === 'members' && event.space === space.id ? event.members : undefined),
      ),
    ])
    this.space.set(space)
    this.rows.set(rows)
    this.members.set(members)
    const listed = rows.filter(row => !row.trashed)
    const last = settings.lastNote(space.id)
    const newest = [...listed].sort((a, b) => b.modifiedMs - a.modifiedMs)[0]
    const first = listed.find(({ id }) => id === last) ?? newest
    // A viewer of a space without notes has nothing to open and nothing to begin.
    if (first === undefined && !mayWrite(space)) return this.#close()
    const id = first?.id ?? (await this.backend.newNote(space.id))
    this.#show(id, space)
  }

  #show(note: string, space: SpaceRow): void {
    this.#close()
    const { backend } = this
    const session = new NoteSession({
      backend,
      note,
      space: space.id,
      notice: (message, copy) => this.notices.say(message, copy),
    })
    this.open.set({ id: note, session })
  }

  /** What was written last is handed over behind the scenes; nobody waits for it. */
  #close(): void {
    void this.open.get()?.session.close()
    this.status.set(null)
    this.open.set(null)
  }

  #hear(event: BackendEvent): void {
    this.#newest.hear(event)
    const space = this.space.get()?.id
    switch (event.kind) {
      case 'notes':
        if (event.space === space) this.rows.set(event.rows)
        return
      case 'members':
        if (event.space === space) this.members.set(event.members)
        return
      case 'status':
        if (event.status.note === this.open.get()?.id) this.status.set(event.status)
        return
      case 'overview':
        this.#overview(event.overview)
        return
      case 'inviting':
        this.inviting.set(event.inviting)
        return
      case 'nearby':
        this.nearby.set(event.rows)
        return
      case 'notice':
        this.notices.add(event.notice)
        return
    }
  }

  #overview(overview: Overview): void {
    this.overview.set(overview)
    const open = this.space.get()
    const now = overview.spaces.find(({ id }) => id === open?.id)
    if (now === undefined || open === null || (now.name === open.name && now.role === open.role)) return
    this.space.set(now)
    const note = this.open.get()
    // An open note does not learn by itself that it may be written now, or no more.
    if (note !== null && mayWrite(now) !== mayWrite(open)) this.#show(note.id, now)
  }

  async #try(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.notices.say(m.notices.failed(reason(error)))
    }
  }
}
