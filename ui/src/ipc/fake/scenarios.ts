/** Worlds to look at: `?fake=<name>`. */
import * as Y from 'yjs'
import type { Background, Diagnosis, Inviting, Leaving, MemberRow, Nearby, Overview } from '../backend'
import { FOUND, GUESTS, NOBODY } from './diagnoses'
import { FakeNote } from './FakeNote'
import { FakePeer } from './FakePeer'
import { ASKING, ROW } from './pictures'
import { type SeedBlock, seededDoc } from './seed'
import { HOUSE, LISE, READING, SOUP, TALK, TRIP, TRIP_TITLE } from './texts'

const MINUTE = 60_000

export interface World {
  overview: Overview
  members: MemberRow[]
  notes: FakeNote[]
  ticket: string
  inviteError: string | null
  /** What an opened invitation comes to. */
  inviting: Inviting
  nearby: Nearby[]
  background: Background
  /** What the doctor says. */
  diagnosis: Diagnosis
  /** What leaving the space means. */
  leaving: Leaving
}

export { ROW }

const ANA: Nearby = {
  id: 'ana',
  person: 'Ana',
  deviceName: 'Ana’s laptop',
  spaceName: 'Team Nord',
  role: 'editor',
}

/** Where a panel shows the icon. */
const TRAY: Background = { keepSyncing: true, tray: true, atLogin: false }

const SPACE = '5e1f00000000000000000000000000a1'
const DAY = 86_400_000

const TICKET = `SKEIN1-${'MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U'.repeat(9)}`

export function emptyDoc(): Y.Doc {
  return new Y.Doc()
}

function ben(): FakePeer {
  return new FakePeer({ device: 'be'.repeat(32), person: 'Ben', deviceName: 'Ben’s laptop', colour: 0 })
}

function lise(): FakePeer {
  return new FakePeer({ device: '15'.repeat(32), person: 'Lise', deviceName: 'Lise’s laptop', colour: 10 })
}

function tablet(): FakePeer {
  return new FakePeer({ device: 'a1'.repeat(32), person: 'Ana', deviceName: 'Ana’s tablet', colour: 4 })
}

function overview(change: Partial<Overview> = {}): Overview {
  return {
    device: 'aa'.repeat(32),
    person: 'Ana',
    deviceName: 'Ana’s laptop',
    spaces: [{ id: SPACE, name: 'Team Nord', role: 'owner' }],
    defaultSpace: SPACE,
    offline: false,
    listening: ['192.168.1.12:48213', '[fe80::1c2a:5cff]:48213'],
    ...change,
  }
}

function members(peers: FakePeer[]): MemberRow[] {
  const me: MemberRow = {
    device: 'aa'.repeat(32),
    person: 'Ana',
    deviceName: 'Ana’s laptop',
    role: 'owner',
    online: true,
    lastSeenMs: Date.now(),
    knows: true,
    self: true,
  }
  return [
    me,
    ...peers.map(
      ({ who, online }): MemberRow => ({
        ...who,
        role: 'editor',
        online,
        lastSeenMs: null,
        knows: true,
        self: false,
      }),
    ),
  ]
}

function waiting(): Inviting {
  return { state: 'waiting', role: 'editor', closesAtMs: Date.now() + 9 * MINUTE, missed: null }
}

/** A team's space with the trip open; `peers` have the trip. */
function team(peers: FakePeer[], trip: Partial<FakeNote['options']> = {}): World {
  const now = Date.now()
  const note = (
    n: number,
    title: string,
    blocks: SeedBlock[],
    ago: number,
    more: Partial<FakeNote['options']> = {},
  ) =>
    new FakeNote({
      id: String(n).repeat(32),
      doc: seededDoc(title, blocks),
      peers: [],
      modifiedMs: now - ago,
      heldByOthers: true,
      ...more,
    })
  return {
    overview: overview(),
    members: members(peers),
    notes: [
      note(1, TRIP_TITLE, TRIP, 4 * MINUTE, { peers, pinned: true, ...trip }),
      note(2, 'House rules', HOUSE, 3 * DAY, { pinned: true }),
      note(3, 'Lise: talk outline', TALK, 140 * MINUTE, { heldByOthers: false }),
      note(4, 'Soup for twelve', SOUP, 4 * DAY),
      note(5, 'Reading list', READING, 9 * DAY),
      note(6, 'Boiler, again', LISE, 12 * DAY),
    ],
    ticket: TICKET,
    inviteError: null,
    inviting: waiting(),
    nearby: [],
    background: { ...TRAY },
    diagnosis: peers.some(({ online }) => online) ? FOUND : GUESTS,
    leaving: { others: peers.length, lastOwner: false, onlyHere: 0, ownOnlyHere: 0 },
  }
}

