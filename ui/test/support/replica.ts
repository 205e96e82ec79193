import * as Y from 'yjs'
import type { DocMessage, OpenedNote, PushHeader } from '../../src/ipc/backend'
import type { Moments } from '../../src/sync/moments'
import { NoteReplica, type ResetReason } from '../../src/sync/NoteReplica'
import { NoteDocument } from '../../src/sync/noteDocument'
import { blockId, storedNote } from './notes'

/** Time that only moves when a test says so. */
export class ManualMoments implements Moments {
  private readonly frames = new Set<() => void>()
  private readonly timers = new Set<{ at: number; callback: () => void }>()
  private readonly leaving = new Set<() => void>()
  private now = 0

  soon = (callback: () => void) => {
    this.frames.add(callback)
    return () => this.frames.delete(callback)
  }
  after = (milliseconds: number, callback: () => void) => {
    const timer = { at: this.now + milliseconds, callback }
    this.timers.add(timer)
    return () => this.timers.delete(timer)
  }
  onLeaving = (callback: () => void) => {
    this.leaving.add(callback)
    return () => this.leaving.delete(callback)
  }
  frame(): void {
    for (const callback of Array.from(this.frames)) {
      this.frames.delete(callback)
      callback()
    }
  }
  leave(): void {
    for (const callback of this.leaving) callback()
  }
  pass(milliseconds: number): void {
    this.now += milliseconds
    for (const timer of Array.from(this.timers)) {
      if (timer.at > this.now) continue
      this.timers.delete(timer)
      timer.callback()
    }
  }
}

interface Pushed extends PushHeader {
  update: Uint8Array
}

/** A replica of a note that says "hello", with a Rust side that does what the test says. */
export async function openReplica(opened: Partial<OpenedNote> = {}) {
  const moments = new ManualMoments()
  const pushes: Pushed[] = []
  const resets: ResetReason[] = []
  const closed: number[] = []
  let hear: ((message: DocMessage) => void) | null = null
  let fail: Error | null = null
  const replica = await NoteReplica.open({
    backend: {
      openNote: (_note, _space, onMessage) => {
        hear = onMessage
        const state = storedNote('hello')
        return Promise.resolve({ session: 7, clientId: 42, state, canWrite: true, isNew: false, ...opened })
      },
      push: (header, update) => {
        if (fail) return Promise.reject(fail)
        pushes.push({ ...header, update })
        return Promise.resolve()
      },
      closeNote: session => {
        closed.push(session)
        return Promise.resolve()
      },
    },
    note: 'n',
    space: 's',
    onReset: reason => resets.push(reason),
    moments,
    newId: () => blockId(9),
  })
  const type = (text: string): void => replica.document.edit(() => replica.document.body.insert(1, text, {}))
  const failWith = (error: Error | null): void => {
    fail = error
  }
  return {
    replica,
    moments,
    pushes,
    resets,
    closed,
    type,
    failWith,
    send: (message: DocMessage) => hear?.(message),
  }
}

/** What somebody else writes into the note of `openReplica`. */
export function foreign(text: string, clientId = 5): Uint8Array {
  const note = new NoteDocument(clientId)
  note.deliver([storedNote('hello')])
  const updates: Uint8Array[] = []
  note.doc.on('update', (update: Uint8Array) => updates.push(update))
  note.edit(() => note.body.insert(1, text, {}))
  return Y.mergeUpdates(updates)
}

/** The window of a new note. */
export const fresh = { isNew: true, state: new Uint8Array([0, 0]) }

/** Lets everything that only waits for its turn happen. */
export const settled = () => new Promise(resolve => setTimeout(resolve))
