import { act, cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test } from 'vitest'
import { fakeBackend } from '../../ipc/fake/fakeBackend'
import { KeySection } from './KeySection'

afterEach(cleanup)

async function shown(scenario: string) {
  const backend = fakeBackend(scenario)
  const { unmount } = render(<KeySection backend={backend} />)
  await screen.findByTestId('key-place')
  return { backend, unmount }
}

const place = () => screen.getByTestId('key-place').textContent
const said = () => screen.getByTestId('key-said').textContent
const button = () => screen.getByTestId('key-move')

test('it says where the key lies and what that means, and moves it there and back with keys alone', async () => {
  const { backend } = await shown('quiet')
  expect(place()).toContain('in a file beside your notes')
  const meaning = document.getElementById(button().getAttribute('aria-describedby') ?? '')
  expect(meaning?.textContent).toContain('Without that password Skein does not open here')
  await userEvent.tab()
  expect(document.activeElement).toBe(button())
  await userEvent.keyboard('{Enter}')
  expect(said()).toContain('may ask for its password')
  await screen.findByText('The key lies in the key store now.')
  expect(backend.world.key.place).toBe('keystore')
  expect(place()).toContain('key store, behind its password')
  expect(document.activeElement).toBe(button())
  expect(button().textContent).toBe('Back to a file')
  await userEvent.keyboard(' ')
  await screen.findByText('The key lies in a file now.')
  expect(backend.world.key.place).toBe('file')
})

test('a move that waits for a person is called off, and that is no failure', async () => {
  const { backend } = await shown('keyAsking')
  await userEvent.click(button())
  expect(button().getAttribute('aria-disabled')).toBe('true')
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel' }))
  await screen.findByRole('button', { name: 'Move to the key store…' })
  expect(backend.world.key).toEqual({ place: 'file', moving: null, copyLeft: false })
  expect(screen.getByRole('alert').textContent).toBe('')
})

test('a move goes on when the sheet is closed, and is found again', async () => {
  const { backend, unmount } = await shown('keyAsking')
  await userEvent.click(button())
  unmount()
  render(<KeySection backend={backend} />)
  await screen.findByRole('button', { name: 'Cancel' })
  expect(said()).toContain('may ask for its password')
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }))
  await screen.findByRole('button', { name: 'Move to the key store…' })
})

test('where no key store answers it says so, and the key stays', async () => {
  const { backend } = await shown('keyless')
  await userEvent.click(button())
  expect((await screen.findByRole('alert')).textContent).toContain('no key store answered')
  expect(backend.world.key.place).toBe('file')
  expect(button().textContent).toBe('Move to the key store…')
})

test('a copy that is left over is said, until it is gone', async () => {
  const { backend } = await shown('keystored')
  expect(screen.getByTestId('key-copy').textContent).toContain('may still lie in the file')
  await act(async () => void (await backend.moveKey('file')))
  expect(screen.queryByTestId('key-copy')).toBeNull()
  expect(place()).toContain('in a file')
})