function benAlone(): Overview {
  return overview({
    person: 'Ben',
    deviceName: 'Ben’s laptop',
    spaces: [{ id: SPACE, name: 'Personal', role: 'owner' }],
  })
}

function alone(): World {
  return {
    overview: overview({ spaces: [{ id: SPACE, name: 'Personal', role: 'owner' }] }),
    members: members([]),
    notes: [],
    ticket: TICKET,
    inviteError: null,
    inviting: waiting(),
    nearby: [],
    background: { ...TRAY },
    diagnosis: NOBODY,
    leaving: { others: 0, lastOwner: true, onlyHere: 4, ownOnlyHere: 4 },
  }
}

/** Ben writes, Lise has something selected, Ana's other device idles. */
function main(): World {
  const [b, l, t] = [ben(), lise(), tablet()]
  l.state = 'viewing'
  t.state = 'idle'
  l.behind = 2
  l.online = false
  const world = team([b, l, t])
  b.place('Bring the big rope')
  l.online = true
  l.place('paid before Wednesday', true)
  b.state = 'editing'
  return world
}

const WORLDS: Record<string, () => World> = {
  main,
  first: alone,
  /** Nobody else has this open; one device has everything. */
  quiet: () => {
    const b = ben()
    b.here = false
    return team([b])
  },
  behind: () => {
    const b = ben()
    b.behind = 3
    b.online = false
    b.here = false
    return team([b])
  },
  offline: () => {
    const b = ben()
    const world = team([b])
    world.overview.offline = true
    return world
  },
  trouble: () => {
    const world = team([ben()])
    for (const note of world.notes) note.storageTrouble = 'the disk is full'
    return world
  },
  waiting: () => team([ben()], { state: 'waiting', waitingFor: 'Lise’s laptop' }),
  readonly: () => team([ben()], { state: 'read_only', waitingFor: 'Ben’s laptop', canWrite: false }),
  broken: () => team([ben()], { state: 'broken' }),
  viewer: () => {
    const world = team([ben()], { canWrite: false })
    world.overview.spaces = [{ id: SPACE, name: 'Team Nord', role: 'viewer' }]
    world.members = world.members.map(member => ({ ...member, role: member.self ? 'viewer' : 'owner' }))
    return world
  },
  /** This device was removed. */
  removed: () => {
    const world = team([ben()], { canWrite: false })
    world.overview.spaces = [{ id: SPACE, name: 'Team Nord', role: null }]
    world.members = world.members.map(member => ({ ...member, role: member.self ? null : 'owner' }))
    return world
  },
  /** Somebody asks as soon as an invitation is open. */
  asked: () => ({ ...team([ben()]), inviting: ASKING }),
  arrived: () => ({
    ...team([ben()]),
    inviting: { state: 'joined', person: 'Ben', deviceName: 'Ben’s laptop' },
  }),
  mistaken: () => ({
    ...team([ben()]),
    inviting: {
      state: 'over',
      why: 'wrong_pick',
      message:
        'those pictures are not on the other screen, so somebody else may have been asking. nobody was let in. invite again, and compare all four pictures',
    },
  }),
  /** A desktop where nothing shows the icon. */
  untrayed: () => ({ ...alone(), background: { keepSyncing: false, tray: false, atLogin: true } }),
  /** Ben, alone, with somebody nearby who invites. */
  invited: () => ({ ...alone(), overview: benAlone(), nearby: [ANA] }),
  /** More than one space to choose from. */
  spaces: () => {
    const world = team([ben()])
    world.overview.spaces.push({ id: '5e1f00000000000000000000000000b2', name: 'Home', role: 'owner' })
    return world
  },
  /** Edits that nobody else has. */
  unsent: () => {
    const world = team([ben()])
    world.overview.spaces.push({ id: '5e1f00000000000000000000000000b2', name: 'Home', role: 'owner' })
    return { ...world, leaving: { others: 1, lastOwner: true, onlyHere: 12, ownOnlyHere: 9 } }
  },
  /** This device left. */
  left: () => {
    const world = team([ben()], { canWrite: false })
    world.overview.spaces = [
      { id: SPACE, name: 'Team Nord', role: null, left: true },
      { id: '5e1f00000000000000000000000000b2', name: 'Home', role: 'owner' },
    ]
    world.members = world.members.map(member => ({ ...member, role: member.self ? null : 'owner' }))
    return world
  },
  /** More faces than fit. */
  crowd: () => {
    const names = ['Ben', 'Lise', 'Cem', 'Dora', 'Emil', 'Fatma', 'Goran']
    const peers = names.map((person, colour) => {
      const peer = new FakePeer({ device: `${colour}`.repeat(64), person, deviceName: 'laptop', colour })
      peer.state = colour < 2 ? 'editing' : colour < 5 ? 'viewing' : 'idle'
      return peer
    })
    return team(peers)
  },
}

export function scenario(name: string): World {
  return (WORLDS[name] ?? main)()
}
