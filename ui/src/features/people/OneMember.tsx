import { useState } from 'react'
import type { MemberRow, Role } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import { Choices } from '../../shared/Choices'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import { deviceLabel } from '../../shared/names'
import { reason } from '../../shared/reason'
import { SheetEnds } from '../../shared/Sheet'

interface Props {
  member: MemberRow
  /** Rejected with a sentence where it cannot be changed. */
  onRole: (role: Role | null) => Promise<void>
  /** Removing asks once more. */
  removing: boolean
  onRemoving: (removing: boolean) => void
  onDone: () => void
}

const ROLES: readonly Role[] = ['owner', 'editor', 'viewer']

/** What another device may do: another right, or none. */
export function OneMember({ member, onRole, removing, onRemoving, onDone }: Props) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const change = async (role: Role | null, done?: () => void) => {
    setBusy(true)
    setError(null)
    try {
      await onRole(role)
      done?.()
    } catch (failure) {
      setError(m.members.failed(reason(failure)))
    } finally {
      setBusy(false)
    }
  }
  const said = (
    <output className={field.error} role="alert">
      {error}
    </output>
  )
  if (removing) {
    return (
      <>
        {said}
        <SheetEnds>
          <Button look="line" onClick={() => onRemoving(false)} disabled={busy}>
            {m.members.keep}
          </Button>
          <Button
            look="primary"
            onClick={() => void change(null, onDone)}
            disabled={busy}
            data-testid="member-remove-sure"
          >
            {m.members.remove}
          </Button>
        </SheetEnds>
      </>
    )
  }
  return (
    <>
      <Choices
        label={m.members.may(deviceLabel(member))}
        value={member.role ?? 'viewer'}
        options={ROLES.map(value => ({ value, label: m.members.role[value] }))}
        onChange={role => void change(role)}
        disabled={busy}
      />
      {said}
      <SheetEnds>
        <Button look="line" onClick={() => onRemoving(true)} disabled={busy} data-testid="member-remove">
          {m.members.removing}
        </Button>
        <Button look="primary" onClick={onDone}>
          {m.nearbyInvite.done}
        </Button>
      </SheetEnds>
    </>
  )
}
