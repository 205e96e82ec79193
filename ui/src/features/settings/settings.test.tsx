import { act, cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import type { BackendEvent, Background } from '../../ipc/backend'
import { SettingsSheet } from './SettingsSheet'

afterEach(cleanup)

const none = () => {}

/** A backend whose state anybody may change behind the sheet's back. */
class Behind {
  now: Background
  refusal: string | null = null
  readonly listeners = new Set<(event: BackendEvent) => void>()
  readonly key = async () => ({ place: 'file' as const, moving: null, copyLeft: false })
  readonly moveKey = async () => this.key()
  readonly callOffMovingKey = async () => {}
  readonly background = vi.fn(async () => this.now)
  readonly setKeepSyncing = vi.fn(async (keepSyncing: boolean) => this.#set({ keepSyncing }))
  readonly setAtLogin = vi.fn(async (atLogin: boolean) => this.#set({ atLogin }))

  constructor(now: Background) {
    this.now = now
  }

  readonly subscribe = async (listener: (event: BackendEvent) => void) => {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  async tell(change: Partial<Background>): Promise<void> {
    this.now = { ...this.now, ...change }
    await act(async () => {
      for (const listener of this.listeners) listener({ kind: 'tray', shown: this.now.tray })
    })
  }

  #set(change: Partial<Background>): void {
    if (this.refusal !== null) throw this.refusal
    this.now = { ...this.now, ...change }
  }
}

async function shown(now: Background): Promise<Behind> {
  const behind = new Behind(now)
  render(<SettingsSheet open backend={behind} onClose={none} onClosed={none} />)
  await screen.findByRole('switch', { name: 'Keep syncing when the window is closed' })
  return behind
}

const keep = () => screen.getByRole('switch', { name: 'Keep syncing when the window is closed' })
const login = () => screen.getByRole('switch', { name: 'Start Skein when I log in' })
const isOn = (element: HTMLElement) => element.getAttribute('aria-checked') === 'true'
const described = (element: HTMLElement) =>
  document.getElementById(element.getAttribute('aria-describedby') ?? '')?.textContent

test('the switches show what is, and turning one says what it means now', async () => {
  const behind = await shown({ keepSyncing: true, tray: true, atLogin: false })
  expect(isOn(keep())).toBe(true)
  expect(isOn(login())).toBe(false)
  expect(described(keep())).toBe('Skein stays in the tray. Open it from there, or start it again.')
  await userEvent.click(keep())
  expect(behind.setKeepSyncing).toHaveBeenCalledWith(false)
  expect(isOn(keep())).toBe(false)
  expect(described(keep())).toContain('Closing the window ends Skein.')
  await userEvent.click(screen.getByText('Start Skein when I log in'))
  expect(behind.setAtLogin).toHaveBeenCalledWith(true)
  expect(isOn(login())).toBe(true)
})

test('both are turned with keys alone', async () => {
  const behind = await shown({ keepSyncing: false, tray: true, atLogin: false })
  keep().focus()
  await userEvent.keyboard(' ')
  expect(behind.setKeepSyncing).toHaveBeenCalledWith(true)
  await userEvent.tab()
  expect(document.activeElement).toBe(login())
})

test('without a tray it says that closing ends Skein, and promises nothing', async () => {
  const behind = await shown({ keepSyncing: false, tray: false, atLogin: true })
  expect(described(keep())).toBe(
    'Nothing on this desktop shows an icon for Skein, so closing the window ends it.',
  )
  expect(described(login())).toContain('It starts with its window')
  await userEvent.click(keep())
  expect(behind.setKeepSyncing).not.toHaveBeenCalled()
})

test('a panel that comes or goes is seen at once', async () => {
  const behind = await shown({ keepSyncing: false, tray: false, atLogin: false })
  await behind.tell({ tray: true, keepSyncing: true })
  expect(isOn(keep())).toBe(true)
  await behind.tell({ tray: false, keepSyncing: false })
  expect(described(keep())).toContain('Nothing on this desktop')
})

test('an entry that was removed elsewhere is off when the window is looked at again', async () => {
  const behind = await shown({ keepSyncing: true, tray: true, atLogin: true })
  behind.now = { ...behind.now, atLogin: false }
  await act(async () => void window.dispatchEvent(new Event('focus')))
  expect(isOn(login())).toBe(false)
})

test('what is refused is said, and the switch stays where it was', async () => {
  const behind = await shown({ keepSyncing: true, tray: true, atLogin: false })
  behind.refusal = 'the autostart folder cannot be written; nothing was changed'
  await userEvent.click(login())
  expect(screen.getAllByRole('alert')[0]?.textContent).toBe(
    'That did not work: the autostart folder cannot be written; nothing was changed.',
  )
  expect(isOn(login())).toBe(false)
})

test('where nothing can be started at login the switch says so', async () => {
  await shown({ keepSyncing: true, tray: true, atLogin: null })
  expect(described(login())).toBe('Skein cannot arrange that on this system.')
  expect(isOn(login())).toBe(false)
})
