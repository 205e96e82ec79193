/** One note of the in-memory backend: what is "on disk", the window's sessions, and the other devices. */
import * as Y from 'yjs'
import type { DocMessage, NoteRow, NoteState, NoteStatus, OpenedNote, PushHeader } from '../backend'
import type { FakePeer } from './FakePeer'
import { plainText } from './seed'

interface Session {
  id: number
  deliveries: number
  pushes: number
  onMessage: (message: DocMessage) => void
}

/** How long the pretended disk and network take; milliseconds. */
const DISK_MS = 8
const NETWORK_MS = 30
/** A peer confirms what it has after this much quiet. */
const CONFIRM_MS = 1000

export interface NoteOptions {
  id: string
  doc: Y.Doc
  peers: FakePeer[]
  modifiedMs: number
  pinned?: boolean
  state?: NoteState
  waitingFor?: string
  heldByOthers?: boolean
  canWrite?: boolean
  setAside?: number
}

export class FakeNote {
  readonly options: NoteOptions
  /** Said instead of saving, until cleared. */
  storageTrouble: string | null = null
  offline = false
  aside: number
  onChange: () => void = () => {}
  #sessions = new Map<number, Session>()
  #confirm: ReturnType<typeof setTimeout> | undefined

  constructor(options: NoteOptions) {
    this.options = options
    this.aside = options.setAside ?? 0
    for (const peer of options.peers) {
      peer.apply(Y.encodeStateAsUpdate(options.doc))
      peer.onEdit = update => this.#fromPeer(peer, update)
      peer.onPresence = () => this.#sendPresence()
    }
  }

  open(id: number, onMessage: (message: DocMessage) => void): OpenedNote {
    const { doc } = this.options
    this.#sessions.set(id, { id, deliveries: 0, pushes: 0, onMessage })
    setTimeout(() => this.#sendPresence(), NETWORK_MS)
    return {
      session: id,
      clientId: new Y.Doc().clientID,
      state: Y.encodeStateAsUpdate(doc),
      canWrite: this.options.canWrite ?? true,
      isNew: doc.store.clients.size === 0,
    }
  }

  close(session: number): void {
    this.#sessions.delete(session)
  }

  push(header: PushHeader, update: Uint8Array): void {
    const session = this.#sessions.get(header.session)
    if (session === undefined) return
    if (this.storageTrouble !== null) {
      session.onMessage({ kind: 'error', code: 'storage', message: this.storageTrouble })
      return
    }
    if (header.sequence > session.pushes + 1)
      return session.onMessage({ kind: 'resend', from: session.pushes + 1 })
    if (header.sequence === session.pushes + 1) this.#take(session, update)
    setTimeout(() => session.onMessage({ kind: 'ack', sequence: header.sequence }), DISK_MS)
  }

  status(): NoteStatus {
    const { id, state, waitingFor, peers } = this.options
    return {
      note: id,
      saved: this.storageTrouble === null,
      state: state ?? 'ok',
      offline: this.offline,
      setAside: this.aside,
      waitingFor: waitingFor ?? null,
      peers: peers.map(peer => peer.status()),
    }
  }

  row(): NoteRow {
    const { id, doc, modifiedMs, pinned, state, heldByOthers } = this.options
    const text = plainText(doc)
    return {
      id,
      title: doc.getText('title').toString(),
      preview: text.replaceAll('\n', ' ').slice(0, 160),
      modifiedMs,
      words: text === '' ? 0 : text.split(/\s+/).length,
      pinned: pinned ?? false,
      trashed: false,
      state: state ?? 'ok',
      heldByOthers: heldByOthers ?? false,
    }
  }

  /** The disk works again: what was not taken meanwhile is asked for. */
  recover(): void {
    this.storageTrouble = null
    for (const { onMessage, pushes } of this.#sessions.values())
      onMessage({ kind: 'resend', from: pushes + 1 })
  }

  /** Something applied was taken out again: every window has to begin anew. */
  reset(reason: string): void {
    for (const { onMessage } of this.#sessions.values()) onMessage({ kind: 'reset', reason })
  }

  get stored(): boolean {
    return this.options.doc.store.clients.size > 0
  }

  /** Both sides hear of what the other wrote meanwhile. */
  reconnect(): void {
    for (const peer of this.options.peers) {
      if (!this.#reaches(peer)) continue
      const theirs = Y.encodeStateAsUpdate(peer.doc, Y.encodeStateVector(this.options.doc))
      peer.apply(Y.encodeStateAsUpdate(this.options.doc))
      this.#deliver(theirs)
    }
    this.#confirmSoon()
    this.#sendPresence()
  }

  #take(session: Session, update: Uint8Array): void {
    session.pushes++
    Y.applyUpdate(this.options.doc, update)
    this.options.modifiedMs = Date.now()
    for (const other of this.#sessions.values()) if (other !== session) this.#send(other, update)
    for (const peer of this.options.peers) {
      if (peer.behind !== null) peer.behind++
      if (this.#reaches(peer)) setTimeout(() => peer.apply(update), NETWORK_MS)
    }
    this.onChange()
    this.#confirmSoon()
  }

  #fromPeer(peer: FakePeer, update: Uint8Array): void {
    if (!this.#reaches(peer)) return
    setTimeout(() => this.#deliver(update), NETWORK_MS)
  }

  #deliver(update: Uint8Array): void {
    Y.applyUpdate(this.options.doc, update)
    for (const session of this.#sessions.values()) this.#send(session, update)
    this.onChange()
  }

  #send(session: Session, update: Uint8Array): void {
    session.onMessage({ kind: 'deliver', number: ++session.deliveries, updates: [update] })
  }

  #sendPresence(): void {
    const people = this.options.peers.filter(peer => peer.here && !this.offline).map(peer => peer.person())
    for (const { onMessage } of this.#sessions.values()) onMessage({ kind: 'presence', people })
  }

  #confirmSoon(): void {
    clearTimeout(this.#confirm)
    this.#confirm = setTimeout(() => {
      const reached = this.options.peers.filter(peer => this.#reaches(peer))
      for (const peer of reached) peer.behind = 0
      if (reached.length > 0) this.options.heldByOthers = true
      this.onChange()
    }, CONFIRM_MS)
  }

  #reaches(peer: FakePeer): boolean {
    return peer.online && !this.offline
  }
}
