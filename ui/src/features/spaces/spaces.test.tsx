import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { SpaceSheet, type SpaceTask } from './SpaceSheet'

afterEach(cleanup)

const none = () => {}
type OnNew = (name: string, recovery: boolean) => Promise<string | null>
type OnRename = (name: string) => Promise<void>

interface Asked {
  onNew?: OnNew
  onRename?: OnRename
  onClose?: () => void
}

function shown(
  task: SpaceTask,
  { onNew = async () => null, onRename = async () => {}, onClose = none }: Asked,
) {
  render(
    <SpaceSheet
      open
      task={task}
      name="Personal"
      onNew={onNew}
      onRename={onRename}
      onClose={onClose}
      onClosed={none}
    />,
  )
  return screen.getByRole<HTMLInputElement>('textbox', { name: 'Name' })
}

test('a new space begins without a name and is made by Enter', async () => {
  const onNew = vi.fn<OnNew>().mockResolvedValue(null)
  const onClose = vi.fn<() => void>()
  const box = shown('new', { onNew, onClose })
  expect(box.value).toBe('')
  await userEvent.type(box, '  Team Nord {Enter}')
  expect(onNew).toHaveBeenCalledExactlyOnceWith('Team Nord', false)
  expect(onClose).toHaveBeenCalledOnce()
})

test('another name begins with the present one, and the same name changes nothing', async () => {
  const onRename = vi.fn<OnRename>().mockResolvedValue()
  const onClose = vi.fn<() => void>()
  expect(shown('rename', { onRename, onClose }).value).toBe('Personal')
  expect(screen.queryByTestId('recovery-wanted')).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: 'Rename' }))
  expect(onRename).not.toHaveBeenCalled()
  expect(onClose).toHaveBeenCalledOnce()
})

test('no name and a refused one are said at the field', async () => {
  const onNew = vi.fn<OnNew>().mockRejectedValue({ code: 'not_allowed', message: 'you can only read here' })
  const box = shown('new', { onNew })
  await userEvent.click(screen.getByRole('button', { name: 'Make it' }))
  expect(screen.getByRole('alert').textContent).toBe('Give it a name first.')
  expect(onNew).not.toHaveBeenCalled()
  await userEvent.type(box, 'x{Enter}')
  expect((await screen.findByRole('alert')).textContent).toBe('That did not work: you can only read here.')
  expect(document.activeElement).toBe(box)
})

test('the recovery key stays until somebody says that it is kept, and can be printed', async () => {
  const onNew = vi.fn<OnNew>().mockResolvedValue('SKEINKEY1-ABCD-EFGH')
  const onClose = vi.fn<() => void>()
  const print = vi.spyOn(window, 'print').mockImplementation(none)
  const box = shown('new', { onNew, onClose })
  await userEvent.click(screen.getByRole('switch', { name: 'With a recovery key' }))
  await userEvent.type(box, 'Team{Enter}')
  expect(onNew).toHaveBeenCalledExactlyOnceWith('Team', true)
  expect((await screen.findByTestId('recovery-key')).textContent).toBe('SKEINKEY1-ABCD-EFGH')
  expect(screen.getByText('Recovery key of Team')).toBeTruthy()
  await userEvent.keyboard('{Escape}')
  expect(onClose).not.toHaveBeenCalled()
  expect(screen.getByRole('alert').textContent).toMatch(/^It cannot be shown again/)
  await userEvent.click(screen.getByRole('button', { name: 'Print…' }))
  expect(print).toHaveBeenCalledOnce()
  await userEvent.click(screen.getByRole('button', { name: 'I have kept it' }))
  expect(onClose).toHaveBeenCalledOnce()
})
