/**
 * The backend in memory, for tests, for a browser and for pictures: a disk that forgets, and other devices with
 * documents of their own. Not part of what ships; `main.tsx` leaves it out of the production bundle.
 */
import type { Backend, BackendEvent, Overview, SpaceRow } from '../backend'
import { OFFLINE_FOUND } from './diagnoses'
import { FakeNote, type NoteOptions } from './FakeNote'
import { fakeKey } from './fakeKey'
import { EDITOR, ownOf, ROW } from './pictures'
import { emptyDoc, scenario, type World } from './scenarios'
import TICKET from './ticket.json'

/** A key like those on paper. */
const PAPER_KEY = 'SKEINKEY1-ACHL-ARXC-6CFS-YST5-522K-T26E-KVYR-S4SP-VY3I-IFIJ-O4MO-B32O-XBPS-2B5J-OH4Q'

/** The scenario's world as a backend; `window.skeinFake` reaches in from tests. */
export function fakeBackend(name: string): Backend & { world: World } {
  const world = scenario(name)
  const listeners = new Set<(event: BackendEvent) => void>()
  const notes = new Map(world.notes.map(note => [note.options.id, note]))
  let sessions = 0

  const tell = (event: BackendEvent) => {
    for (const listener of listeners) listener(event)
  }
  const rows = () => [...notes.values()].filter(note => note.stored).map(note => note.row())
  const watch = (note: FakeNote) => {
    note.offline = world.overview.offline
    note.onChange = () => {
      tell({ kind: 'status', status: note.status() })
      tell({ kind: 'notes', space: world.overview.defaultSpace, rows: rows() })
    }
  }
  for (const note of notes.values()) watch(note)

  const need = (id: string): FakeNote => {
    const note = notes.get(id)
    if (note === undefined) throw new Error('there is no such note')
    return note
  }
  const nameOf = (id: string) => world.overview.spaces.find(space => space.id === id)?.name ?? ''
  const ofSession = new Map<number, FakeNote>()
  const changeOverview = (change: Partial<Overview>) => {
    world.overview = { ...world.overview, ...change }
    tell({ kind: 'overview', overview: world.overview })
  }

  return {
    world,
    overview: async () => world.overview,
    listNotes: async () => rows(),
    newNote: async () => {
      const options: NoteOptions = { id: newId(), doc: emptyDoc(), peers: [], modifiedMs: Date.now() }
      const note = new FakeNote(options)
      watch(note)
      notes.set(options.id, note)
      return options.id
    },
    openNote: async (id, _space, onMessage) => {
      const note = need(id)
      const session = ++sessions
      ofSession.set(session, note)
      setTimeout(() => tell({ kind: 'status', status: note.status() }))
      return note.open(session, onMessage)
    },
    push: async (header, update) => need(header.note).push(header, update),
    closeNote: async session => ofSession.get(session)?.close(session),
    setPresence: async () => {},
    noteStatus: async id => need(id).status(),
    invite: async (_space, _role, minutes) => {
      await pause(120)
      if (world.inviteError !== null) throw world.inviteError
      return { ...TICKET, expiresAtMs: Date.now() + minutes * 60_000 }
    },
    saveTicket: async () => {
      await pause(120)
      return '/media/stick/Team Nord.skein-ticket'
    },
    chooseTicket: async () => {
      await pause(120)
      return { name: 'Team Nord.skein-ticket', ticket: TICKET.ticket, expiresAtMs: Date.now() + 600_000 }
    },
    droppedTicket: async () => null,
    readTicket: async bytes => {
      const ticket = new TextDecoder().decode(bytes).trim()
      if (!ticket.startsWith('SKEIN1-')) throw 'this is no ticket: a ticket begins with SKEIN1-'
      return { ticket, expiresAtMs: Date.now() - 60_000 }
    },
    join: async ticket => {
      await pause(400)
      if (!ticket.startsWith('SKEIN1-')) throw 'this is no ticket: a ticket begins with SKEIN1-'
      throw 'nobody answers at the addresses in this ticket'
    },
    newSpace: async (name, recovery) => {
      const space = newId()
      const made: SpaceRow = { id: space, name, role: 'owner', recoverable: recovery }
      changeOverview({ spaces: [...world.overview.spaces, made] })
      return { space, recoveryKey: recovery ? PAPER_KEY : null }
    },
    recoverSpace: async key => {
      await pause(60)
      if (!key.toUpperCase().startsWith('SKEINKEY1-'))
        throw 'this is no recovery key: a recovery key begins with SKEINKEY1-. nothing was changed'
      const of = world.overview.spaces.find(({ recoverable }) => recoverable === true)
      if (of === undefined) throw 'this recovery key belongs to no space on this device. nothing was changed'
      changeOverview({
        spaces: world.overview.spaces.map(space =>
          space.id === of.id ? { ...space, role: 'owner', ownerless: false } : space,
        ),
      })
      return of.id
    },
    renameSpace: async (id, name) =>
      changeOverview({
        spaces: world.overview.spaces.map(space => (space.id === id ? { ...space, name } : space)),
      }),
    leaving: async id => {
      await pause(60)
      if (world.overview.spaces.every(space => space.id === id || space.role === null))
        throw `${nameOf(id)} is the only space of this device, so there would be nowhere to write. make or join another one first`
      return world.leaving
    },
    leaveSpace: async id => {
      await pause(60)
      changeOverview({
        spaces: world.overview.spaces.map(space =>
          space.id === id ? { ...space, role: null, left: true } : space,
        ),
        defaultSpace: world.overview.spaces.find(space => space.id !== id)?.id ?? id,
      })
    },
    moveNote: async id => {
      await pause(60)
      return { note: id, kept: null }
    },
    openInvitation: async (_space, role) => {
      await pause(60)
      if (world.inviteError !== null) throw world.inviteError
      if (world.inviting.state === 'waiting')
        world.inviting = { ...world.inviting, giving: { gives: 'space', role } }
      tell({ kind: 'inviting', inviting: world.inviting })
    },
    openOwnInvitation: async () => {
      await pause(60)
      if (world.inviteError !== null) throw world.inviteError
      if (world.inviting.state === 'waiting')
        world.inviting = { ...world.inviting, giving: ownOf(world.overview) }
      tell({ kind: 'inviting', inviting: world.inviting })
    },
    invitation: async () => ({ state: 'closed' }),
    pickRow: async (_question, row) => {
      const right = row !== null && world.inviting.state === 'asking' && world.inviting.rows[row] === ROW
      await pause(60)
      const giving = 'giving' in world.inviting ? world.inviting.giving : EDITOR
      world.inviting = right
        ? { state: 'joined', giving, person: 'Ben', deviceName: 'Ben’s laptop' }
        : { state: 'waiting', giving, closesAtMs: Date.now() + 500_000, missed: 'not_seen' }
      tell({ kind: 'inviting', inviting: world.inviting })
    },
    closeInvitation: async () => tell({ kind: 'inviting', inviting: { state: 'closed' } }),
    nearby: async () => world.nearby,
    askToJoin: async id => {
      await pause(200)
      const from = world.nearby.find(each => each.id === id)
      if (from === undefined) throw 'that invitation is closed'
      return { from, pictures: ROW }
    },
    awaitWelcome: async () => {
      await pause(1_500)
      const [from] = world.nearby
      if (from === undefined) throw 'the pictures were not the same on the other screen'
      return { from, person: world.overview.person, deviceName: world.overview.deviceName }
    },
    openJoined: async () => {
      await pause(300)
      return { space: world.overview.defaultSpace, name: 'Team Nord', role: 'editor' }
    },
    leaveJoining: async () => {},
    members: async () => world.members,
    changeRole: async (space, device, role) => {
      await pause(60)
      world.members = world.members.map(member =>
        member.device === device ? { ...member, role } : { ...member, knows: member.self },
      )
      tell({ kind: 'members', space, members: world.members })
    },
    setAside: async () => world.aside,
    takeIn: async (_, device) => {
      await pause(60)
      world.aside = world.aside.filter(one => one.device !== device)
      for (const note of notes.values()) note.aside = 0
      for (const note of notes.values()) note.onChange()
    },
    addPeer: async address => {
      await pause(200)
      if (!/[.:]/.test(address)) throw 'that is not an address'
    },
    diagnose: async () => {
      await pause(300)
      return world.overview.offline ? OFFLINE_FOUND : world.diagnosis
    },
    setOffline: async offline => {
      changeOverview({ offline })
      for (const note of notes.values()) {
        note.offline = offline
        note.reconnect()
        note.onChange()
      }
    },
    background: async () => world.background,
    setKeepSyncing: async keepSyncing => void (world.background = { ...world.background, keepSyncing }),
    setAtLogin: async atLogin => void (world.background = { ...world.background, atLogin }),
    ...fakeKey(world, tell),
    openLink: async () => {},
    takeOver: async () => {},
    subscribe: async listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
