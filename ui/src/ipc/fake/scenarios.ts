/** Worlds to look at: `?fake=<name>`. */
import * as Y from 'yjs'
import type {
  Background,
  Diagnosis,
  Inviting,
  Leaving,
  MemberRow,
  Nearby,
  Overview,
  SetAside,
} from '../backend'
import type { KeyState } from '../backendOfKey'
import { KEPT } from './aside'
import { FOUND, GUESTS, NOBODY } from './diagnoses'
import { FakeNote } from './FakeNote'
import { FakePeer } from './FakePeer'
import { ANA, ben, benAlone, lise, members, overview, SPACE, tablet } from './people'
import { ASKING, EDITOR, ownOf } from './pictures'
import { type SeedBlock, seededDoc } from './seed'
import { HOUSE, LISE, READING, SOUP, TALK, TRIP, TRIP_TITLE } from './texts'

const MINUTE = 60_000

export interface World {
  overview: Overview
  members: MemberRow[]
  notes: FakeNote[]
  inviteError: string | null
  /** What an opened invitation comes to. */
  inviting: Inviting
  nearby: Nearby[]
  background: Background
  key: KeyState
  /** How a key store takes being asked. */
  keyStore: 'answers' | 'asks a person' | 'absent'
  /** What the doctor says. */
  diagnosis: Diagnosis
  aside: SetAside[]
  /** What leaving the space means. */
  leaving: Leaving
}

/** Where a panel shows the icon. */
const TRAY: Background = { keepSyncing: true, tray: true, atLogin: false }

/** As a profile is made. */
const KEY: KeyState = { place: 'file', moving: null, copyLeft: false }

const DAY = 86_400_000

export function emptyDoc(): Y.Doc {
  return new Y.Doc()
}

function threeSpaces(): World {
  const world = team([ben()])
  world.overview.spaces.push(
    { id: '5e1f00000000000000000000000000b2', name: 'Home', role: 'owner' },
    { id: '5e1f00000000000000000000000000b3', name: 'Choir', role: 'editor' },
  )
  return world
}

function waiting(): Inviting {
  return { state: 'waiting', giving: EDITOR, closesAtMs: Date.now() + 9 * MINUTE, missed: null }
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
    inviteError: null,
    inviting: waiting(),
    nearby: [],
    background: { ...TRAY },
    key: { ...KEY },
    keyStore: 'answers',
    diagnosis: peers.some(({ online }) => online) ? FOUND : GUESTS,
    aside: [],
    leaving: { others: peers.length, lastOwner: false, onlyHere: 0, ownOnlyHere: 0 },
  }
}

function alone(): World {
  return {
    overview: overview({ spaces: [{ id: SPACE, name: 'Personal', role: 'owner' }] }),
    members: members([]),
    notes: [],
    inviteError: null,
    inviting: waiting(),
    nearby: [],
    background: { ...TRAY },
    key: { ...KEY },
    keyStore: 'answers',
    diagnosis: NOBODY,
    aside: [],
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
  /** Ben wrote on after he had been lowered. */
  aside: () => ({ ...team([ben()], { setAside: 2 }), aside: KEPT }),
  /** Somebody asks as soon as an invitation is open. */
  asked: () => ({ ...team([ben()]), inviting: ASKING }),
  arrived: () => ({
    ...team([ben()]),
    inviting: { state: 'joined', giving: EDITOR, person: 'Ben', deviceName: 'Ben’s laptop' },
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
  /** The key lies in the key store; a move was cut short. */
  keystored: () => ({ ...alone(), key: { ...KEY, place: 'keystore', copyLeft: true } }),
  /** A key store that waits for its password. */
  keyAsking: () => ({ ...alone(), keyStore: 'asks a person' }),
  keyless: () => ({ ...alone(), keyStore: 'absent' }),
  /** Ben, alone, with somebody nearby who invites. */
  invited: () => ({ ...alone(), overview: benAlone(), nearby: [ANA] }),
  /** A device of Ana's, with her laptop nearby, which invites it as her own. */
  ownInvited: () => ({
    ...alone(),
    nearby: [{ ...ANA, offering: { gives: 'own', spaces: 3 } }],
  }),
  /** An invitation of an own device; of three spaces one has another owner. */
  ownWaiting: () => threeSpaces(),
  /** The same, asked. */
  ownAsked: () => {
    const world = threeSpaces()
    const giving = ownOf(world.overview)
    return { ...world, inviting: { ...ASKING, giving, person: 'Ana', deviceName: 'tablet' } }
  },
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
  /** Nobody owns the space any more; there is a key on paper. */
  ownerless: () => {
    const world = team([ben()])
    world.overview.spaces = [
      { id: SPACE, name: 'Team Nord', role: 'editor', ownerless: true, recoverable: true },
    ]
    world.members = world.members.map(member => ({ ...member, role: 'editor' }))
    return world
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
