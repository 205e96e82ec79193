import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { SpaceSheet, type SpaceTask } from './SpaceSheet'

afterEach(cleanup)

const none = () => {}
type OnName = (name: string) => Promise<void>

function shown(task: SpaceTask, onName: OnName, onClose = none) {
  render(<SpaceSheet open task={task} name="Personal" onName={onName} onClose={onClose} onClosed={none} />)
  return screen.getByRole<HTMLInputElement>('textbox', { name: 'Name' })
}

test('a new space begins without a name and is made by Enter', async () => {
  const onName = vi.fn<OnName>().mockResolvedValue()
  const onClose = vi.fn<() => void>()
  const box = shown('new', onName, onClose)
  expect(box.value).toBe('')
  await userEvent.type(box, '  Team Nord {Enter}')
  expect(onName).toHaveBeenCalledExactlyOnceWith('Team Nord')
  expect(onClose).toHaveBeenCalledOnce()
})

test('another name begins with the present one, and the same name changes nothing', async () => {
  const onName = vi.fn<OnName>().mockResolvedValue()
  const onClose = vi.fn<() => void>()
  expect(shown('rename', onName, onClose).value).toBe('Personal')
  await userEvent.click(screen.getByRole('button', { name: 'Rename' }))
  expect(onName).not.toHaveBeenCalled()
  expect(onClose).toHaveBeenCalledOnce()
})

test('no name and a refused one are said at the field', async () => {
  const onName = vi.fn<OnName>().mockRejectedValue({ code: 'not_allowed', message: 'you can only read here' })
  const box = shown('new', onName)
  await userEvent.click(screen.getByRole('button', { name: 'Make it' }))
  expect(screen.getByRole('alert').textContent).toBe('Give it a name first.')
  expect(onName).not.toHaveBeenCalled()
  await userEvent.type(box, 'x{Enter}')
  expect((await screen.findByRole('alert')).textContent).toBe('That did not work: you can only read here.')
  expect(document.activeElement).toBe(box)
})
