import { cleanup, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Inviting, Joined, Nearby, Picture, SpaceRow, Welcomed } from '../../ipc/backend'
import { AskSheet, type Asks } from './AskSheet'
import { InviteNearby, type Invites } from './InviteNearby'
import { JoinSheet } from './JoinSheet'
import { NearbyCard } from './NearbyCard'

afterEach(cleanup)

const none = () => {}

/** A promise that the test settles when it is time. */
function deferred<T>() {
  let [resolve, reject]: [(value: T) => void, (why: unknown) => void] = [none, none]
  const promise = new Promise<T>((...both) => {
    ;[resolve, reject] = both
  })
  return { promise, resolve, reject }
}
const space: SpaceRow = { id: 's', name: 'Team Nord', role: 'owner' }
const row = (...names: string[]): Picture[] => names.map(name => ({ picture: '🐢', name }))
const rows = [
  row('turtle', 'lemon', 'bell', 'cactus'),
  row('panda', 'lemon', 'boat', 'moon'),
  row('bee', 'bee', 'boat', 'moon'),
  row('dog', 'cat', 'lion', 'pig'),
]
const asking: Inviting & { state: 'asking' } = {
  state: 'asking',
  question: 7,
  giving: { gives: 'space', role: 'viewer' },
  person: 'Ben',
  deviceName: 'laptop',
  rows,
  untilMs: Date.now() + 60_000,
}

describe('inviting somebody nearby', () => {
  const backend = (change: Partial<Invites> = {}): Invites => ({
    openInvitation: vi.fn<Invites['openInvitation']>().mockResolvedValue(),
    openOwnInvitation: vi.fn<Invites['openOwnInvitation']>().mockResolvedValue(),
    pickRow: vi.fn<Invites['pickRow']>().mockResolvedValue(),
    closeInvitation: vi.fn<Invites['closeInvitation']>().mockResolvedValue(),
    ...change,
  })
  const sheet = (inviting: Inviting, to: Invites, onClose = none) => (
    <InviteNearby
      open
      space={space}
      me="Ana’s laptop"
      inviting={inviting}
      backend={to}
      onTicket={none}
      onClose={onClose}
      onClosed={none}
    />
  )
  const waiting: Inviting = {
    state: 'waiting',
    giving: { gives: 'space', role: 'editor' },
    closesAtMs: Date.now() + 540_000,
    missed: null,
  }

  test('the press that opens the sheet opens the invitation, once; another role opens another', async () => {
    const to = backend()
    const shown = render(sheet({ state: 'closed' }, to))
    expect(to.openInvitation).toHaveBeenCalledExactlyOnceWith('s', 'editor')
    shown.rerender(sheet(waiting, to))
    expect(to.openInvitation).toHaveBeenCalledOnce()
    expect(screen.getByText(/It says that Ana’s laptop is nearby/)).toBeTruthy()
    expect(screen.getByText('Open for 9 minutes more')).toBeTruthy()
    await userEvent.click(screen.getByRole('radio', { name: 'can only read' }))
    expect(to.openInvitation).toHaveBeenLastCalledWith('s', 'viewer')
  })

  test('who asks is named, what the pick grants is said, and the row that is picked is answered', async () => {
    const to = backend()
    const shown = render(sheet(waiting, to))
    shown.rerender(sheet(asking, to))
    const title = screen.getByRole('heading', { name: 'Which row is on Ben’s laptop?' })
    expect(document.activeElement).toBe(title)
    expect(screen.getByText(/read every note in Team Nord, with its history, but cannot change/)).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: 'bee, bee, boat, moon' }))
    expect(to.pickRow).toHaveBeenCalledExactlyOnceWith(7, 2)
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'None of these' }).disabled).toBe(true)
  })

  test('none of these is an answer, and one that came too late is said', async () => {
    const to = backend({
      pickRow: vi
        .fn<Invites['pickRow']>()
        .mockRejectedValue({ code: 'not_found', message: 'whoever asked has gone' }),
    })
    render(sheet(asking, to))
    await userEvent.click(screen.getByRole('button', { name: 'None of these' }))
    expect(to.pickRow).toHaveBeenCalledExactlyOnceWith(7, null)
    expect((await screen.findByRole('alert')).textContent).toBe('Whoever asked has gone.')
  })

  test('what came of it is said, and why nobody came in', () => {
    const shown = render(
      sheet({ state: 'joined', giving: asking.giving, person: 'Ben', deviceName: 'laptop' }, backend()),
    )
    expect(screen.getByRole('heading', { name: 'Ben’s laptop joined' })).toBeTruthy()
    shown.rerender(
      sheet({ state: 'over', why: 'wrong_pick', message: 'not those. nobody was let in' }, backend()),
    )
    expect(screen.getByRole('alert').textContent).toBe('Not those. Nobody was let in.')
    expect(screen.getByRole('button', { name: 'Invite again' })).toBeTruthy()
    shown.rerender(sheet({ ...waiting, missed: 'went_away' }, backend()))
    expect(screen.getByText(/The other device went away/)).toBeTruthy()
  })

  test('closing the sheet closes the invitation', async () => {
    const to = backend()
    const onClose = vi.fn<() => void>()
    render(sheet(asking, to, onClose))
    await userEvent.keyboard('{Escape}')
    expect(to.closeInvitation).toHaveBeenCalledOnce()
    expect(onClose).toHaveBeenCalledOnce()
  })

  test('where nobody can be invited it is said, with the way that remains', async () => {
    const failure = { code: 'offline', message: 'this device is set to offline' }
    const to = backend({ openInvitation: vi.fn<Invites['openInvitation']>().mockRejectedValue(failure) })
    render(sheet({ state: 'closed' }, to))
    expect((await screen.findByRole('alert')).textContent).toBe(
      'Nobody can be invited now: this device is set to offline.',
    )
    expect(screen.getByRole('button', { name: 'Use a ticket instead' })).toBeTruthy()
  })
})

