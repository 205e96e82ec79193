import { cleanup, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import type { MemberRow, Role, SpaceRow } from '../../ipc/backend'
import { MembersSheet } from './MembersSheet'

afterEach(cleanup)

const none = () => {}
const member = (person: string, change: Partial<MemberRow> = {}): MemberRow => ({
  device: person,
  person,
  deviceName: 'laptop',
  role: 'editor',
  online: false,
  lastSeenMs: null,
  self: false,
  ...change,
})

function shown(role: Role, members: MemberRow[], offline = false, onInvite = none) {
  const space: SpaceRow = { id: 's', name: 'Team Nord', role }
  render(
    <MembersSheet
      open
      space={space}
      members={members}
      offline={offline}
      onInvite={onInvite}
      onClose={none}
      onClosed={none}
    />,
  )
  return screen.getAllByRole('listitem').map(item => within(item))
}

const all = [
  member('Zoe'),
  member('Cem', { online: true, lastSeenMs: Date.now() }),
  member('Ana', { self: true, role: 'owner', online: true }),
  member('Dora', { role: null }),
  member('Ben', { role: 'viewer', lastSeenMs: Date.now() - 30_000 }),
]

test('this device first, then who is here, then the others; who is out is not listed', async () => {
  const onInvite = vi.fn<() => void>()
  const rows = shown('owner', all, false, onInvite)
  expect(screen.getByText('3 other devices can read every note in it.')).toBeTruthy()
  const names = ['Ana’s laptop', 'Cem’s laptop', 'Ben’s laptop', 'Zoe’s laptop']
  expect(rows.length).toBe(names.length)
  for (const [at, name] of names.entries()) expect(rows[at]?.getByText(name)).toBeTruthy()
  expect(rows[0]?.getByText('owner')).toBeTruthy()
  expect(rows[1]?.getByText('Here now')).toBeTruthy()
  expect(rows[2]?.getByText('can only read')).toBeTruthy()
  expect(rows[2]?.getByText('Last heard: now')).toBeTruthy()
  expect(rows[3]?.getByText('Not heard since Skein started here')).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'Invite' }))
  expect(onInvite).toHaveBeenCalledOnce()
})

test('offline nobody is said to be here, and who is no owner cannot invite', () => {
  const rows = shown('editor', all, true)
  expect(rows[1]?.getByText('Last heard: now')).toBeTruthy()
  expect(screen.queryByRole('button', { name: 'Invite' })).toBeNull()
})

test('a space of one says so', () => {
  shown('owner', [member('Ana', { self: true, role: 'owner' })])
  expect(screen.getByText('Nobody else is in it yet.')).toBeTruthy()
})
