import { cleanup, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { NoteRow } from '../../ipc/backend'
import { NotesList } from './NotesList'
import { grouped } from './rows'

const NOW = Date.now()

function row(id: string, more: Partial<NoteRow> = {}): NoteRow {
  return {
    id,
    title: `Note ${id}`,
    preview: `Words of ${id}`,
    modifiedMs: NOW - 3_600_000,
    words: 3,
    pinned: false,
    trashed: false,
    state: 'ok',
    heldByOthers: true,
    ...more,
  }
}

const onOpen = vi.fn<(note: string) => void>()
const onNew = vi.fn<() => void>()
const onLeave = vi.fn<() => void>()

function show(rows: NoteRow[], open: string | null, shared = true) {
  return render(
    <NotesList
      rows={rows}
      open={open}
      shared={shared}
      mayWrite
      onOpen={onOpen}
      onNew={onNew}
      onLeave={onLeave}
    />,
  )
}

beforeEach(() => vi.clearAllMocks())
afterEach(cleanup)

const titles = () =>
  screen
    .getAllByRole('listitem')
    .map(item => within(item).getByRole('button').querySelector('b')?.textContent)

describe('what is listed', () => {
  test('newest first, pinned ones in a group before the others, none from the trash', () => {
    show(
      [
        row('old', { modifiedMs: NOW - 2e9 }),
        row('gone', { trashed: true }),
        row('new', { modifiedMs: NOW - 1e6 }),
        row('pin', { pinned: true, modifiedMs: NOW - 3e9 }),
      ],
      'new',
    )
    expect(titles()).toEqual(['Note pin', 'Note new', 'Note old'])
    expect(within(screen.getByRole('region', { name: 'Pinned' })).getAllByRole('listitem')).toHaveLength(1)
  })

  test('equal times never change places', () => {
    const rows = [row('b'), row('a'), row('c')]
    expect(grouped(rows, null, NOW).recent.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    expect(grouped(rows.toReversed(), null, NOW).recent.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  })

  test('a new note without a word has a place at the top', () => {
    show([row('a')], 'fresh')
    expect(titles()).toEqual(['Untitled', 'Note a'])
    expect(screen.getByRole('button', { name: /Untitled/ }).getAttribute('aria-current')).toBe('true')
  })

  test('a note that nobody else has yet is marked, once there is somebody else', () => {
    const rows = [row('a', { heldByOthers: false }), row('b')]
    const { unmount } = show(rows, 'b')
    expect(screen.getAllByTitle('Only on this device so far')).toHaveLength(1)
    unmount()
    show(rows, 'b', false)
    expect(screen.queryByTitle('Only on this device so far')).toBeNull()
  })

  test('the empty list teaches one thing', () => {
    show([], 'fresh')
    expect(screen.getByText('Every note you write is listed here.')).toBeTruthy()
  })
})

describe('by keyboard', () => {
  const rows = [
    row('a', { modifiedMs: NOW - 1e6 }),
    row('b', { modifiedMs: NOW - 2e6 }),
    row('c', { modifiedMs: NOW - 3e6 }),
  ]

  test('Tab stops once in the list, at the open note', async () => {
    show(rows, 'b')
    await userEvent.tab()
    expect(document.activeElement?.textContent).toContain('Note b')
    await userEvent.tab()
    expect(document.activeElement?.textContent).toContain('New note')
  })

  test('arrows, Home and End move, and stop at the ends', async () => {
    show(rows, 'b')
    await userEvent.tab()
    const after = async (keys: string) => {
      await userEvent.keyboard(keys)
      return document.activeElement?.querySelector('b')?.textContent
    }
    expect(await after('{ArrowDown}')).toBe('Note c')
    expect(await after('{ArrowDown}')).toBe('Note c')
    expect(await after('{Home}')).toBe('Note a')
    expect(await after('{ArrowUp}')).toBe('Note a')
    expect(await after('{End}')).toBe('Note c')
    expect(onOpen).not.toHaveBeenCalled()
  })

  test('Enter opens, Escape goes back to the note', async () => {
    show(rows, 'b')
    await userEvent.tab()
    await userEvent.keyboard('{ArrowDown}{Enter}')
    expect(onOpen).toHaveBeenCalledExactlyOnceWith('c')
    await userEvent.keyboard('{Escape}')
    expect(onLeave).toHaveBeenCalledOnce()
  })
})
