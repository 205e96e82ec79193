import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Backend, BackendEvent, Overview } from '../ipc/backend'
import { fakeBackend } from '../ipc/fake/fakeBackend'
import { WindowModel } from './WindowModel'

type Fake = ReturnType<typeof fakeBackend>

let model: WindowModel
let backend: Fake
let tell: (event: BackendEvent) => void
let stop: () => void

async function begin(
  scenario: string,
  change: (backend: Fake) => Partial<Backend> = () => ({}),
): Promise<void> {
  const fake = fakeBackend(scenario)
  const listeners: ((event: BackendEvent) => void)[] = []
  backend = {
    ...fake,
    subscribe: listener => {
      listeners.push(listener)
      return fake.subscribe(listener)
    },
    ...change(fake),
  }
  tell = event => listeners.forEach(listener => listener(event))
  model = new WindowModel(backend)
  stop = model.start()
  await vi.waitUntil(() => model.space.get() !== null || model.failure.get() !== null)
}

beforeEach(() => localStorage.clear())
afterEach(() => stop())

const openTitle = () => model.rows.get().find(({ id }) => id === model.open.get()?.id)?.title

describe('at the start', () => {
  test('the first note of all is a new one, of which nothing is stored', async () => {
    await begin('first')
    await vi.waitUntil(() => model.open.get() !== null)
    expect(model.rows.get()).toEqual([])
  })

  test('else the newest is open', async () => {
    await begin('quiet')
    expect(openTitle()).toBe('Winter trip')
  })

  test('or the one that was open last', async () => {
    await begin('quiet')
    const soup = model.rows.get().find(({ title }) => title === 'Soup for twelve')
    model.openNote(soup?.id ?? '')
    stop()
    await begin('quiet')
    expect(openTitle()).toBe('Soup for twelve')
  })

  test('a profile that another Skein holds can be taken over', async () => {
    let held = true
    const refused = { code: 'held', message: 'a headless Skein holds these notes' }
    await begin('quiet', fake => ({
      overview: () => (held ? Promise.reject(refused) : fake.overview()),
      takeOver: async () => {
        held = false
      },
    }))
    expect(model.failure.get()).toEqual({ why: refused.message, way: 'takeOver' })
    await model.takeOver()
    expect(model.failure.get()).toBeNull()
    expect(openTitle()).toBe('Winter trip')
  })

  test('a key that the key store did not give can be asked for again', async () => {
    let locked = true
    const refused = { code: 'key_missing', message: 'the key store stayed locked' }
    await begin('quiet', fake => ({
      overview: () => (locked ? Promise.reject(refused) : fake.overview()),
      takeOver: async () => {
        locked = false
      },
    }))
    expect(model.failure.get()).toEqual({ why: refused.message, way: 'again' })
    await model.takeOver()
    expect(openTitle()).toBe('Winter trip')
  })

  test('any other reason is only said', async () => {
    await begin('quiet', () => ({ overview: () => Promise.reject('the key is missing') }))
    expect(model.failure.get()).toEqual({ why: 'the key is missing', way: null })
  })
})

describe('notes', () => {
  test('a second new note is not made while the first has no word', async () => {
    const newNote = vi.fn<Backend['newNote']>()
    await begin('first', fake => ({ newNote: newNote.mockImplementation(fake.newNote) }))
    await vi.waitUntil(() => model.open.get() !== null)
    await model.newNote()
    expect(newNote).toHaveBeenCalledOnce()
  })

  test('another note ends the session of the one before', async () => {
    const closeNote = vi.fn<Backend['closeNote']>()
    await begin('quiet', () => ({ closeNote: closeNote.mockResolvedValue() }))
    const first = model.open.get()?.session
    await vi.waitUntil(() => first?.phase.get().kind === 'open')
    await model.newNote()
    expect(model.open.get()?.session).not.toBe(first)
    await vi.waitUntil(() => closeNote.mock.calls.length === 1)
  })

  test('what Rust says of another note’s status or another space’s rows is not taken for this one’s', async () => {
    await begin('quiet')
    await model.refreshStatus()
    const [status, rows] = [model.status.get(), model.rows.get()]
    expect(status).not.toBeNull()
    if (status) tell({ kind: 'status', status: { ...status, note: 'another', saved: false } })
    tell({ kind: 'notes', space: 'another', rows: [] })
    tell({ kind: 'members', space: 'another', members: [] })
    expect(model.status.get()).toBe(status)
    expect(model.rows.get()).toBe(rows)
    expect(model.members.get()).not.toEqual([])
  })

  test('a role that changes is seen', async () => {
    await begin('quiet')
    const overview = model.overview.get() as Overview
    const spaces = overview.spaces.map(space => ({ id: space.id, name: space.name, role: 'viewer' as const }))
    tell({ kind: 'overview', overview: { ...overview, spaces } })
    expect(model.space.get()?.role).toBe('viewer')
  })

  test('and the open note is opened again as it may be written now', async () => {
    await begin('quiet')
    const before = model.open.get()
    const overview = model.overview.get() as Overview
    const as = (role: 'viewer' | 'owner' | null) => overview.spaces.map(space => ({ ...space, role }))
    tell({ kind: 'overview', overview: { ...overview, spaces: as('owner') } })
    expect(model.open.get()).toBe(before)
    tell({ kind: 'overview', overview: { ...overview, spaces: as(null) } })
    expect(model.open.get()?.id).toBe(before?.id)
    expect(model.open.get()?.session).not.toBe(before?.session)
  })
})

