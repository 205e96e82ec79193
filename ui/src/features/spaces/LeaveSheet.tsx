import { useEffect, useState } from 'react'
import type { Leaving, SpaceRow } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import { reason } from '../../shared/reason'
import { Sheet, SheetEnds } from '../../shared/Sheet'
import css from './LeaveSheet.module.css'

interface Props {
  open: boolean
  space: SpaceRow
  /** Rejected with a sentence where the space cannot be left. */
  ask: () => Promise<Leaving>
  /** Rejected with a sentence where it means more by now. */
  leave: (agreed: Leaving) => Promise<void>
  onClose: () => void
  onClosed: () => void
}

/** Leaving a space, after saying what that means and how many edits nobody else is known to have. */
export function LeaveSheet({ open, space, ask, leave, onClose, onClosed }: Props) {
  return (
    <Sheet
      open={open}
      onClose={onClose}
      onClosed={onClosed}
      title={m.leave.title(space.name)}
      intro={m.leave.intro}
    >
      {open && <Meaning ask={ask} leave={leave} onClose={onClose} recoverable={space.recoverable === true} />}
    </Sheet>
  )
}

function Meaning({
  ask,
  leave,
  onClose,
  recoverable,
}: Pick<Props, 'ask' | 'leave' | 'onClose'> & { recoverable: boolean }) {
  const [now, setNow] = useState<Leaving | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    let asked = true
    ask().then(
      figures => asked && setNow(figures),
      (failure: unknown) => asked && setError(m.leave.failed(reason(failure))),
    )
    return () => void (asked = false)
  }, [ask])
  const go = async (agreed: Leaving) => {
    setBusy(true)
    setError(null)
    try {
      await leave(agreed)
      onClose()
    } catch (failure) {
      setError(m.leave.failed(reason(failure)))
      // What it means may be something else by now.
      setNow(await ask().catch(() => null))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      {now === null && error === null && <p className={css.said}>{m.leave.looking}</p>}
      {now !== null && <Figures now={now} recoverable={recoverable} />}
      <output className={field.error} role="alert">
        {error}
      </output>
      <SheetEnds>
        <Button look="line" onClick={onClose} disabled={busy}>
          {m.leave.stay}
        </Button>
        {now !== null && (
          <Button look="primary" onClick={() => void go(now)} disabled={busy} data-testid="leave-sure">
            {now.onlyHere > 0 || now.lastOwner ? m.leave.sure : m.leave.leave}
          </Button>
        )}
      </SheetEnds>
    </>
  )
}

function Figures({ now, recoverable }: { now: Leaving; recoverable: boolean }) {
  const { others, lastOwner, onlyHere, ownOnlyHere } = now
  return (
    <div className={css.said} data-testid="leave-figures">
      {onlyHere > 0 && <p className={css.grave}>{m.leave.onlyHere(onlyHere, ownOnlyHere)}</p>}
      {onlyHere > 0 && others > 0 && <p>{m.leave.wait}</p>}
      {onlyHere === 0 && others > 0 && <p>{m.leave.safe}</p>}
      {lastOwner && <p className={css.grave}>{others > 0 ? m.leave.lastOwner : m.leave.nobody}</p>}
      {lastOwner && recoverable && <p>{m.leave.unlessKey}</p>}
      {!lastOwner && <p>{m.leave.back}</p>}
    </div>
  )
}
