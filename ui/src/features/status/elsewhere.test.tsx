import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { NoteRow } from '../../ipc/backend'
import { Store } from '../../shared/store'
import type { ReplicaStatus } from '../../sync/replicaStatus'
import { Elsewhere, onlyHere } from './Elsewhere'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const row = (id: string, heldByOthers: boolean): NoteRow => ({
  id,
  title: '',
  preview: '',
  modifiedMs: 0,
  words: 1,
  pinned: false,
  trashed: false,
  state: 'ok',
  heldByOthers,
})
const line = () => screen.getByTestId('elsewhere').textContent
const ALL = 'Everything is on another device too'

test('a note counts while another device is not proven to hold it, or its words are not even saved here', () => {
  const rows = [row('a', true), row('b', false), row('c', true)]
  expect(onlyHere(rows, null)).toBe(1)
  expect(onlyHere(rows, 'a')).toBe(2)
  expect(onlyHere(rows, 'b')).toBe(1)
  expect(onlyHere([], 'a')).toBe(0)
})

test('it is never green while a word of the open note is on its way, and green only once that has lasted', () => {
  const replica = new Store<ReplicaStatus | null>({ kind: 'saved' })
  const open = { id: 'a', replica }
  render(<Elsewhere rows={[row('a', true)]} open={open} />)
  expect(line()).toBe(ALL)
  act(() => replica.set({ kind: 'saving', unacked: 1 }))
  expect(line()).toBe('1 note has words only here')
  act(() => replica.set({ kind: 'saved' }))
  expect(line()).not.toBe(ALL)
  act(() => void vi.advanceTimersByTime(399))
  expect(line()).not.toBe(ALL)
  act(() => void vi.advanceTimersByTime(1))
  expect(line()).toBe(ALL)
  act(() => replica.set({ kind: 'trouble', unacked: 1, message: 'the disk is full' }))
  expect(line()).not.toBe(ALL)
})

test('the number of notes is said, and nothing where there is none', () => {
  const shown = render(<Elsewhere rows={[row('a', false), row('b', false)]} open={null} />)
  expect(line()).toBe('2 notes have words only here')
  shown.rerender(<Elsewhere rows={[]} open={null} />)
  expect(screen.queryByTestId('elsewhere')).toBeNull()
})
