import { describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { blockId, storedNote } from '../../test/support/notes'
import { foreign, fresh, ManualMoments, openReplica, settled } from '../../test/support/replica'
import { NoteReplica } from './NoteReplica'
import { NoteDocument } from './noteDocument'

describe('pushes', () => {
  it('collect a frame of edits into one, numbered from 1 without gaps', async () => {
    const { moments, pushes, type } = await openReplica()
    type('a')
    type('b')
    expect(pushes).toEqual([])
    moments.frame()
    type('c')
    moments.frame()
    await settled()
    expect(pushes.map(push => push.sequence)).toEqual([1, 2])
    expect(pushes[0]).toMatchObject({ note: 'n', session: 7, lastDelivery: 0 })
    const note = new NoteDocument(99)
    note.deliver([storedNote('hello'), ...pushes.map(push => push.update)])
    expect(note.body.toString()).toContain('cbahello')
  })

  it('go out at once when the window is left', async () => {
    const { moments, pushes, type } = await openReplica()
    type('a')
    moments.leave()
    await settled()
    expect(pushes).toHaveLength(1)
  })

  it('never hold what came from outside, whatever origin Yjs gives it', async () => {
    const { replica, moments, pushes, send } = await openReplica()
    send({ kind: 'deliver', number: 1, updates: [foreign('x')] })
    replica.document.doc.transact(() => replica.document.body.insert(1, 'y', {}))
    moments.frame()
    await settled()
    expect(pushes).toEqual([])
  })

  it('say what the window had seen when they were written, not when they are sent', async () => {
    const { moments, pushes, type, send } = await openReplica()
    type('before')
    send({ kind: 'deliver', number: 1, updates: [foreign('x')] })
    type('after')
    moments.frame()
    await settled()
    expect(pushes.map(push => push.lastDelivery)).toEqual([0, 1])
  })

  it('are kept until acknowledged and sent again from where Rust asks', async () => {
    const { replica, moments, pushes, type, send } = await openReplica()
    for (const letter of 'abc') {
      type(letter)
      moments.frame()
    }
    await settled()
    send({ kind: 'ack', sequence: 1 })
    expect(replica.status).toEqual({ kind: 'saving', unacked: 2 })
    send({ kind: 'resend', from: 2 })
    await settled()
    expect(pushes.map(push => push.sequence)).toEqual([1, 2, 3, 2, 3])
    expect(pushes[3]?.update).toEqual(pushes[1]?.update)
    send({ kind: 'ack', sequence: 3 })
    expect(replica.status).toEqual({ kind: 'saved' })
  })

  it('that cannot be handed over are tried again, and the status says why', async () => {
    const { replica, moments, pushes, type, failWith, send } = await openReplica()
    failWith(new Error('the disk is full'))
    type('a')
    moments.frame()
    type('b')
    moments.frame()
    await settled()
    expect(replica.status).toEqual({ kind: 'trouble', unacked: 2, message: 'the disk is full' })
    failWith(null)
    moments.pass(250)
    await settled()
    expect(pushes.map(push => push.sequence)).toEqual([1, 2])
    send({ kind: 'ack', sequence: 2 })
    expect(replica.status).toEqual({ kind: 'saved' })
  })

  it('do not multiply while none can be handed over', async () => {
    const { replica, moments, pushes, type, failWith, send } = await openReplica()
    failWith(new Error('gone'))
    for (let i = 0; i < 200; i++) {
      type('a')
      moments.frame()
      await settled()
    }
    failWith(null)
    moments.pass(250)
    await settled()
    expect(pushes.length).toBeLessThanOrEqual(64)
    send({ kind: 'ack', sequence: pushes.length })
    moments.frame()
    await settled()
    const note = new NoteDocument(99)
    note.deliver([storedNote('hello'), ...pushes.map(push => push.update)])
    expect(note.body.toString()).toBe(replica.document.body.toString())
  })
})

describe('a new note', () => {
  it('sends nothing when it is left empty', async () => {
    const { replica, moments, pushes, closed } = await openReplica(fresh)
    replica.document.edit(() => replica.document.attrs.set(`${blockId(9)}/kind`, 'h1'))
    moments.frame()
    moments.leave()
    expect(replica.status).toEqual({ kind: 'untouched' })
    await replica.close()
    expect(pushes).toEqual([])
    expect(closed).toEqual([7])
  })

  it('sends its first block with the first letter', async () => {
    const { replica, moments, pushes, type } = await openReplica(fresh)
    type('a')
    expect(replica.status).toEqual({ kind: 'saving', unacked: 1 })
    moments.frame()
    await settled()
    expect(pushes).toHaveLength(1)
    const note = new NoteDocument(99)
    note.deliver(pushes.map(push => push.update))
    expect(note.body.toDelta()).toEqual([{ insert: { b: blockId(9) } }, { insert: 'a\u2029' }])
  })

  it('sends its first block with the first letter of its title', async () => {
    const { replica, moments, pushes } = await openReplica(fresh)
    replica.document.edit(() => replica.document.title.insert(0, 'T'))
    moments.frame()
    await settled()
    const note = new NoteDocument(99)
    note.deliver(pushes.map(push => push.update))
    expect(note.title.toString()).toBe('T')
    expect(note.body.length).toBe(2)
  })

  it('is not seeded by somebody who may only read', async () => {
    const { replica } = await openReplica({ ...fresh, canWrite: false })
    expect(replica.document.body.length).toBe(0)
  })
})

describe('deliveries', () => {
  it('are applied in order, and tests can wait for them', async () => {
    const { replica, send } = await openReplica()
    const applied = replica.whenApplied(2)
    send({ kind: 'deliver', number: 1, updates: [foreign('x')] })
    send({ kind: 'deliver', number: 2, updates: [foreign('y', 6)] })
    await applied
    expect(replica.document.body.toString()).toMatch(/^(xy|yx)hello/)
    expect(replica.lastDelivery).toBe(2)
  })

  it.each([
    ['missing', 2],
    ['twice there', 0],
  ])('one %s ends the replica', async (_, number) => {
    const { replica, send, resets } = await openReplica()
    send({ kind: 'deliver', number, updates: [foreign('x')] })
    expect(resets).toEqual([{ kind: 'delivery', expected: 1, got: number }])
    send({ kind: 'deliver', number: 1, updates: [foreign('x')] })
    expect(replica.document.body.toString()).not.toContain('x')
  })

  it('wait while a character is composed, but not for long', async () => {
    const { replica, moments, send } = await openReplica()
    replica.hold(true)
    send({ kind: 'deliver', number: 1, updates: [foreign('x')] })
    expect(replica.lastDelivery).toBe(0)
    moments.pass(3000)
    expect(replica.lastDelivery).toBe(1)
    replica.hold(true)
    send({ kind: 'deliver', number: 2, updates: [foreign('y', 6)] })
    replica.hold(false)
    expect(replica.lastDelivery).toBe(2)
  })

  it('that come before the answer to opening are not lost', async () => {
    const replica = await NoteReplica.open({
      backend: {
        openNote: (_note, _space, onMessage) => {
          onMessage({ kind: 'deliver', number: 1, updates: [foreign('x')] })
          return Promise.resolve({
            session: 1,
            clientId: 2,
            state: storedNote('hello'),
            canWrite: true,
            isNew: false,
          })
        },
        push: () => Promise.resolve(),
        closeNote: () => Promise.resolve(),
      },
      note: 'n',
      space: 's',
      onReset: () => {},
      moments: new ManualMoments(),
    })
    expect(replica.document.body.toString()).toContain('xhello')
  })
})

describe('a reset', () => {
  it('hands over what was written first', async () => {
    const { pushes, type, send, resets } = await openReplica()
    type('a')
    send({ kind: 'reset', reason: 'an edit was set aside' })
    await settled()
    expect(resets).toEqual([{ kind: 'reset', message: 'an edit was set aside' }])
    expect(pushes).toHaveLength(1)
  })

  it('comes when the own client id arrives from outside, and nothing is pushed under the new one', async () => {
    const quiet = vi.spyOn(console, 'log').mockImplementation(() => {})
    const { replica, moments, pushes, type, send, resets } = await openReplica()
    type('mine')
    send({ kind: 'deliver', number: 1, updates: [foreign('x'.repeat(20), 42)] })
    expect(resets).toEqual([{ kind: 'client' }])
    expect(replica.document.doc.clientID).not.toBe(42)
    type('under another name')
    moments.frame()
    moments.leave()
    await settled()
    for (const { update } of pushes) {
      expect(Y.decodeUpdate(update).structs.every(struct => struct.id.client === 42)).toBe(true)
    }
    expect(pushes).toHaveLength(1)
    quiet.mockRestore()
  })
})

describe('closing', () => {
  it('waits for the last edits to be saved', async () => {
    const { replica, type, send, closed } = await openReplica()
    type('a')
    const closing = replica.close()
    await settled()
    expect(closed).toEqual([])
    send({ kind: 'ack', sequence: 1 })
    expect(await closing).toBe(true)
    expect(closed).toEqual([7])
  })

  it('does not wait forever, and says so', async () => {
    const { replica, moments, type, closed } = await openReplica()
    type('a')
    const closing = replica.close()
    moments.pass(3000)
    expect(await closing).toBe(false)
    expect(closed).toEqual([7])
  })
})

describe('the status', () => {
  it('changes the moment something is written, and tells who listens', async () => {
    const { replica, type } = await openReplica()
    const told: string[] = []
    replica.onStatus(() => told.push(replica.status.kind))
    expect(replica.status).toEqual({ kind: 'saved' })
    type('a')
    expect(told).toEqual(['saving'])
  })

  it('carries an error until something is saved again', async () => {
    const { replica, moments, type, send } = await openReplica()
    type('a')
    moments.frame()
    send({ kind: 'error', code: 'disk_full', message: 'there is no room on the disk' })
    expect(replica.status).toEqual({ kind: 'trouble', unacked: 1, message: 'there is no room on the disk' })
    send({ kind: 'ack', sequence: 1 })
    expect(replica.status).toEqual({ kind: 'saved' })
  })
})
