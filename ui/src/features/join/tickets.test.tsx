import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { BackendEvent, ChosenTicket, Joined, ReadTicket, TicketFiles } from '../../ipc/backend'
import { untilWhen } from '../../shared/time'
import { JoinSheet } from './JoinSheet'
import type { FilesToJoin } from './TicketForm'
import { TicketMade } from './TicketMade'

afterEach(cleanup)

const none = () => {}
const HOUR = 3_600_000

describe('a ticket made', () => {
  type Save = TicketFiles['saveTicket']
  const shown = (save: Save, expiresAtMs = Date.now() + HOUR) => {
    render(
      <TicketMade
        invitation={{ ticket: 'SKEIN1-AB', expiresAtMs, qr: ['#.#', '...', '##.'] }}
        grants="It may edit."
        save={save}
        onClose={none}
        onAgain={none}
      />,
    )
    return expiresAtMs
  }
  const save = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Save as a file…' })

  test('says for how many, until when, and that who has it can join', () => {
    const until = shown(async () => null)
    const said = `It lets one device in, until ${untilWhen(until, Date.now())}; who has it can join once. It may edit.`
    expect(screen.getByText(said, { exact: false })).toBeTruthy()
  })

  test('is drawn dark on white, with an edge of four squares', () => {
    shown(async () => null)
    const code = screen.getByRole('img', { name: 'QR code of the ticket' })
    expect(code.getAttribute('viewBox')).toBe('-4 -4 11 11')
    expect(code.querySelector('rect')?.getAttribute('fill')).toBe('#fff')
    expect(code.querySelector('path')?.getAttribute('d')).toBe('M0 0h1v1h-1zM2 0h1v1h-1zM0 2h2v1h-2z')
  })

  test('is saved where the person says, and the place is shown', async () => {
    const chosen = vi.fn<Save>().mockResolvedValue('/media/stick/Team Nord.skein-ticket')
    shown(chosen)
    await userEvent.click(save())
    expect(chosen).toHaveBeenCalledExactlyOnceWith('SKEIN1-AB')
    expect(screen.getByRole('status').textContent).toBe('Saved as /media/stick/Team Nord.skein-ticket')
  })

  test('stays unsaved where the person thinks better of it; what was saved before is still said', async () => {
    const chosen = vi.fn<Save>().mockResolvedValueOnce('/a').mockResolvedValueOnce(null)
    shown(chosen)
    await userEvent.click(save())
    await userEvent.click(save())
    expect(screen.getByRole('status').textContent).toBe('Saved as /a')
    expect(save().disabled).toBe(false)
  })

  test('says why it was not saved', async () => {
    shown(() => Promise.reject({ message: '/media/stick/t cannot be written: no space. no file was made' }))
    await userEvent.click(save())
    expect(screen.getByRole('alert').textContent).toBe(
      'It was not saved: /media/stick/t cannot be written: no space. no file was made.',
    )
  })

  test('that is over is neither drawn nor saved any more', () => {
    shown(async () => null, Date.now() - 1)
    expect(screen.queryByRole('img')).toBeNull()
    expect(screen.queryByRole('button', { name: 'Save as a file…' })).toBeNull()
  })
})