describe('an event that overtakes an answer is newer', () => {
  const gate = () => {
    let open = () => {}
    const opened = new Promise<void>(resolve => {
      open = resolve
    })
    return { opened, open }
  }
  /** What was answered already is taken in before the next task; nothing is waited for. */
  const aTask = () => new Promise(resolve => setTimeout(resolve))
  const somebody = {
    id: '1',
    person: 'Ana',
    deviceName: 'Ana’s laptop',
    offering: { gives: 'space' as const, spaceName: 'Trip', role: 'editor' as const },
  }

  test('about who invites nearby', async () => {
    const { opened, open } = gate()
    const nearby = vi.fn(() => opened.then(() => []))
    await begin('first', () => ({ nearby }))
    await vi.waitUntil(() => nearby.mock.calls.length === 1)
    tell({ kind: 'nearby', rows: [somebody] })
    open()
    await aTask()
    expect(model.nearby.get()).toEqual([somebody])
  })

  test('about a space that is being entered, as long as any part of it is on its way', async () => {
    const { opened, open } = gate()
    const members = vi.fn<Backend['members']>()
    const begun = begin('quiet', fake => ({
      members: members.mockImplementation(id => opened.then(() => fake.members(id))),
    }))
    await vi.waitUntil(() => members.mock.calls.length === 1)
    const rows = (await backend.listNotes('')).slice(0, 1)
    await aTask()
    tell({ kind: 'notes', space: members.mock.calls[0]?.[0] ?? '', rows })
    open()
    await begun
    expect(model.rows.get()).toEqual(rows)
  })

  test('and nothing is asked before events are heard', async () => {
    const { opened, open } = gate()
    const overview = vi.fn<Backend['overview']>()
    const begun = begin('quiet', fake => ({
      overview: overview.mockImplementation(fake.overview),
      subscribe: listener => opened.then(() => fake.subscribe(listener)),
    }))
    await aTask()
    expect(overview).not.toHaveBeenCalled()
    open()
    await begun
    expect(openTitle()).toBe('Winter trip')
  })
})

describe('notices', () => {
  test('the same sentence twice is one notice; the oldest go first; each can be put away', async () => {
    await begin('quiet')
    for (const message of ['a', 'b', 'a', 'c', 'd', 'e']) model.notices.say(message)
    expect(model.notices.get().map(({ message }) => message)).toEqual(['a', 'c', 'd', 'e'])
    model.notices.dismiss(model.notices.get()[1]?.key ?? 0)
    expect(model.notices.get().map(({ message }) => message)).toEqual(['a', 'd', 'e'])
  })

  test('what Rust says can carry words to copy', async () => {
    await begin('quiet')
    tell({ kind: 'notice', notice: { code: 'draft', message: 'Kept as a draft', copy: 'my words' } })
    expect(model.notices.get()[0]).toMatchObject({ message: 'Kept as a draft', copy: 'my words' })
  })

  test('what a command refuses is said', async () => {
    await begin('quiet', () => ({ setOffline: () => Promise.reject('no') }))
    await model.setOffline(true)
    expect(model.notices.get()[0]?.message).toBe('That did not work: no.')
  })
})
