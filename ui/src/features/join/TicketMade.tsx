import { useEffect, useRef, useState } from 'react'
import type { Invitation, TicketFiles } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import { CopyButton } from '../../shared/CopyButton'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import { reason } from '../../shared/reason'
import { SheetEnds } from '../../shared/Sheet'
import { span, untilWhen } from '../../shared/time'
import { QrPicture } from './QrPicture'
import css from './Ticket.module.css'
import { useTimeLeft } from './useTimeLeft'

interface Props {
  invitation: Invitation
  grants: string
  save: TicketFiles['saveTicket']
  onClose: () => void
  onAgain: () => void
}

/** What became of saving. */
type Saved = { at: 'not' } | { at: 'saving' } | { at: 'saved'; path: string } | { at: 'failed'; why: string }

/** A ticket to hand over: scanned, copied or carried as a file. */
export function TicketMade({ invitation, grants, save, onClose, onAgain }: Props) {
  const left = useTimeLeft(invitation.expiresAtMs)
  const text = useRef<HTMLTextAreaElement>(null)
  // The button that had the focus is gone; the ticket is what comes next, selected for copying.
  useEffect(() => text.current?.focus(), [])
  if (left <= 0)
    return (
      <>
        <p className={css.grants}>{m.invite.over}</p>
        <SheetEnds>
          <Button look="primary" onClick={onAgain}>
            {m.invite.make}
          </Button>
          <Button look="line" onClick={onClose}>
            {m.menu.close}
          </Button>
        </SheetEnds>
      </>
    )
  return (
    <>
      <QrPicture rows={invitation.qr} label={m.invite.code} />
      <div className={field.field}>
        <label className={field.label} htmlFor="ticket">
          {m.invite.ready}
        </label>
        <textarea
          ref={text}
          id="ticket"
          data-testid="ticket-text"
          className={`${field.input} ${field.code} ${css.made}`}
          readOnly
          value={invitation.ticket}
          onFocus={event => event.target.select()}
        />
      </div>
      <p className={css.grants}>
        {m.invite.good(untilWhen(invitation.expiresAtMs, invitation.expiresAtMs - left))} {grants}{' '}
        {m.invite.keepOpen}
      </p>
      <Ends ticket={invitation.ticket} left={left} save={save} onClose={onClose} />
    </>
  )
}

function Ends({
  ticket,
  left,
  save,
  onClose,
}: Pick<Props, 'save' | 'onClose'> & { ticket: string; left: number }) {
  const [saved, setSaved] = useState<Saved>({ at: 'not' })
  const keep = async () => {
    const before = saved
    setSaved({ at: 'saving' })
    try {
      const path = await save(ticket)
      setSaved(path === null ? before : { at: 'saved', path })
    } catch (failure) {
      setSaved({ at: 'failed', why: m.invite.saveFailed(reason(failure)) })
    }
  }
  return (
    <>
      <output className={css.saved}>{saved.at === 'saved' && m.invite.saved(saved.path)}</output>
      {saved.at === 'failed' && (
        <p className={`${field.error} ${css.saved}`} role="alert">
          {saved.why}
        </p>
      )}
      <SheetEnds note={m.invite.open(span(left))}>
        <CopyButton text={ticket} look="primary" />
        <Button
          look="line"
          disabled={saved.at === 'saving'}
          onClick={() => void keep()}
          data-testid="ticket-save"
        >
          {m.invite.save}
        </Button>
        <Button look="line" onClick={onClose}>
          {m.menu.close}
        </Button>
      </SheetEnds>
    </>
  )
}
