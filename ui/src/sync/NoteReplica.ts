import * as Y from 'yjs'
import type { Backend, DocMessage, OpenedNote, PersonHere } from '../ipc/backend'
import { type IdSource, randomBlockId } from './blockId'
import { browserMoments, type Moments } from './moments'
import { NoteDocument, SEEDED } from './noteDocument'
import { Outbox } from './Outbox'
import { type ReplicaStatus, sameStatus } from './replicaStatus'

/** Why a replica has to be replaced by a new one. */
export type ResetReason =
  /** Rust took something out of the note again. */
  | { kind: 'reset'; message: string }
  /** A delivery is missing, or came twice. */
  | { kind: 'delivery'; expected: number; got: number }
  /** Yjs took another client id, because ours came from outside. Nothing written under it is ever pushed. */
  | { kind: 'client' }

export interface ReplicaOptions {
  backend: Pick<Backend, 'openNote' | 'push' | 'closeNote'>
  note: string
  space: string
  /** Called once. The replica takes no more deliveries; what was written is still handed over. Then `close` it. */
  onReset: (reason: ResetReason) => void
  onPresence?: (people: PersonHere[]) => void
  moments?: Moments
  newId?: IdSource
}

/** Deliveries wait at most so long for a person who composes a character; milliseconds. */
const LONGEST_HOLD_MS = 3000
/** And at most so many of them. */
const MOST_HELD = 256
/** With so many pushes not yet handed over, edits are collected further instead of becoming more pushes. */
const MOST_UNSENT = 64
/** How long closing waits for the last edits to reach the disk; milliseconds. */
const CLOSE_MS = 3000

/**
 * One window's copy of one note: applies deliveries in order, collects this person's edits for a frame and pushes them,
 * and says honestly how far they have come. Knows no editor and paints nothing.
 */
export class NoteReplica {
  readonly document: NoteDocument
  readonly session: number
  readonly canWrite: boolean
  private readonly clientId: number
  private readonly outbox: Outbox
  private readonly moments: Moments
  private readonly listeners = new Set<() => void>()
  private readonly waits: { done: () => boolean; resolve: () => void }[] = []
  private collected: Uint8Array[] = []
  private cancelFlush: (() => void) | null = null
  private readonly stopListening: () => void
  private delivery = 0
  private held: { number: number; updates: Uint8Array[] }[] = []
  private cancelHold: (() => void) | null = null
  /** A new note whose first block has not been sent. */
  private untouched: boolean
  private trouble: string | null = null
  private ended = false
  private current: ReplicaStatus

  /** Opens a note. Messages that come before the answer are taken after it. */
  static async open(options: ReplicaOptions): Promise<NoteReplica> {
    const early: DocMessage[] = []
    let replica: NoteReplica | null = null
    const opened = await options.backend.openNote(options.note, options.space, message => {
      if (replica) replica.hear(message)
      else early.push(message)
    })
    replica = new NoteReplica(opened, options)
    for (const message of early) replica.hear(message)
    return replica
  }

  constructor(
    opened: OpenedNote,
    private readonly options: ReplicaOptions,
  ) {
    this.session = opened.session
    this.canWrite = opened.canWrite
    this.clientId = opened.clientId
    this.moments = options.moments ?? browserMoments
    this.document = new NoteDocument(opened.clientId)
    if (opened.state.length > 0) this.document.deliver([opened.state])
    this.document.doc.on('update', this.onUpdate)
    this.untouched = opened.isNew && opened.canWrite
    if (this.untouched) this.document.seed((options.newId ?? randomBlockId)())
    this.outbox = new Outbox({
      send: (header, update) =>
        options.backend.push({ note: options.note, session: this.session, ...header }, update),
      after: this.moments.after,
      changed: () => this.settle(),
      failed: reason => this.troubled(reason),
    })
    this.current = this.statusNow()
    this.stopListening = this.moments.onLeaving(() => this.flush())
  }

  /** The last delivery this window has applied. */
  get lastDelivery(): number {
    return this.delivery
  }

  get status(): ReplicaStatus {
    return this.current
  }

