import { useRef, useState } from 'react'
import type { MemberRow, Role, SpaceRow } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import { m } from '../../shared/messages'
import { deviceLabel } from '../../shared/names'
import { OneField } from '../../shared/OneField'
import { Sheet, SheetEnds } from '../../shared/Sheet'
import { shortWhen } from '../../shared/time'
import css from './MembersSheet.module.css'
import { OneMember } from './OneMember'

interface Props {
  open: boolean
  space: SpaceRow
  members: MemberRow[]
  offline: boolean
  onInvite: () => void
  /** Rejected with a sentence where it cannot be changed. */
  onRole: (device: string, role: Role | null) => Promise<void>
  /** Becomes an owner by the key on paper. Rejected with a sentence where it does not fit. */
  onRecover: (key: string) => Promise<void>
  onClose: () => void
  onClosed: () => void
}

/** Who is in the space, with what right, and whether they can be reached now. */
export function MembersSheet(props: Props) {
  const { open, space, members, offline, onInvite, onRole, onRecover, onClose, onClosed } = props
  const [chosen, setChosen] = useState<{ device: string; removing: boolean } | null>(null)
  const one = members.find(({ device }) => device === chosen?.device)
  const isOwner = space.role === 'owner'
  const [recovering, setRecovering] = useState(false)
  const key = useRef<HTMLInputElement>(null)
  const closed = () => {
    setChosen(null)
    setRecovering(false)
    onClosed()
  }
  if (chosen !== null && one !== undefined && isOwner) {
    return (
      <Sheet
        open={open}
        onClose={onClose}
        onClosed={closed}
        title={chosen.removing ? m.members.removeTitle(deviceLabel(one)) : deviceLabel(one)}
        intro={chosen.removing ? m.members.removeIntro(space.name) : m.members.follows}
      >
        <OneMember
          member={one}
          onRole={role => onRole(one.device, role)}
          removing={chosen.removing}
          onRemoving={removing => setChosen({ device: one.device, removing })}
          onDone={() => setChosen(null)}
        />
      </Sheet>
    )
  }
  if (recovering) {
    return (
      <Sheet
        open={open}
        onClose={onClose}
        onClosed={closed}
        title={m.recovery.typeTitle}
        intro={m.recovery.typeIntro(space.name)}
      >
        <OneField
          ref={key}
          id="recovery"
          label={m.recovery.key}
          placeholder={m.recovery.placeholder}
          empty={m.recovery.empty}
          failed={m.recovery.failed}
          action={m.recovery.action}
          spellCheck={false}
          onText={onRecover}
          onClose={onClose}
        />
      </Sheet>
    )
  }
  const inside = members.filter(({ role }) => role !== null)
  const others = inside.filter(({ self }) => !self)
  const know = others.filter(({ knows }) => knows).length
  const sorted = inside.toSorted(
    (a, b) => order(a) - order(b) || deviceLabel(a).localeCompare(deviceLabel(b)),
  )
  return (
    <Sheet
      open={open}
      onClose={onClose}
      onClosed={closed}
      title={m.members.title(space.name)}
      intro={introOf(space, inside.length)}
    >
      <ul className={css.list}>
        {sorted.map(one => (
          <li key={one.device} className={css.one}>
            <span className={css.who}>
              {deviceLabel(one)}
              {one.self && <span className={css.me}> · {m.members.me}</span>}
            </span>
            <span className={css.role}>
              {one.role !== null && m.members.role[one.role]}
              {isOwner && !one.self && (
                <Button
                  look="line"
                  className={css.change}
                  data-testid="member-change"
                  aria-label={m.members.changes(deviceLabel(one))}
                  onClick={() => setChosen({ device: one.device, removing: false })}
                >
                  {m.members.change}
                </Button>
              )}
            </span>
            <span className={css.when} data-here={one.online || undefined}>
              {one.self ? '' : heard(one, offline)}
            </span>
          </li>
        ))}
      </ul>
      {space.role !== null && know < others.length && members.some(({ role }) => role === null) && (
        <p className={css.behind}>{m.members.know(know, others.length)}</p>
      )}
      {space.ownerless && space.role !== null && (
        <p className={css.behind} data-testid="ownerless">
          {m.members.ownerless(space.recoverable === true)}
        </p>
      )}
      <SheetEnds>
        {space.recoverable && !isOwner && (
          <Button look="line" onClick={() => setRecovering(true)} data-testid="recover">
            {m.recovery.use}
          </Button>
        )}
        {isOwner && (
          <Button look="line" onClick={onInvite}>
            {m.invite.action}
          </Button>
        )}
        <Button look="primary" onClick={onClose}>
          {m.nearbyInvite.done}
        </Button>
      </SheetEnds>
    </Sheet>
  )
}

function introOf({ role, left }: SpaceRow, devices: number): string {
  if (role !== null) return m.members.intro(devices)
  return left ? m.members.left : m.members.out
}

/** This device first, then who is here. */
function order({ self, online }: MemberRow): number {
  if (self) return 0
  return online ? 1 : 2
}

function heard({ online, lastSeenMs }: MemberRow, offline: boolean): string {
  if (online && !offline) return m.members.here
  if (lastSeenMs === null) return m.members.unheard
  return m.members.heard(shortWhen(lastSeenMs, Date.now(), m.list.now))
}