describe('asking somebody nearby', () => {
  const ana: Nearby = {
    id: 'a',
    person: 'Ana',
    deviceName: 'Ana’s laptop',
    offering: { gives: 'space', spaceName: 'Team Nord', role: 'editor' },
  }
  const welcomed: Welcomed = { from: ana, person: 'Ben', deviceName: 'laptop' }
  const joined: Joined = { space: 's', name: 'Team Nord', role: 'editor' }
  const [first = []] = rows

  /** A backend that waits at each step until the test lets it go on. */
  function stepping() {
    const steps = {
      shown: deferred<{ from: Nearby; pictures: Picture[] }>(),
      welcome: deferred<Welcomed>(),
    }
    const to: Asks = {
      askToJoin: vi.fn<Asks['askToJoin']>(() => steps.shown.promise),
      awaitWelcome: vi.fn<Asks['awaitWelcome']>(() => steps.welcome.promise),
      openJoined: vi.fn<Asks['openJoined']>().mockResolvedValue(joined),
      leaveJoining: vi.fn<Asks['leaveJoining']>().mockResolvedValue(),
    }
    return { steps, to }
  }
  const sheet = (to: Asks, onJoined: (joined: Joined) => void = none, onClose = none) =>
    render(<AskSheet open from={ana} backend={to} onJoined={onJoined} onClose={onClose} onClosed={none} />)

  test('pictures, then a question, and only its answer opens the space', async () => {
    const { steps, to } = stepping()
    const onJoined = vi.fn<(joined: Joined) => void>()
    sheet(to, onJoined)
    expect(screen.getByRole('heading', { name: 'Asking Ana’s laptop…' })).toBeTruthy()
    steps.shown.resolve({ from: ana, pictures: first })
    expect(await screen.findByRole('heading', { name: 'Show this to Ana' })).toBeTruthy()
    const pictures = within(screen.getByTestId('shown-pictures'))
    for (const { name } of first) expect(pictures.getByText(name)).toBeTruthy()
    steps.welcome.resolve(welcomed)
    expect(await screen.findByText(/It should say now: “Ben’s laptop joined”/)).toBeTruthy()
    expect(to.openJoined).not.toHaveBeenCalled()
    await userEvent.click(screen.getByRole('button', { name: 'Open Team Nord' }))
    expect(onJoined).toHaveBeenCalledExactlyOnceWith(joined)
    expect(to.leaveJoining).not.toHaveBeenCalled()
  })

  test('“it does not say that” throws away what came', async () => {
    const { steps, to } = stepping()
    sheet(to)
    steps.shown.resolve({ from: ana, pictures: first })
    steps.welcome.resolve(welcomed)
    await userEvent.click(await screen.findByRole('button', { name: 'It does not say that' }))
    expect(to.leaveJoining).toHaveBeenCalledOnce()
    expect(to.openJoined).not.toHaveBeenCalled()
    expect(screen.getByRole('heading', { name: 'You did not join' })).toBeTruthy()
  })

  test('a refusal is said, and asking again is one more press', async () => {
    const { steps, to } = stepping()
    sheet(to)
    steps.shown.reject({ code: 'refused', message: 'somebody else is asking just now. try again' })
    expect(await screen.findByText('Somebody else is asking just now. Try again.')).toBeTruthy()
    expect(to.askToJoin).toHaveBeenCalledOnce()
    await userEvent.click(screen.getByRole('button', { name: 'Ask again' }))
    expect(to.askToJoin).toHaveBeenCalledTimes(2)
  })

  test('leaving while the pictures stand ends the exchange', async () => {
    const { steps, to } = stepping()
    const onClose = vi.fn<() => void>()
    sheet(to, none, onClose)
    steps.shown.resolve({ from: ana, pictures: first })
    await screen.findByRole('heading', { name: 'Show this to Ana' })
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }))
    expect(to.leaveJoining).toHaveBeenCalledOnce()
    expect(onClose).toHaveBeenCalledOnce()
  })

  test('the card and the sheet for joining name who invites, into what', async () => {
    const onAsk = vi.fn<() => void>()
    render(
      <NearbyCard
        from={{ ...ana, offering: { gives: 'space', spaceName: 'Team Nord', role: 'viewer' } }}
        onAsk={onAsk}
        onNotNow={none}
      />,
    )
    expect(screen.getByRole('heading', { name: 'Ana’s laptop is nearby' })).toBeTruthy()
    expect(screen.getByText('It invites you to read Team Nord.')).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: 'Ask to join' }))
    expect(onAsk).toHaveBeenCalledOnce()
    cleanup()
    const chosen = vi.fn<(from: Nearby) => void>()
    const join = () => Promise.reject('x')
    render(
      <JoinSheet
        open
        nearby={[ana]}
        onAsk={chosen}
        files={{
          chooseTicket: async () => null,
          droppedTicket: async () => null,
          readTicket: () => Promise.reject('nothing is dropped'),
          subscribe: async () => () => {},
        }}
        join={join}
        onJoined={none}
        onClose={none}
        onClosed={none}
      />,
    )
    await userEvent.click(screen.getByRole('button', { name: 'Ask to join' }))
    expect(chosen).toHaveBeenCalledExactlyOnceWith(ana)
  })
})
