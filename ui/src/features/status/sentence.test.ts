import { describe, expect, test } from 'vitest'
import type { NoteStatus, PeerStatus } from '../../ipc/backend'
import type { ReplicaStatus } from '../../sync/replicaStatus'
import { type NoteHere, statusSentence, type Tone } from './sentence'

const settled: NoteHere = { replica: { kind: 'saved' }, canWrite: true }
const saving: ReplicaStatus = { kind: 'saving', unacked: 1 }
const trouble: ReplicaStatus = { kind: 'trouble', unacked: 3, message: 'the disk is full' }

const saved: NoteStatus = {
  note: 'n',
  saved: true,
  state: 'ok',
  offline: false,
  setAside: 0,
  waitingFor: null,
  peers: [],
}

function peer(name: string, behind: number | null, more: Partial<PeerStatus> = {}): PeerStatus {
  return {
    device: name,
    person: name,
    deviceName: `${name}’s laptop`,
    online: true,
    behind,
    needsNewer: false,
    ...more,
  }
}
const ben = peer('Ben', 0)

interface Row {
  rule: string
  here?: Partial<NoteHere>
  status?: Partial<NoteStatus> | null
  text: string
  tone: Tone
}

const rows: Row[] = [
  // nobody else
  { rule: 'alone and on disk', text: 'Saved on this device', tone: 'here' },
  {
    rule: 'before the session is open nothing is claimed',
    here: { replica: null },
    status: { peers: [ben] },
    text: 'Opening…',
    tone: 'unknown',
  },
  { rule: 'before the first status nothing is claimed', status: null, text: 'Opening…', tone: 'unknown' },
  {
    rule: 'an empty new note claims nothing is saved',
    here: { replica: { kind: 'untouched' } },
    text: 'What you write stays on this device',
    tone: 'plain',
  },
  {
    rule: 'an empty new note says that somebody else will read it',
    here: { replica: { kind: 'untouched' } },
    status: { peers: [ben] },
    text: 'What you write goes to Ben’s laptop too',
    tone: 'plain',
  },
  {
    rule: 'an empty new note in a larger space',
    here: { replica: { kind: 'untouched' } },
    status: { peers: [ben, ben, ben] },
    text: 'What you write goes to 3 other devices too',
    tone: 'plain',
  },
  {
    rule: 'an empty new note while offline',
    here: { replica: { kind: 'untouched' } },
    status: { peers: [ben], offline: true },
    text: 'Offline: changes are saved here',
    tone: 'plain',
  },
  {
    rule: 'an empty new note before the first status',
    here: { replica: { kind: 'untouched' } },
    status: null,
    text: 'Opening…',
    tone: 'unknown',
  },
  // not on disk
  {
    rule: 'an unacknowledged push',
    here: { replica: saving },
    status: { peers: [ben] },
    text: 'Saving…',
    tone: 'pending',
  },
  {
    rule: 'an unacknowledged push before the first status',
    here: { replica: saving },
    status: null,
    text: 'Saving…',
    tone: 'pending',
  },
  {
    rule: 'the first letter of a new note',
    here: { replica: saving },
    text: 'Saving…',
    tone: 'pending',
  },
  {
    rule: 'Rust says it is not saved',
    status: { saved: false, peers: [ben] },
    text: 'Saving…',
    tone: 'pending',
  },
  {
    rule: 'storage trouble',
    here: { replica: trouble },
    status: { peers: [ben] },
    text: 'Not saved: the disk is full',
    tone: 'trouble',
  },
  {
    rule: 'trouble before everything else',
    here: { replica: trouble },
    status: { state: 'broken' },
    text: 'Not saved: the disk is full',
    tone: 'trouble',
  },
  // the note itself
  {
    rule: 'broken here',
    status: { state: 'broken', peers: [ben] },
    text: 'This note cannot be shown in full here. Nothing is lost',
    tone: 'trouble',
  },
  {
    rule: 'waiting for somebody',
    status: { state: 'waiting', waitingFor: 'Ben’s laptop', peers: [ben] },
    text: 'Waiting for words of Ben’s laptop that nobody here holds',
    tone: 'behind',
  },
  {
    rule: 'waiting, nobody knows for whom',
    status: { state: 'waiting', peers: [ben] },
    text: 'Waiting for words that nobody here holds',
    tone: 'behind',
  },
  {
    rule: 'one edit set aside',
    status: { setAside: 1, peers: [ben] },
    text: '1 edit is kept, but not in the note',
    tone: 'behind',
  },
  {
    rule: 'three edits set aside',
    status: { setAside: 3, peers: [ben] },
    text: '3 edits are kept, but not in the note',
    tone: 'behind',
  },
  {
    rule: 'read-only because of a newer version',
    status: { state: 'read_only', waitingFor: 'Ana’s laptop', peers: [ben] },
    text: 'You can only read this note: Ana’s laptop uses a newer Skein',
    tone: 'plain',
  },
  {
    rule: 'read-only as a viewer',
    here: { canWrite: false },
    status: { peers: [ben] },
    text: 'You can read this note here, not change it',
    tone: 'plain',
  },
  // one peer
  {
    rule: 'one peer has everything',
    status: { peers: [ben] },
    text: 'Ben’s laptop has everything',
    tone: 'held',
  },
  {
    rule: 'a proof stays one while the peer is away',
    status: { peers: [peer('Ben', 0, { online: false })] },
    text: 'Ben’s laptop has everything',
    tone: 'held',
  },
  {
    rule: 'one edit behind',
    status: { peers: [peer('Ben', 1)] },
    text: 'Ben’s laptop is 1 edit behind',
    tone: 'behind',
  },
  {
    rule: 'three edits behind',
    status: { peers: [peer('Ben', 3)] },
    text: 'Ben’s laptop is 3 edits behind',
    tone: 'behind',
  },
  {
    rule: 'an open connection proves nothing',
    status: { peers: [peer('Ben', null)] },
    text: 'Saved on this device. Nobody else has confirmed it yet',
    tone: 'here',
  },
  {
    rule: 'a peer that cannot show it',
    status: { peers: [peer('Ben', 0, { needsNewer: true })] },
    text: 'Ben’s laptop has it, but needs a newer Skein to show it',
    tone: 'behind',
  },
  {
    rule: 'offline',
    status: { offline: true, peers: [ben] },
    text: 'Offline: changes are saved here',
    tone: 'here',
  },
  // several
  {
    rule: 'all have everything',
    status: { peers: [ben, peer('Lise', 0)] },
    text: 'All 2 other devices have everything',
    tone: 'held',
  },
  {
    rule: 'one has, one is behind',
    status: { peers: [peer('Lise', 2), ben] },
    text: 'Ben’s laptop has everything. Lise’s laptop is 2 edits behind',
    tone: 'held',
  },
  {
    rule: 'one has, one is silent',
    status: { peers: [ben, peer('Lise', null)] },
    text: 'Ben’s laptop has everything. 1 other does not yet',
    tone: 'held',
  },
  {
    rule: 'one has, two do not',
    status: { peers: [ben, peer('Lise', 2), peer('Cem', null)] },
    text: 'Ben’s laptop has everything. 2 others do not yet',
    tone: 'held',
  },
  {
    rule: 'two of three have',
    status: { peers: [ben, peer('Lise', 0), peer('Cem', 4)] },
    text: '2 of 3 other devices have everything',
    tone: 'held',
  },
  {
    rule: 'nobody has everything: the nearest is named',
    status: { peers: [peer('Lise', 5), peer('Ben', 2), peer('Cem', null)] },
    text: 'Ben’s laptop is 2 edits behind',
    tone: 'behind',
  },
  {
    rule: 'nobody has said anything',
    status: { peers: [peer('Lise', null), peer('Ben', null)] },
    text: 'Saved on this device. Nobody else has confirmed it yet',
    tone: 'here',
  },
  {
    rule: 'one of two cannot show it',
    status: { peers: [ben, peer('Lise', 0, { needsNewer: true })] },
    text: 'Ben’s laptop has everything. Lise’s laptop has it, but needs a newer Skein to show it',
    tone: 'held',
  },
]

