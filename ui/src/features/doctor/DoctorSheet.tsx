import { useEffect, useState } from 'react'
import type { Diagnosis, Finding, Tried } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import { m } from '../../shared/messages'
import { reason } from '../../shared/reason'
import { Sheet, SheetEnds } from '../../shared/Sheet'
import css from './DoctorSheet.module.css'

interface Props {
  open: boolean
  diagnose: () => Promise<Diagnosis>
  onAddress: () => void
  onClose: () => void
  onClosed: () => void
}

type Look = { state: 'looking' } | { state: 'done'; diagnosis: Diagnosis } | { state: 'failed'; why: string }

/** Why no other device is found, with what to do about it; or which are. */
export function DoctorSheet({ open, diagnose, onAddress, onClose, onClosed }: Props) {
  return (
    <Sheet open={open} onClose={onClose} onClosed={onClosed} title={m.doctor.title} intro={m.doctor.intro}>
      {open && <Found diagnose={diagnose} onAddress={onAddress} />}
    </Sheet>
  )
}

function Found({ diagnose, onAddress }: Pick<Props, 'diagnose' | 'onAddress'>) {
  const [look, setLook] = useState<Look>({ state: 'looking' })
  const looking = look.state === 'looking'
  useEffect(() => {
    if (!looking) return
    // A look that was begun before the sheet was closed may still end.
    let wanted = true
    const show = (next: Look) => wanted && setLook(next)
    diagnose().then(
      diagnosis => show({ state: 'done', diagnosis }),
      error => show({ state: 'failed', why: reason(error) }),
    )
    return () => {
      wanted = false
    }
  }, [diagnose, looking])
  const found = look.state === 'done' ? look.diagnosis : null
  return (
    <>
      {/* Read out when it changes: first that it looks, then what was found. */}
      <div aria-live="polite" aria-busy={looking} data-testid="doctor">
        {looking && <p className={css.looking}>{m.doctor.looking}</p>}
        {look.state === 'failed' && <p className={css.looking}>{m.doctor.failed(look.why)}</p>}
        {found !== null && (
          <ul className={css.findings} data-testid="doctor-findings">
            {found.findings.map(one => (
              <One key={one.sentence} one={one} />
            ))}
          </ul>
        )}
      </div>
      {found !== null && found.tried.length > 0 && <Addresses tried={found.tried} />}
      <SheetEnds>
        <Button look="line" onClick={onAddress} data-testid="doctor-address">
          {m.doctor.address}
        </Button>
        <Button
          look="primary"
          // Stays in the order of the keyboard while it looks.
          aria-disabled={looking || undefined}
          onClick={() => setLook({ state: 'looking' })}
          data-testid="doctor-again"
        >
          {m.doctor.again}
        </Button>
      </SheetEnds>
    </>
  )
}

function One({ one }: { one: Finding }) {
  return (
    <li className={css.finding} data-works={one.works || undefined}>
      <p>{one.sentence}</p>
      {one.fix !== null && <p className={css.fix}>{one.fix}</p>}
    </li>
  )
}

function Addresses({ tried }: { tried: Tried[] }) {
  return (
    <section className={css.tried} aria-labelledby="doctor-tried">
      <h3 id="doctor-tried">{m.doctor.tried}</h3>
      <ul>
        {tried.map(one => (
          <li key={one.address}>
            <code>{one.address}</code>
            <span>
              {one.deviceName ?? (one.announced ? m.doctor.announced : m.doctor.typed)}:{' '}
              {m.doctor.ended[one.ended]}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