  /** Calls back whenever `status` changes. Returns what ends it. */
  onStatus(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Sends what has been collected, now. */
  flush(): void {
    this.cancelFlush?.()
    this.cancelFlush = null
    if (this.collected.length === 0 || (this.untouched && this.document.isBlank())) return
    if (this.clientChanged()) return
    this.untouched = false
    const update = this.collected.length === 1 ? this.collected[0] : Y.mergeUpdates(this.collected)
    this.collected = []
    if (update) this.outbox.add(update, this.delivery)
  }

  /**
   * Holds deliveries back while a person composes a character: a change to the text under an input method breaks it.
   * For a short while only; nobody's words wait for long.
   */
  hold(on: boolean): void {
    if (on && !this.cancelHold) this.cancelHold = this.moments.after(LONGEST_HOLD_MS, () => this.hold(false))
    else if (!on) this.release()
  }

  /** Resolves once the delivery of this number is applied. */
  whenApplied(number: number): Promise<void> {
    return this.when(() => this.delivery >= number)
  }

  /** Resolves once every edit made so far is on disk. */
  whenSaved(): Promise<void> {
    return this.when(() => this.current.kind === 'saved' || this.current.kind === 'untouched')
  }

  /**
   * Hands over what was written, waits a little for it to be saved, and ends the session. Gives whether everything was
   * saved in time.
   */
  async close(): Promise<boolean> {
    this.release()
    this.flush()
    this.stopListening()
    await new Promise<void>(resolve => {
      const cancel = this.moments.after(CLOSE_MS, resolve)
      void this.whenSaved().then(() => {
        cancel()
        resolve()
      })
    })
    const saved = this.outbox.size === 0
    this.ended = true
    this.outbox.close()
    this.document.doc.off('update', this.onUpdate)
    await this.options.backend.closeNote(this.session)
    this.document.destroy()
    return saved
  }

  /** Takes a message of Rust's. */
  hear(message: DocMessage): void {
    switch (message.kind) {
      case 'deliver':
        return this.take(message.number, message.updates)
      case 'ack':
        // Something reached the disk, so whatever was wrong is over.
        this.trouble = null
        return this.outbox.acknowledge(message.sequence)
      case 'resend':
        return this.outbox.resend(message.from)
      case 'reset':
        return this.end({ kind: 'reset', message: message.reason })
      case 'error':
        return this.troubled(message.message)
      case 'presence':
        return this.options.onPresence?.(message.people)
    }
  }

  private troubled(message: string): void {
    this.trouble = message
    this.settle()
  }

  private take(number: number, updates: Uint8Array[]): void {
    if (this.ended) return
    this.held.push({ number, updates })
    if (!this.cancelHold) this.applyHeld()
    else if (this.held.length >= MOST_HELD) this.release()
  }

  private release(): void {
    this.cancelHold?.()
    this.cancelHold = null
    this.applyHeld()
  }

  private applyHeld(): void {
    for (let next = this.held.shift(); next && !this.ended; next = this.held.shift()) {
      const expected = this.delivery + 1
      if (next.number !== expected) return this.end({ kind: 'delivery', expected, got: next.number })
      // What was written before this delivery did not know of it, and must not say so.
      this.flush()
      this.document.deliver(next.updates)
      this.delivery = next.number
      if (this.clientChanged()) return
    }
    this.wake()
  }

  private readonly onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (this.ended || !(this.document.isOwn(origin) || origin === SEEDED)) return
    this.collected.push(update)
    if (origin === SEEDED) return
    this.settle()
    if (this.outbox.unsent < MOST_UNSENT) this.cancelFlush ??= this.moments.soon(() => this.flush())
  }

  /** Yjs takes another client id by itself when ours comes from outside. That replica must write no more. */
  private clientChanged(): boolean {
    if (this.document.doc.clientID === this.clientId) return false
    this.collected = []
    this.end({ kind: 'client' })
    return true
  }

  private end(reason: ResetReason): void {
    if (this.ended) return
    if (reason.kind !== 'client') this.flush()
    this.ended = true
    this.held = []
    this.options.onReset(reason)
  }

  /** Brings the status up to date, and goes on collecting where the outbox was full. */
  private settle(): void {
    const { unsent } = this.outbox
    if (this.collected.length > 0 && unsent < MOST_UNSENT)
      this.cancelFlush ??= this.moments.soon(() => this.flush())
    const now = this.statusNow()
    if (!sameStatus(now, this.current)) {
      this.current = now
      for (const listener of this.listeners) listener()
    }
    this.wake()
  }

  private statusNow(): ReplicaStatus {
    const waiting = this.collected.length > 0 && !(this.untouched && this.document.isBlank())
    const unacked = this.outbox.size + (waiting ? 1 : 0)
    if (this.trouble !== null) return { kind: 'trouble', unacked, message: this.trouble }
    if (unacked > 0) return { kind: 'saving', unacked }
    return this.untouched ? { kind: 'untouched' } : { kind: 'saved' }
  }

  private when(done: () => boolean): Promise<void> {
    if (done()) return Promise.resolve()
    return new Promise(resolve => this.waits.push({ done, resolve }))
  }

  private wake(): void {
    for (let i = this.waits.length - 1; i >= 0; i--) {
      const wait = this.waits[i]
      if (wait?.done()) {
        this.waits.splice(i, 1)
        wait.resolve()
      }
    }
  }
}