describe('the one line', () => {
  test.each(rows)('$rule: “$text”', ({ here, status, text, tone }) => {
    const known = status === null ? null : { ...saved, ...status }
    expect(statusSentence({ ...settled, ...here }, known)).toEqual({ text, tone })
  })
})

/** Each breaks one condition of green, and nothing else. */
const broken: [string, Partial<NoteHere>, Partial<NoteStatus>][] = [
  ['the session is not open', { replica: null }, {}],
  ['a push is unacknowledged', { replica: saving }, {}],
  ['saving is in trouble', { replica: trouble }, {}],
  ['nothing has been written', { replica: { kind: 'untouched' } }, {}],
  ['the reader may not write', { canWrite: false }, {}],
  ['it is not on disk', {}, { saved: false }],
  ['it waits', {}, { state: 'waiting' }],
  ['it is broken', {}, { state: 'broken' }],
  ['it is read-only', {}, { state: 'read_only' }],
  ['something is set aside', {}, { setAside: 1 }],
  ['everything is offline', {}, { offline: true }],
  ['nobody else is there', {}, { peers: [] }],
  ['the peer has said nothing', {}, { peers: [peer('Ben', null)] }],
  ['the peer is behind', {}, { peers: [peer('Ben', 1)] }],
  ['the peer cannot show it', {}, { peers: [peer('Ben', 0, { needsNewer: true })] }],
]

describe('green', () => {
  test('appears when every condition holds', () => {
    expect(statusSentence(settled, { ...saved, peers: [ben] }).tone).toBe('held')
  })
  test.each(broken)('never when %s', (_, here, status) => {
    const sentence = statusSentence({ ...settled, ...here }, { ...saved, peers: [ben], ...status })
    expect(sentence.tone).not.toBe('held')
    expect(sentence.text).not.toContain('has everything')
  })
})
