import type { MemberRow, SpaceRow } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import { m } from '../../shared/messages'
import { deviceLabel } from '../../shared/names'
import { Sheet, SheetEnds } from '../../shared/Sheet'
import { shortWhen } from '../../shared/time'
import css from './MembersSheet.module.css'

interface Props {
  open: boolean
  space: SpaceRow
  members: MemberRow[]
  offline: boolean
  onInvite: () => void
  onClose: () => void
  onClosed: () => void
}

/** Who is in the space, with what right, and whether they can be reached now. */
export function MembersSheet({ open, space, members, offline, onInvite, onClose, onClosed }: Props) {
  const inside = members.filter(({ role }) => role !== null)
  const sorted = inside.toSorted(
    (a, b) => order(a) - order(b) || deviceLabel(a).localeCompare(deviceLabel(b)),
  )
  return (
    <Sheet
      open={open}
      onClose={onClose}
      onClosed={onClosed}
      title={m.members.title(space.name)}
      intro={m.members.intro(inside.length)}
    >
      <ul className={css.list}>
        {sorted.map(one => (
          <li key={one.device} className={css.one}>
            <span className={css.who}>
              {deviceLabel(one)}
              {one.self && <span className={css.me}> · {m.members.me}</span>}
            </span>
            <span className={css.role}>{one.role !== null && m.members.role[one.role]}</span>
            <span className={css.when} data-here={one.online || undefined}>
              {one.self ? '' : heard(one, offline)}
            </span>
          </li>
        ))}
      </ul>
      <SheetEnds>
        {space.role === 'owner' && (
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
