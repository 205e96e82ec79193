import { cleanup, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import type { SetAside } from '../../ipc/backend'
import { AsideSheet } from './AsideSheet'

afterEach(cleanup)

const none = () => {}
const one = (by: string, change: Partial<SetAside> = {}): SetAside => ({
  note: `note of ${by}`,
  title: 'Hut trip',
  device: by,
  by,
  edits: 1,
  canComeIn: true,
  words: `by ${by}`,
  ...change,
})

function shown(owner: boolean, all: SetAside[]) {
  const load = vi.fn<() => Promise<SetAside[]>>().mockResolvedValue(all)
  const takeIn = vi.fn<(device: string) => Promise<void>>().mockResolvedValue()
  render(<AsideSheet open owner={owner} load={load} takeIn={takeIn} onClose={none} onClosed={none} />)
  return { load, takeIn }
}

test('words stand by their author, and an owner puts one author’s into the notes', async () => {
  const all = [one('Zoe'), one('Ben'), one('Ben', { note: 'another', title: '', edits: 2, words: 'more' })]
  const { load, takeIn } = shown(true, all)
  const ben = within(await screen.findByRole('region', { name: 'Ben' }))
  expect(ben.getByText('Ben: 3 edits')).toBeTruthy()
  expect(ben.getByText('by Ben')).toBeTruthy()
  expect(ben.getByText('In a note without a title')).toBeTruthy()
  const regions = screen.getAllByRole('region').map(region => region.getAttribute('aria-label'))
  expect(regions).toEqual(['Ben', 'Zoe'])
  load.mockResolvedValue([one('Zoe')])
  await userEvent.click(ben.getByRole('button', { name: 'Put what Ben wrote into the notes' }))
  expect(takeIn).toHaveBeenCalledExactlyOnceWith('Ben')
  await vi.waitUntil(() => screen.queryByRole('region', { name: 'Ben' }) === null)
  expect(screen.getByRole('region', { name: 'Zoe' })).toBeTruthy()
})

test('who is no owner reads them and is told who can put them in', async () => {
  shown(false, [one('Ben')])
  expect(await screen.findByText('An owner of this space can put it into the notes.')).toBeTruthy()
  expect(screen.queryByRole('button', { name: /^Put/ })).toBeNull()
})

test('what waits for an admission says so to an owner too', async () => {
  shown(true, [one('Ben', { canComeIn: false })])
  expect(await screen.findByText(/when its author is let in/)).toBeTruthy()
  expect(screen.queryByRole('button', { name: /^Put/ })).toBeNull()
})

test('nothing set aside, and what fails, is said', async () => {
  const { load, takeIn } = shown(true, [])
  expect(await screen.findByText('Everything that is here is in the notes.')).toBeTruthy()
  cleanup()
  load.mockResolvedValue([one('Ben')])
  takeIn.mockRejectedValue('only an owner’s device can bring in what is set aside. nothing was changed')
  render(<AsideSheet open owner load={load} takeIn={takeIn} onClose={none} onClosed={none} />)
  await userEvent.click(await screen.findByRole('button', { name: /^Put/ }))
  await vi.waitUntil(() => screen.getByRole('alert').textContent?.includes('only an owner’s device can'))
})
