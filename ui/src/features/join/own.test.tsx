import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Giving, Inviting, Nearby, Picture, SpaceRow, Welcomed } from '../../ipc/backend'
import { AskSheet, type Asks } from './AskSheet'
import { InviteNearby, type Invites } from './InviteNearby'
import { NearbyCard } from './NearbyCard'

afterEach(cleanup)

const none = () => {}
const space: SpaceRow = { id: 's', name: 'Team Nord', role: 'owner' }
const own: Giving = {
  gives: 'own',
  spaces: ['Personal', 'Team Nord'],
  leftOut: [
    { name: 'Choir', why: 'not_owner' },
    { name: 'Archive', why: 'too_much' },
  ],
}
const row = (...names: string[]): Picture[] => names.map(name => ({ picture: '🐢', name }))
const rows = [row('turtle', 'lemon', 'bell', 'cactus'), row('panda', 'lemon', 'boat', 'moon')]
const waiting = (giving: Giving): Inviting => ({
  state: 'waiting',
  giving,
  closesAtMs: Date.now() + 540_000,
  missed: null,
})

describe('inviting one’s own other device', () => {
  const backend = (): Invites => ({
    openInvitation: vi.fn<Invites['openInvitation']>().mockResolvedValue(),
    openOwnInvitation: vi.fn<Invites['openOwnInvitation']>().mockResolvedValue(),
    pickRow: vi.fn<Invites['pickRow']>().mockResolvedValue(),
    closeInvitation: vi.fn<Invites['closeInvitation']>().mockResolvedValue(),
  })
  const sheet = (inviting: Inviting, to: Invites) => (
    <InviteNearby
      open
      space={space}
      me="Ana’s laptop"
      inviting={inviting}
      backend={to}
      onTicket={none}
      onClose={none}
      onClosed={none}
    />
  )

  test('the choice opens another invitation and says what it gives and what it does not', async () => {
    const to = backend()
    const shown = render(sheet(waiting({ gives: 'space', role: 'editor' }), to))
    const choice = screen.getByRole('switch', { name: 'My own other device' })
    expect(choice.getAttribute('aria-checked')).toBe('false')
    await userEvent.click(choice)
    expect(to.openOwnInvitation).toHaveBeenCalledOnce()
    expect(screen.queryByRole('radio')).toBeNull()
    shown.rerender(sheet(waiting(own), to))
    expect(screen.getByRole('heading', { name: 'Invite your other device' })).toBeTruthy()
    expect(
      screen.getByText(/every note in Personal and Team Nord, with the history, can edit, and can invite/),
    ).toBeTruthy()
    expect(screen.getByText('Choir is left out: ask an owner of it.')).toBeTruthy()
    expect(screen.getByText(/does not take more. Invite the device by itself to Archive/)).toBeTruthy()
    // Taken back, it is the invitation of before.
    await userEvent.click(choice)
    expect(to.openInvitation).toHaveBeenLastCalledWith('s', 'editor')
    expect(screen.getAllByRole('radio')).toHaveLength(3)
  })

  test('whoever picks a row reads what that gives, and after it what was given', () => {
    const who = { person: 'Ana', deviceName: 'tablet' }
    const asking: Inviting = {
      state: 'asking',
      question: 7,
      giving: own,
      ...who,
      rows,
      untilMs: Date.now() + 60_000,
    }
    const shown = render(sheet(asking, backend()))
    expect(
      screen.getByText(/becomes your own device: it will read every note in Personal and Team Nord/),
    ).toBeTruthy()
    shown.rerender(sheet({ state: 'joined', giving: own, ...who }, backend()))
    expect(screen.getByText(/^It can read every note in Personal and Team Nord/)).toBeTruthy()
  })

  test('after it failed, the same is invited again', async () => {
    const to = backend()
    const shown = render(sheet(waiting(own), to))
    await userEvent.click(screen.getByRole('switch', { name: 'My own other device' }))
    shown.rerender(sheet({ state: 'over', why: 'time_is_over', message: 'closed' }, to))
    await userEvent.click(screen.getByRole('button', { name: 'Invite again' }))
    expect(to.openOwnInvitation).toHaveBeenCalledTimes(2)
  })
})

describe('being invited as somebody’s own device', () => {
  const ana: Nearby = {
    id: 'a',
    person: 'Ana',
    deviceName: 'Ana’s laptop',
    offering: { gives: 'own', spaces: 3 },
  }

  test('the card says so', () => {
    render(<NearbyCard from={ana} onAsk={none} onNotNow={none} />)
    expect(screen.getByText('It invites this device as its person’s own, into all 3 spaces.')).toBeTruthy()
  })

  test('it says so with the pictures and before anything is opened', async () => {
    const welcomed: Welcomed = { from: ana, person: 'Ana', deviceName: 'tablet' }
    let welcome: (welcomed: Welcomed) => void = none
    const to: Asks = {
      askToJoin: vi.fn<Asks['askToJoin']>().mockResolvedValue({ from: ana, pictures: rows[0] ?? [] }),
      awaitWelcome: () => new Promise(resolve => (welcome = resolve)),
      openJoined: vi
        .fn<Asks['openJoined']>()
        .mockResolvedValue({ space: 's', name: 'Personal', role: 'owner' }),
      leaveJoining: vi.fn<Asks['leaveJoining']>().mockResolvedValue(),
    }
    render(<AskSheet open from={ana} backend={to} onJoined={none} onClose={none} onClosed={none} />)
    await screen.findByTestId('shown-pictures')
    const gives = /This device becomes Ana’s own, an owner of all 3 spaces: it reads every note/
    expect(screen.getByText(gives)).toBeTruthy()
    welcome(welcomed)
    const open = await screen.findByRole('button', { name: 'Open all 3 spaces' })
    expect(screen.getByText(gives)).toBeTruthy()
    expect(screen.getByText(/“Ana’s tablet joined”/)).toBeTruthy()
    await userEvent.click(open)
    expect(to.openJoined).toHaveBeenCalledOnce()
  })
})
