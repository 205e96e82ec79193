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
  knows: true,
  self: false,
  ...change,
})

type OnRole = (device: string, role: Role | null) => Promise<void>

function shown(
  role: Role | null,
  members: MemberRow[],
  offline = false,
  onInvite = none,
  onRole: OnRole = async () => {},
  more: Partial<SpaceRow> = {},
  onRecover: (key: string) => Promise<void> = async () => {},
) {
  const space: SpaceRow = { id: 's', name: 'Team Nord', role, ...more }
  render(
    <MembersSheet
      open
      space={space}
      members={members}
      offline={offline}
      onInvite={onInvite}
      onRole={onRole}
      onRecover={onRecover}
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

test('an owner gives another right, or takes a device out after being asked once more', async () => {
  const onRole = vi.fn<OnRole>().mockResolvedValue()
  shown('owner', all, false, none, onRole)
  expect(screen.queryByRole('button', { name: 'Change what Ana’s laptop may do' })).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: 'Change what Ben’s laptop may do' }))
  expect(screen.getByRole('heading').textContent).toBe('Ben’s laptop')
  expect(screen.getByRole('radio', { checked: true }).textContent).toBe('can only read')
  await userEvent.click(screen.getByRole('radio', { name: 'can edit' }))
  expect(onRole).toHaveBeenLastCalledWith('Ben', 'editor')
  await userEvent.click(screen.getByRole('button', { name: 'Remove from this space…' }))
  expect(screen.getByRole('heading').textContent).toBe('Remove Ben’s laptop?')
  await userEvent.click(screen.getByRole('button', { name: 'Keep it' }))
  expect(onRole).toHaveBeenCalledOnce()
  await userEvent.click(screen.getByRole('button', { name: 'Remove from this space…' }))
  await userEvent.click(screen.getByRole('button', { name: 'Remove' }))
  expect(onRole).toHaveBeenLastCalledWith('Ben', null)
  expect(screen.getByRole('heading').textContent).toBe('Who is in Team Nord')
})

test('what is refused is said, and nothing looks changed', async () => {
  const onRole = vi.fn<OnRole>().mockRejectedValue('the disk is full')
  shown('owner', all, false, none, onRole)
  await userEvent.click(screen.getByRole('button', { name: 'Change what Zoe’s laptop may do' }))
  await userEvent.click(screen.getByRole('button', { name: 'Remove from this space…' }))
  await userEvent.click(screen.getByRole('button', { name: 'Remove' }))
  expect(screen.getByRole('alert').textContent).toBe('That did not work: the disk is full.')
  expect(screen.getByRole('heading').textContent).toBe('Remove Zoe’s laptop?')
})

test('who is no owner changes nothing; who is out is told so', () => {
  shown('editor', all)
  expect(screen.queryByRole('button', { name: /Change/ })).toBeNull()
  cleanup()
  shown(null, all)
  expect(screen.getByText(/This device was removed from this space/)).toBeTruthy()
})

test('after a removal it says how many are known to have heard of it', () => {
  const unaware = all.map(each => Object.assign({}, each, { knows: each.person !== 'Zoe' }))
  shown('owner', unaware)
  expect(screen.getByText('Known to have heard of the last change: 2 of 3 other devices.')).toBeTruthy()
  cleanup()
  shown(
    'owner',
    unaware.filter(({ role }) => role !== null),
  )
  expect(screen.queryByText(/heard of the last change/)).toBeNull()
})

test('a space without an owner says so, and the key on paper is asked for where there is one', async () => {
  const onRecover = vi.fn<(key: string) => Promise<void>>().mockRejectedValueOnce('a character is wrong')
  const keyed = { ownerless: true, recoverable: true }
  shown('editor', all, false, none, undefined, keyed, onRecover)
  expect(screen.getByTestId('ownerless').textContent).toMatch(/^Nobody owns this space any more/)
  await userEvent.click(screen.getByRole('button', { name: 'Use the recovery key…' }))
  const box = screen.getByRole<HTMLInputElement>('textbox', { name: 'Recovery key' })
  await userEvent.type(box, 'SKEINKEY1-AB{Enter}')
  expect((await screen.findByRole('alert')).textContent).toBe('That did not work: a character is wrong.')
  expect(box.value).toBe('SKEINKEY1-AB')
  onRecover.mockResolvedValueOnce()
  await userEvent.keyboard('{Enter}')
  expect(onRecover).toHaveBeenCalledTimes(2)
})

test('without a recovery key the way out is another space, and an owner is offered nothing', () => {
  shown('editor', all, false, none, undefined, { ownerless: true })
  expect(screen.getByTestId('ownerless').textContent).toMatch(/make a new space/)
  expect(screen.queryByTestId('recover')).toBeNull()
  cleanup()
  shown('owner', all, false, none, undefined, { recoverable: true })
  expect(screen.queryByTestId('recover')).toBeNull()
  expect(screen.queryByTestId('ownerless')).toBeNull()
})