describe('a ticket from a file', () => {
  const found: ChosenTicket = {
    name: 'Team.skein-ticket',
    ticket: 'SKEIN1-AB',
    expiresAtMs: Date.now() + HOUR,
  }
  const shown = (files: Partial<FilesToJoin>) => {
    const join = vi.fn<(ticket: string) => Promise<Joined>>().mockRejectedValue('x')
    render(
      <JoinSheet
        open
        nearby={[]}
        onAsk={none}
        join={join}
        files={{
          chooseTicket: async () => null,
          droppedTicket: async () => null,
          readTicket: () => Promise.reject('nothing is dropped'),
          subscribe: async () => () => {},
          ...files,
        }}
        onJoined={none}
        onClose={none}
        onClosed={none}
      />,
    )
    return join
  }
  const box = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'I have a ticket' })
  const choose = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Choose a file…' })
  const drop = (file: File) => fireEvent.drop(document, { dataTransfer: { files: [file], types: ['Files'] } })

  test('is shown before anything is joined, and Enter joins', async () => {
    const join = shown({ chooseTicket: async () => found })
    // The sheet gives its box the focus a frame after it opens, nobody is faster than that.
    await vi.waitFor(() => expect(document.activeElement).toBe(box()))
    await userEvent.click(choose())
    expect(box().value).toBe('SKEIN1-AB')
    expect(join).not.toHaveBeenCalled()
    expect(screen.getByText(/^The ticket in Team\.skein-ticket\. It says that it is good until/)).toBeTruthy()
    await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Join' })))
    await userEvent.keyboard('{Enter}')
    expect(join).toHaveBeenCalledExactlyOnceWith('SKEIN1-AB')
  })

  test('that looks old may still be tried', async () => {
    shown({ chooseTicket: async () => ({ ...found, expiresAtMs: Date.now() - HOUR }) })
    await userEvent.click(choose())
    expect(screen.getByText(/By this device’s clock it ended/)).toBeTruthy()
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Join' }).disabled).toBe(false)
  })

  test('nothing changes where no file is chosen', async () => {
    shown({})
    await userEvent.type(box(), 'SKEIN1-MINE')
    await userEvent.click(choose())
    expect(box().value).toBe('SKEIN1-MINE')
    expect(choose().disabled).toBe(false)
  })

  test('a file without a ticket says so at the field, and what was typed stays', async () => {
    shown({ chooseTicket: () => Promise.reject('only PNG pictures are read here. nothing was changed') })
    await userEvent.type(box(), 'SKEIN1-MINE')
    await userEvent.click(choose())
    expect(screen.getByRole('alert').textContent).toBe(
      'No ticket was read: only PNG pictures are read here. nothing was changed.',
    )
    expect(box().value).toBe('SKEIN1-MINE')
    expect(document.activeElement).toBe(box())
  })

  test('may be dropped on the window', async () => {
    const readTicket = vi.fn<(bytes: Uint8Array) => Promise<ReadTicket>>().mockResolvedValue(found)
    shown({ readTicket })
    const over = fireEvent.dragOver(document, { dataTransfer: { types: ['Files'] } })
    expect(over, 'the page takes it, the web view does not open it').toBe(false)
    expect(box().dataset.over).toBe('true')
    drop(new File(['SKEIN1-AB\n'], 'dropped.skein-ticket'))
    await vi.waitFor(() => expect(box().value).toBe('SKEIN1-AB'))
    expect(new TextDecoder().decode(readTicket.mock.calls[0]?.[0])).toBe('SKEIN1-AB\n')
    expect(screen.getByText(/^The ticket in dropped\.skein-ticket\./)).toBeTruthy()
    expect(box().dataset.over).toBeUndefined()
  })

  test('may be dropped where the web view keeps it from the page: Rust has it', async () => {
    let tell: (event: BackendEvent) => void = none
    const subscribe = async (listener: (event: BackendEvent) => void) => {
      tell = listener
      return none
    }
    shown({ subscribe, droppedTicket: async () => found })
    act(() => tell({ kind: 'drag', state: 'over' }))
    expect(box().dataset.over).toBe('true')
    act(() => tell({ kind: 'drag', state: 'left' }))
    expect(box().dataset.over).toBeUndefined()
    act(() => tell({ kind: 'drag', state: 'dropped' }))
    await vi.waitFor(() => expect(box().value).toBe('SKEIN1-AB'))
    expect(screen.getByText(/^The ticket in Team\.skein-ticket\./)).toBeTruthy()
  })

  test('that is too large is not even read', async () => {
    const readTicket = vi.fn<(bytes: Uint8Array) => Promise<ReadTicket>>()
    shown({ readTicket })
    const file = new File([], 'film.png')
    Object.defineProperty(file, 'size', { value: 17 * 1024 * 1024 })
    drop(file)
    expect((await screen.findByRole('alert')).textContent).toContain('too large to be a ticket')
    expect(readTicket).not.toHaveBeenCalled()
  })

  test('text that is dragged about is none of its business', () => {
    shown({})
    expect(fireEvent.dragOver(document, { dataTransfer: { types: ['text/plain'] } })).toBe(true)
    expect(box().dataset.over).toBeUndefined()
  })
})

test('until when is said as short as it is clear', () => {
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour, 5).getTime()
  expect(untilWhen(at(28, 14), at(28, 9))).toBe('14:05')
  expect(untilWhen(at(29, 9), at(28, 9))).toBe('Sun 09:05')
  expect(untilWhen(at(5, 9), at(28, 9))).toBe('5 Nov, 09:05')
  expect(untilWhen(at(36, 9), at(28, 9))).toBe('6 Dec, 09:05')
})
