/** Who is in the worlds, and what each sees of the others. */
import type { MemberRow, Nearby, Overview } from '../backend'
import { FakePeer } from './FakePeer'

export const SPACE = '5e1f00000000000000000000000000a1'

export const ANA: Nearby = {
  id: 'ana',
  person: 'Ana',
  deviceName: 'Ana’s laptop',
  offering: { gives: 'space', spaceName: 'Team Nord', role: 'editor' },
}

export function ben(): FakePeer {
  return new FakePeer({ device: 'be'.repeat(32), person: 'Ben', deviceName: 'Ben’s laptop', colour: 0 })
}

export function lise(): FakePeer {
  return new FakePeer({ device: '15'.repeat(32), person: 'Lise', deviceName: 'Lise’s laptop', colour: 10 })
}

export function tablet(): FakePeer {
  return new FakePeer({ device: 'a1'.repeat(32), person: 'Ana', deviceName: 'Ana’s tablet', colour: 4 })
}

export function overview(change: Partial<Overview> = {}): Overview {
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

export function members(peers: FakePeer[]): MemberRow[] {
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

export function benAlone(): Overview {
  return overview({
    person: 'Ben',
    deviceName: 'Ben’s laptop',
    spaces: [{ id: SPACE, name: 'Personal', role: 'owner' }],
  })
}
