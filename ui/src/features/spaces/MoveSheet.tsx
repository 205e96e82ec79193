import { useState } from 'react'
import type { SpaceRow } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import { reason } from '../../shared/reason'
import { Sheet } from '../../shared/Sheet'
import css from './MoveSheet.module.css'

interface Props {
  open: boolean
  /** Where the note may go. */
  spaces: SpaceRow[]
  /** Rejected with a sentence where it cannot be moved. */
  move: (to: SpaceRow) => Promise<void>
  onClose: () => void
  onClosed: () => void
}

/** Moving the open note to another space. */
export function MoveSheet({ open, spaces, move, onClose, onClosed }: Props) {
  return (
    <Sheet open={open} onClose={onClose} onClosed={onClosed} title={m.move.title} intro={m.move.intro}>
      {open && <Where spaces={spaces} move={move} onClose={onClose} />}
    </Sheet>
  )
}

function Where({ spaces, move, onClose }: Pick<Props, 'spaces' | 'move' | 'onClose'>) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const go = async (to: SpaceRow) => {
    setBusy(true)
    setError(null)
    try {
      await move(to)
      onClose()
    } catch (failure) {
      setError(m.move.failed(reason(failure)))
    } finally {
      setBusy(false)
    }
  }
  if (spaces.length === 0) return <p className={css.none}>{m.move.nowhere}</p>
  return (
    <>
      <ul className={css.list} aria-label={m.move.to}>
        {spaces.map(each => (
          <li key={each.id}>
            <Button look="line" className={css.one} disabled={busy} onClick={() => void go(each)}>
              {each.name}
            </Button>
          </li>
        ))}
      </ul>
      <output className={field.error} role="alert">
        {error}
      </output>
    </>
  )
}
