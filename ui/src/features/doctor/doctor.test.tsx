import { act, cleanup, fireEvent, render, renderHook, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Diagnosis, MemberRow } from '../../ipc/backend'
import { FOUND, GUESTS } from '../../ipc/fake/diagnoses'
import { DoctorSheet } from './DoctorSheet'
import { LONELY_AFTER_MS, useLonely } from './useLonely'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const member = (self: boolean, online: boolean, role: MemberRow['role'] = 'editor'): MemberRow => ({
  device: self ? 'a' : 'b',
  person: 'Ben',
  deviceName: 'laptop',
  role,
  online,
  lastSeenMs: null,
  knows: true,
  self,
})
const me = member(true, true)
const later = (ms: number) => act(() => void vi.advanceTimersByTime(ms))

test('somebody is missed after ten seconds, and no more once somebody is here', () => {
  const hook = renderHook(({ members }) => useLonely(members, false), {
    initialProps: { members: [me, member(false, false)] },
  })
  later(LONELY_AFTER_MS - 1)
  expect(hook.result.current).toBe(false)
  later(1)
  expect(hook.result.current).toBe(true)
  hook.rerender({ members: [me, member(false, true)] })
  expect(hook.result.current).toBe(false)
  hook.rerender({ members: [me, member(false, false)] })
  later(LONELY_AFTER_MS - 1)
  expect(hook.result.current).toBe(false)
})

test('nobody is missed offline, without others, and where the others are out', () => {
  const lonely = (members: MemberRow[], offline: boolean) => {
    const hook = renderHook(() => useLonely(members, offline))
    later(LONELY_AFTER_MS * 2)
    return hook.result.current
  }
  expect(lonely([me, member(false, false)], true)).toBe(false)
  expect(lonely([me], false)).toBe(false)
  expect(lonely([me, member(false, false, null)], false)).toBe(false)
})

function sheet(diagnose: () => Promise<Diagnosis>) {
  const nothing = () => {}
  render(<DoctorSheet open diagnose={diagnose} onAddress={nothing} onClose={nothing} onClosed={nothing} />)
}

test('it says that it looks, then each finding with its fix and what came of each address', async () => {
  let answer = GUESTS
  const diagnose = vi.fn(async () => answer)
  sheet(diagnose)
  expect(screen.getByTestId('doctor').textContent).toContain('Looking')
  fireEvent.click(screen.getByTestId('doctor-again'))
  expect(diagnose).toHaveBeenCalledTimes(1)
  await act(async () => {})
  for (const { sentence, fix } of GUESTS.findings) {
    expect(screen.getByText(sentence)).toBeTruthy()
    if (fix !== null) expect(screen.getByText(fix)).toBeTruthy()
  }
  expect(screen.getByText(/Ben’s laptop: no answer/)).toBeTruthy()
  answer = FOUND
  fireEvent.click(screen.getByTestId('doctor-again'))
  await act(async () => {})
  expect(screen.getByTestId('doctor-findings').textContent).toContain('is connected')
})

test('a look that fails says so, and can be begun again', async () => {
  sheet(() => Promise.reject({ message: 'it is ending' }))
  await act(async () => {})
  expect(screen.getByTestId('doctor').textContent).toContain('it is ending')
  expect(screen.getByTestId('doctor-again').getAttribute('aria-disabled')).toBeNull()
})
