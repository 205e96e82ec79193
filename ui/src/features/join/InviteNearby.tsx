import { useEffect, useRef, useState } from 'react'
import type { Backend, Inviting, Role, SpaceRow } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import { Choices } from '../../shared/Choices'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import { deviceLabel } from '../../shared/names'
import { reason } from '../../shared/reason'
import { Sheet, SheetEnds } from '../../shared/Sheet'
import { span } from '../../shared/time'
import { Pictures } from './Pictures'
import css from './Pictures.module.css'
import { useTimeLeft } from './useTimeLeft'

const ROLES = [
  { value: 'editor', label: m.invite.editor },
  { value: 'viewer', label: m.invite.viewer },
  { value: 'owner', label: m.invite.owner },
] as const satisfies { value: Role; label: string }[]

export type Invites = Pick<Backend, 'openInvitation' | 'pickRow' | 'closeInvitation'>

interface Props {
  open: boolean
  space: SpaceRow
  /** How this device is called on the other screen. */
  me: string
  inviting: Inviting
  backend: Invites
  onTicket: () => void
  onClose: () => void
  onClosed: () => void
}

/** Inviting somebody nearby. The invitation is open while the sheet is: who closes it lets nobody in any more. */
export function InviteNearby(props: Props) {
  const { open, space, inviting, backend, onClose, onClosed } = props
  const asked = inviting.state === 'asking' ? inviting : null
  const done = inviting.state === 'joined' || inviting.state === 'over'
  const close = () => {
    void backend.closeInvitation()
    onClose()
  }
  const title =
    asked !== null
      ? m.nearbyInvite.which(deviceLabel(asked))
      : inviting.state === 'joined'
        ? m.nearbyInvite.joined(deviceLabel(inviting))
        : inviting.state === 'over'
          ? m.nearbyInvite.over
          : m.invite.title(space.name)
  return (
    <Sheet
      open={open}
      onClose={close}
      onClosed={onClosed}
      title={title}
      intro={
        asked ? m.invite.grantsRow(space.name, asked.role) : done ? undefined : m.nearbyInvite.intro(props.me)
      }
    >
      {open && <Stage {...props} onClose={close} />}
    </Sheet>
  )
}

function Stage({ space, inviting, backend, onTicket, onClose }: Props) {
  const [role, setRole] = useState<Role>('editor')
  const [error, setError] = useState<string | null>(null)
  const invite = (as: Role) => {
    setRole(as)
    setError(null)
    backend
      .openInvitation(space.id, as)
      .catch((failure: unknown) => setError(m.nearbyInvite.failed(reason(failure))))
  }
  // The press that opened the sheet opens the invitation.
  const begun = useRef(false)
  useEffect(() => {
    if (begun.current) return
    begun.current = true
    invite('editor')
  })

  if (inviting.state === 'asking') return <Question asked={inviting} backend={backend} />
  if (inviting.state === 'joined')
    return (
      <>
        <p className={css.said}>{m.nearbyInvite.can(space.name, role)}</p>
        <SheetEnds>
          <Button look="primary" onClick={onClose} data-testid="invite-done">
            {m.nearbyInvite.done}
          </Button>
        </SheetEnds>
      </>
    )
  const over = inviting.state === 'over' ? m.nearbyInvite.sentence(inviting.message) : null
  const trouble = error ?? over
  if (trouble !== null)
    return (
      <>
        <p className={css.said} role="alert">
          {trouble}
        </p>
        <SheetEnds>
          <Button look="line" onClick={onTicket}>
            {m.nearbyInvite.ticket}
          </Button>
          <Button look="primary" onClick={() => invite(role)}>
            {m.nearbyInvite.again}
          </Button>
        </SheetEnds>
      </>
    )
  return (
    <>
      <Choices label={m.invite.role} value={role} options={ROLES} onChange={invite} />
      <output className={css.said}>
        {inviting.state === 'waiting' && inviting.missed !== null
          ? m.nearbyInvite.missed[inviting.missed]
          : m.nearbyInvite.waiting}
      </output>
      <SheetEnds note={inviting.state === 'waiting' ? <Left until={inviting.closesAtMs} /> : undefined}>
        <Button look="line" onClick={onTicket} data-testid="invite-ticket">
          {m.nearbyInvite.ticket}
        </Button>
      </SheetEnds>
    </>
  )
}

function Left({ until }: { until: number }) {
  return m.nearbyInvite.open(span(useTimeLeft(until)))
}

function Question({ asked, backend }: { asked: Inviting & { state: 'asking' }; backend: Invites }) {
  const [picked, setPicked] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const pick = (row: number | null) => {
    setPicked(true)
    backend
      .pickRow(asked.question, row)
      .catch((failure: unknown) => setError(m.nearbyInvite.sentence(reason(failure))))
  }
  return (
    <>
      <fieldset className={css.choices} aria-label={m.nearbyInvite.rows}>
        {asked.rows.map((row, place) => (
          <button
            // The rows of one question never change.
            key={row.map(({ name }) => name).join(' ')}
            type="button"
            className={css.choice}
            disabled={picked}
            onClick={() => pick(place)}
            aria-label={row.map(({ name }) => name).join(', ')}
            data-testid="picture-row"
          >
            <Pictures pictures={row} />
          </button>
        ))}
      </fieldset>
      {error !== null && (
        <p className={field.error} role="alert">
          {error}
        </p>
      )}
      <SheetEnds>
        <Button look="line" disabled={picked} onClick={() => pick(null)} data-testid="picture-none">
          {m.nearbyInvite.none}
        </Button>
      </SheetEnds>
    </>
  )
}
