import { useEffect, useState } from 'react'
import type { SetAside } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import { reason } from '../../shared/reason'
import { Sheet, SheetEnds } from '../../shared/Sheet'
import css from './AsideSheet.module.css'

interface Props {
  open: boolean
  /** Whether this device may bring it in. */
  owner: boolean
  load: () => Promise<SetAside[]>
  /** Rejected with a sentence where it cannot come in. */
  takeIn: (device: string) => Promise<void>
  onClose: () => void
  onClosed: () => void
}

/** Words that are kept and part of no note, since their author was lowered or removed; an owner brings them in. */
export function AsideSheet(props: Props) {
  const { open, onClose, onClosed } = props
  return (
    <Sheet open={open} onClose={onClose} onClosed={onClosed} title={m.aside.title} intro={m.aside.intro}>
      {open && <Kept {...props} />}
    </Sheet>
  )
}

function Kept({ owner, load, takeIn, onClose }: Props) {
  const [all, setAll] = useState<SetAside[] | null>(null)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  useEffect(() => {
    // The sheet may be closed before the answer comes.
    let wanted = true
    load().then(
      found => wanted && setAll(found),
      failure => wanted && setError(m.aside.failed(reason(failure))),
    )
    return () => {
      wanted = false
    }
  }, [load])
  const bring = async (device: string) => {
    setBusy(true)
    setError(null)
    try {
      await takeIn(device)
      setAll(await load())
    } catch (failure) {
      setError(m.aside.failed(reason(failure)))
    }
    setBusy(false)
  }
  return (
    <>
      <div aria-live="polite" aria-busy={all === null} data-testid="aside">
        {all?.length === 0 && <p className={css.none}>{m.aside.none}</p>}
        {byAuthor(all ?? []).map(of => (
          <section key={of.device} className={css.author} aria-label={of.by}>
            <h3>{m.aside.by(of.by, of.edits)}</h3>
            {of.notes.map(one => (
              <figure key={one.note} className={css.words}>
                <figcaption>{m.aside.in(one.title)}</figcaption>
                {one.words !== '' && <blockquote>{one.words}</blockquote>}
              </figure>
            ))}
            {!of.canComeIn && <p className={css.then}>{m.aside.admission}</p>}
            {of.canComeIn && !owner && <p className={css.then}>{m.aside.askOwner}</p>}
            {of.canComeIn && owner && (
              <Button
                look="line"
                onClick={() => void bring(of.device)}
                disabled={busy}
                aria-label={m.aside.bringOf(of.by)}
                data-testid="aside-bring"
              >
                {m.aside.bring}
              </Button>
            )}
          </section>
        ))}
      </div>
      <output className={field.error} role="alert">
        {error}
      </output>
      <SheetEnds>
        <Button look="primary" onClick={onClose}>
          {m.nearbyInvite.done}
        </Button>
      </SheetEnds>
    </>
  )
}

interface Author {
  device: string
  by: string
  edits: number
  canComeIn: boolean
  notes: SetAside[]
}

function byAuthor(all: SetAside[]): Author[] {
  const authors = new Map<string, Author>()
  for (const one of all) {
    const { device, by } = one
    const of = authors.get(device) ?? { device, by, edits: 0, canComeIn: false, notes: [] }
    of.edits += one.edits
    of.canComeIn ||= one.canComeIn
    of.notes.push(one)
    authors.set(device, of)
  }
  return [...authors.values()].toSorted((a, b) => a.by.localeCompare(b.by))
}
