import { useState } from 'react'
import type { Invitation, MemberRow, Role, SpaceRow, TicketFiles } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import { Choices } from '../../shared/Choices'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import { deviceLabel } from '../../shared/names'
import { reason } from '../../shared/reason'
import { Sheet, SheetEnds } from '../../shared/Sheet'
import css from './Ticket.module.css'
import { TicketMade } from './TicketMade'

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
  save: TicketFiles['saveTicket']
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

function TicketMaker({ space, invite, save, onClose }: Props) {
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
      <TicketMade
        invitation={made}
        grants={m.invite.grants(space.name, role)}
        save={save}
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
