import { useEffect, useRef, useState } from 'react'
import type { Backend, Giving, Inviting, LeftOut, Role, SpaceRow } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import { Choices } from '../../shared/Choices'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import { deviceLabel } from '../../shared/names'
import { reason } from '../../shared/reason'
import { Sheet, SheetEnds } from '../../shared/Sheet'
import { Toggle } from '../../shared/Toggle'
import { span } from '../../shared/time'
import { Pictures } from './Pictures'
import css from './Pictures.module.css'
import { useTimeLeft } from './useTimeLeft'

const ROLES = [
  { value: 'editor', label: m.invite.editor },
  { value: 'viewer', label: m.invite.viewer },
  { value: 'owner', label: m.invite.owner },
] as const satisfies { value: Role; label: string }[]

export type Invites = Pick<Backend, 'openInvitation' | 'openOwnInvitation' | 'pickRow' | 'closeInvitation'>

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
          : inviting.state === 'waiting' && inviting.giving.gives === 'own'
            ? m.own.title
            : m.invite.title(space.name)
  return (
    <Sheet
      open={open}
      onClose={close}
      onClosed={onClosed}
      title={title}
      intro={asked ? grants(space, asked.giving) : done ? undefined : m.nearbyInvite.intro(props.me)}
    >
      {open && <Stage {...props} onClose={close} />}
    </Sheet>
  )
}

/** What the pick gives. */
function grants(space: SpaceRow, giving: Giving): string {
  return giving.gives === 'own' ? m.own.row(giving.spaces) : m.invite.grantsRow(space.name, giving.role)
}

/** Whom the person invites: somebody as something, or their own other device. */
type Whom = Role | 'own'

function Stage({ space, inviting, backend, onTicket, onClose }: Props) {
  const [role, setRole] = useState<Role>('editor')
  const [own, setOwn] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const invite = (whom: Whom) => {
    if (whom !== 'own') setRole(whom)
    setOwn(whom === 'own')
    setError(null)
    const opened = whom === 'own' ? backend.openOwnInvitation() : backend.openInvitation(space.id, whom)
    opened.catch((failure: unknown) => setError(m.nearbyInvite.failed(reason(failure))))
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
        <p className={css.said}>
          {inviting.giving.gives === 'own'
            ? m.own.can(inviting.giving.spaces)
            : m.nearbyInvite.can(space.name, inviting.giving.role)}
        </p>
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
          <Button look="primary" onClick={() => invite(own ? 'own' : role)}>
            {m.nearbyInvite.again}
          </Button>
        </SheetEnds>
      </>
    )
  return (
    <>
      {!own && <Choices label={m.invite.role} value={role} options={ROLES} onChange={invite} />}
      <Toggle
        label={m.own.switch}
        detail={m.own.detail}
        checked={own}
        onChange={on => invite(on ? 'own' : role)}
        data-testid="invite-own"
      />
      {inviting.state === 'waiting' && inviting.giving.gives === 'own' && <Own giving={inviting.giving} />}
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

function Own({ giving: { spaces, leftOut } }: { giving: Giving & { gives: 'own' } }) {
  const left = (why: LeftOut['why']) => leftOut.filter(each => each.why === why).map(({ name }) => name)
  const [foreign, more] = [left('not_owner'), left('too_much')]
  return (
    <div className={css.own} data-testid="own-spaces">
      <p>{m.own.spaces(spaces)}</p>
      {foreign.length > 0 && <p>{m.own.notOwner(foreign)}</p>}
      {more.length > 0 && <p>{m.own.tooMuch(more)}</p>}
    </div>
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
