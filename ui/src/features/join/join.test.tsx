import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Invitation, Joined, MemberRow, Role, SpaceRow } from '../../ipc/backend'
import { InviteSheet } from './InviteSheet'
import { JoinSheet } from './JoinSheet'

afterEach(cleanup)

const none = () => {}
const files = {
  chooseTicket: async () => null,
  droppedTicket: async () => null,
  readTicket: () => Promise.reject('nothing is dropped'),
  subscribe: async () => () => {},
}
const space: SpaceRow = { id: 's', name: 'Team Nord', role: 'owner' }

describe('inviting', () => {
  type Invite = (role: Role, minutes: number) => Promise<Invitation>
  const shown = (invite: Invite, more: Partial<{ space: SpaceRow; members: MemberRow[] }> = {}) =>
    render(
      <InviteSheet
        open
        space={space}
        members={[]}
        invite={invite}
        save={async () => null}
        onClose={none}
        onClosed={none}
        {...more}
      />,
    )

  test('asks for nothing but role and time, says what it grants, then shows the ticket', async () => {
    const invite = vi
      .fn<Invite>()
      .mockResolvedValue({ ticket: 'skein1abc', expiresAtMs: Date.now() + 3_600_000, qr: [] })
    shown(invite)
    expect(
      screen.getByText(/can read every note in Team Nord, with its history, and can edit\./),
    ).toBeTruthy()
    await userEvent.click(screen.getByRole('radio', { name: 'can only read' }))
    expect(screen.getByText(/but cannot change anything/)).toBeTruthy()
    await userEvent.click(screen.getByRole('radio', { name: '1 hour' }))
    await userEvent.click(screen.getByRole('button', { name: 'Make a ticket' }))
    expect(invite).toHaveBeenCalledExactlyOnceWith('viewer', 60)
    const ticket = await screen.findByRole('textbox', { name: 'Your ticket' })
    expect((ticket as HTMLTextAreaElement).value).toBe('skein1abc')
    expect(screen.getByText('Works once, for 60 minutes more')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Copy' })).toBeTruthy()
  })

  test('says why no ticket could be made, and can be tried again', async () => {
    const invite = vi
      .fn<Invite>()
      .mockRejectedValue({ code: 'offline', message: 'this device works offline.' })
    shown(invite)
    await userEvent.click(screen.getByRole('button', { name: 'Make a ticket' }))
    expect((await screen.findByRole('alert')).textContent).toBe(
      'The ticket could not be made: this device works offline.',
    )
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Make a ticket' }).disabled).toBe(false)
  })

  test('an expired ticket says so and is not offered for copying', async () => {
    shown(vi.fn<Invite>().mockResolvedValue({ ticket: 'skein1abc', expiresAtMs: Date.now() - 1, qr: [] }))
    await userEvent.click(screen.getByRole('button', { name: 'Make a ticket' }))
    expect(await screen.findByText('This ticket is over. Make another one.')).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Copy' })).toBeNull()
  })

  test('who may not invite is told whom to ask', () => {
    const invite = vi.fn<Invite>()
    const member = (person: string, role: Role, self = false): MemberRow => ({
      device: person,
      person,
      deviceName: 'laptop',
      role,
      online: true,
      lastSeenMs: null,
      knows: true,
      self,
    })
    const members = [member('Ana', 'owner'), member('Cem', 'editor'), member('Ben', 'editor', true)]
    shown(invite, { space: { ...space, role: 'editor' }, members })
    expect(screen.getByText('Ask Ana’s laptop to invite the device.')).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Make a ticket' })).toBeNull()
  })
})

describe('joining', () => {
  const shown = (join: (ticket: string) => Promise<Joined>, onJoined: (joined: Joined) => void = none) =>
    render(
      <JoinSheet
        open
        nearby={[]}
        onAsk={none}
        join={join}
        files={files}
        onJoined={onJoined}
        onClose={none}
        onClosed={none}
      />,
    )
  const box = () => screen.getByRole('textbox', { name: 'I have a ticket' })

  test('a pasted ticket is joined without the spaces that mail put in', async () => {
    const joined: Joined = { space: 's', name: 'Team Nord', role: 'editor' }
    const join = vi.fn<(ticket: string) => Promise<Joined>>().mockResolvedValue(joined)
    const onJoined = vi.fn<(joined: Joined) => void>()
    shown(join, onJoined)
    await userEvent.click(box())
    await userEvent.paste('  skein1ab\n  cd ')
    await userEvent.click(screen.getByRole('button', { name: 'Join' }))
    expect(join).toHaveBeenCalledExactlyOnceWith('skein1abcd')
    expect(onJoined).toHaveBeenCalledExactlyOnceWith(joined)
  })

  test('Enter joins', async () => {
    const join = vi.fn<(ticket: string) => Promise<Joined>>().mockRejectedValue('x')
    shown(join)
    await userEvent.type(box(), 'skein1ab{Enter}')
    expect(join).toHaveBeenCalledExactlyOnceWith('skein1ab')
  })

  test('what went wrong is said at the field, and goes when the ticket changes', async () => {
    shown(() => Promise.reject('the ticket is used'))
    await userEvent.type(box(), 'skein1ab{Enter}')
    expect((await screen.findByRole('alert')).textContent).toBe('That did not work: the ticket is used.')
    expect(box().getAttribute('aria-invalid')).toBe('true')
    expect(document.activeElement).toBe(box())
    await userEvent.type(box(), 'c')
    expect(screen.queryByRole('alert')).toBeNull()
  })

  test('without a ticket nobody is asked', async () => {
    const join = vi.fn<(ticket: string) => Promise<Joined>>()
    shown(join)
    await userEvent.click(screen.getByRole('button', { name: 'Join' }))
    expect(screen.getByRole('alert').textContent).toBe('Paste a ticket first.')
    expect(join).not.toHaveBeenCalled()
  })
})
