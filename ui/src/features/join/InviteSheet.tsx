import { useEffect, useRef, useState } from 'react'
import type { Invitation, MemberRow, Role, SpaceRow } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import { Choices } from '../../shared/Choices'
import { CopyButton } from '../../shared/CopyButton'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import { deviceLabel } from '../../shared/names'
import { reason } from '../../shared/reason'
import { Sheet, SheetEnds } from '../../shared/Sheet'
import { span } from '../../shared/time'
import css from './Ticket.module.css'
import { useTimeLeft } from './useTimeLeft'

const ROLES = [
  { value: 'editor', label: m.invite.editor },
  { value: 'viewer', label: m.invite.viewer },
  { value: 'owner', label: m.invite.owner },
] as const satisfies { value: Role; label: string }[]

/** How long a ticket may be good for: the person stands beside, sits in another room, opens mail tomorrow. Minutes. */
const SPANS = [10, 60, 1440] as const

interface Props {
  open: boolean
  space: SpaceRow
  members: MemberRow[]
  invite: (role: Role, minutes: number) => Promise<Invitation>
  onClose: () => void
  onClosed: () => void
}

export function InviteSheet(props: Props) {
  const { open, space, members, onClose, onClosed } = props
  if (space.role !== 'owner') {
    const owners = members.filter(({ role, self }) => role === 'owner' && !self).map(deviceLabel)
    return (
      <Sheet
        open={open}
        onClose={onClose}
        onClosed={onClosed}
        title={m.invite.askTitle}
        intro={m.invite.ask(owners)}
      >
        <SheetEnds>
          <Button look="line" onClick={onClose}>
            {m.menu.close}
          </Button>
        </SheetEnds>
      </Sheet>
    )
  }
  return (
    <Sheet
      open={open}
      onClose={onClose}
      onClosed={onClosed}
      title={m.invite.title(space.name)}
      intro={m.invite.intro}
    >
      {open && <TicketMaker {...props} />}
    </Sheet>
  )
}

function TicketMaker({ space, invite, onClose }: Props) {
  const [role, setRole] = useState<Role>('editor')
  const [minutes, setMinutes] = useState<number>(SPANS[0])
  const [making, setMaking] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const [made, setMade] = useState<Invitation | null>(null)

  const make = async () => {
    setMaking(true)
    setError(null)
    try {
      setMade(await invite(role, minutes))
    } catch (failure) {
      setError(m.invite.failed(reason(failure)))
    } finally {
      setMaking(false)
    }
  }

  if (made !== null)
    return (
      <Ticket
        invitation={made}
        grants={m.invite.grants(space.name, role)}
        onClose={onClose}
        onAgain={() => setMade(null)}
      />
    )
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        void make()
      }}
    >
      <Choices label={m.invite.role} value={role} options={ROLES} onChange={setRole} disabled={making} />
      <Choices
        label={m.invite.valid}
        value={minutes}
        options={SPANS.map(value => ({ value, label: m.invite.minutes(value) }))}
        onChange={setMinutes}
        disabled={making}
      />
      <p className={css.grants}>{m.invite.grants(space.name, role)}</p>
      {error !== null && (
        <p className={field.error} role="alert">
          {error}
        </p>
      )}
      <SheetEnds>
        <Button look="primary" type="submit" disabled={making} data-testid="invite-make">
          {making ? m.invite.making : m.invite.make}
        </Button>
      </SheetEnds>
    </form>
  )
}

interface TicketProps {
  invitation: Invitation
  grants: string
  onClose: () => void
  onAgain: () => void
}

function Ticket({ invitation, grants, onClose, onAgain }: TicketProps) {
  const left = useTimeLeft(invitation.expiresAtMs)
  const text = useRef<HTMLTextAreaElement>(null)
  // The button that had the focus is gone; the ticket is what comes next, selected for copying.
  useEffect(() => text.current?.focus(), [])
  return (
    <>
      <div className={field.field}>
        <label className={field.label} htmlFor="ticket">
          {m.invite.ready}
        </label>
        <textarea
          ref={text}
          id="ticket"
          data-testid="ticket-text"
          className={`${field.input} ${field.code} ${css.ticket}`}
          readOnly
          value={invitation.ticket}
          onFocus={event => event.target.select()}
        />
      </div>
      <p className={css.grants}>{left > 0 ? `${grants} ${m.invite.keepOpen}` : m.invite.over}</p>
      <SheetEnds note={left > 0 ? m.invite.open(span(left)) : undefined}>
        {left > 0 ? (
          <CopyButton text={invitation.ticket} look="primary" />
        ) : (
          <Button look="primary" onClick={onAgain}>
            {m.invite.make}
          </Button>
        )}
        <Button look="line" onClick={onClose}>
          {m.menu.close}
        </Button>
      </SheetEnds>
    </>
  )
}
