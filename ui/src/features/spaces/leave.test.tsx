import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import type { Leaving, SpaceRow } from '../../ipc/backend'
import { LeaveSheet } from './LeaveSheet'
import { MoveSheet } from './MoveSheet'

afterEach(cleanup)

const none = () => {}
const space: SpaceRow = { id: 's', name: 'Team Nord', role: 'owner' }
const calm: Leaving = { others: 2, lastOwner: false, onlyHere: 0, ownOnlyHere: 0 }

type Ask = () => Promise<Leaving>
type Leave = (agreed: Leaving) => Promise<void>

async function shown(ask: Ask, leave: Leave = async () => {}, onClose = none) {
  render(<LeaveSheet open space={space} ask={ask} leave={leave} onClose={onClose} onClosed={none} />)
  await screen.findByTestId('leave-figures')
  return screen.getByTestId('leave-figures').textContent
}

test('where others have everything it says so, and leaves at one press', async () => {
  const leave = vi.fn<Leave>().mockResolvedValue()
  const onClose = vi.fn<() => void>()
  const said = await shown(async () => calm, leave, onClose)
  expect(screen.getByRole('heading').textContent).toBe('Leave Team Nord?')
  expect(said).toContain('known to be on another device as well')
  expect(said).toContain('ask an owner for an invitation')
  await userEvent.click(screen.getByRole('button', { name: 'Leave' }))
  expect(leave).toHaveBeenCalledExactlyOnceWith(calm)
  expect(onClose).toHaveBeenCalledOnce()
})

test('edits that nobody else has are said with their number, and agreed to with it', async () => {
  const leave = vi.fn<Leave>().mockResolvedValue()
  const unsent = { ...calm, onlyHere: 12, ownOnlyHere: 9 }
  const said = await shown(async () => unsent, leave)
  expect(said).toContain('have 12 edits that are here, 9 of them written on this device')
  expect(said).not.toContain('as well')
  expect(screen.queryByRole('button', { name: 'Leave' })).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: 'Leave all the same' }))
  expect(leave).toHaveBeenCalledExactlyOnceWith(unsent)
})

test('the last owner is told that nobody can let anybody in any more', async () => {
  const said = await shown(async () => ({ ...calm, lastOwner: true }))
  expect(said).toContain('Nobody will be able to let anybody in')
  expect(said).not.toContain('ask an owner')
  cleanup()
  const alone = await shown(async () => ({ ...calm, others: 0, lastOwner: true }))
  expect(alone).toContain('its notes can never be written again')
  expect(alone).not.toContain('another device')
})

test('a space that cannot be left says why, and offers nothing else', async () => {
  const ask = vi.fn<Ask>().mockRejectedValue({ code: 'not_allowed', message: 'it is the only space' })
  render(<LeaveSheet open space={space} ask={ask} leave={async () => {}} onClose={none} onClosed={none} />)
  expect((await screen.findByText(/only space/)).textContent).toBe('That did not work: it is the only space.')
  expect(screen.queryByTestId('leave-sure')).toBeNull()
  expect(screen.getByRole('button', { name: 'Stay' })).toBeTruthy()
})

test('where it means more by the time of the press, it is asked again with the new number', async () => {
  const ask = vi
    .fn<Ask>()
    .mockResolvedValueOnce(calm)
    .mockResolvedValue({ ...calm, onlyHere: 1, ownOnlyHere: 0 })
  const leave = vi.fn<Leave>().mockRejectedValueOnce('nobody else is known to have 1 edit')
  await shown(ask, leave)
  await userEvent.click(screen.getByRole('button', { name: 'Leave' }))
  await screen.findByRole('button', { name: 'Leave all the same' })
  expect(screen.getByTestId('leave-figures').textContent).toContain('have 1 edit that is here.')
  expect(screen.getByRole('alert').textContent).toContain('1 edit')
})

test('a note goes to the space that is picked, and stays where that fails', async () => {
  const home: SpaceRow = { id: 'h', name: 'Home', role: 'owner' }
  const move = vi
    .fn<(to: SpaceRow) => Promise<void>>()
    .mockRejectedValueOnce('the disk is full')
    .mockResolvedValue()
  const onClose = vi.fn<() => void>()
  render(<MoveSheet open spaces={[home]} move={move} onClose={onClose} onClosed={none} />)
  await userEvent.click(screen.getByRole('button', { name: 'Home' }))
  expect(screen.getByRole('alert').textContent).toBe('That did not work: the disk is full.')
  expect(onClose).not.toHaveBeenCalled()
  await userEvent.click(screen.getByRole('button', { name: 'Home' }))
  expect(move).toHaveBeenLastCalledWith(home)
  expect(onClose).toHaveBeenCalledOnce()
})
