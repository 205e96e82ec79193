import { Menu } from '@base-ui/react/menu'
import { Check, ChevronDown, Laptop, LogOut, Pencil, Plus, Unplug, Users } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { SpaceTask } from '../features/spaces/SpaceSheet'
import { Elsewhere } from '../features/status/Elsewhere'
import type { MemberRow, NoteRow, SpaceRow } from '../ipc/backend'
import { Mark } from '../shared/Mark'
import { m } from '../shared/messages'
import popup from '../shared/Popup.module.css'
import { mayWrite } from './mayWrite'
import css from './Sidebar.module.css'
import type { OpenNote } from './WindowModel'

interface Props {
  spaces: SpaceRow[]
  space: SpaceRow
  onSpace: (id: string) => void
  onTask: (task: SpaceTask) => void
  onMembers: () => void
  onLeave: () => void
  /** The menu is gone without having opened anything: the caret goes back. */
  onMenuClosed: () => void
  members: MemberRow[]
  rows: NoteRow[]
  /** The open note. */
  open: OpenNote | null
  offline: boolean
  /** Somebody nearby invites. */
  invited: boolean
  hidden: boolean
  /** The list of notes. */
  children: ReactNode
}

export function Sidebar(props: Props) {
  const { space, members, rows, offline, invited, hidden, children } = props
  const open = props.open && { id: props.open.id, replica: props.open.session.replica }
  return (
    <nav id="notes" className={css.side} aria-label={m.list.label} hidden={hidden}>
      <SpaceName {...props} />
      {children}
      <footer className={css.foot}>
        {offline ? <Unplug size={15} aria-hidden /> : <Laptop size={15} aria-hidden />}
        <p>{invited && !offline ? m.nearby.invites : nearby(space, members, offline)}</p>
        {space.role !== null && shared(members) && <Elsewhere rows={rows} open={open} />}
      </footer>
    </nav>
  )
}

/** Whether somebody else may hold what is written here. */
function shared(members: MemberRow[]): boolean {
  return members.some(({ self, role }) => !self && role !== null)
}

/** How many other devices can be reached; never a promise about any note. */
function nearby({ role, left }: SpaceRow, members: MemberRow[], offline: boolean): string {
  if (role === null) return left ? m.nearby.left : m.nearby.out
  if (offline) return m.nearby.offline
  const others = members.filter(({ self, role }) => !self && role !== null)
  const online = others.filter(other => other.online).length
  if (others.length === 0) return m.nearby.alone
  return online === 0 ? m.nearby.nobody : m.nearby.some(online)
}

type SpaceNameProps = Pick<
  Props,
  'spaces' | 'space' | 'onSpace' | 'onTask' | 'onMembers' | 'onLeave' | 'onMenuClosed'
>

function SpaceName({ spaces, space, onSpace, onTask, onMembers, onLeave, onMenuClosed }: SpaceNameProps) {
  const [place, setPlace] = useState<HTMLElement | null>(null)
  return (
    <>
      <div ref={setPlace} className={popup.place} />
      <Menu.Root onOpenChangeComplete={open => open || onMenuClosed()}>
        <h1>
          <Menu.Trigger
            className={css.space}
            aria-label={`${m.list.space}: ${space.name}`}
            data-testid="space-menu"
          >
            <span className={css.mark}>
              <Mark />
            </span>
            <b>{space.name}</b>
            <ChevronDown size={16} className={css.down} aria-hidden />
          </Menu.Trigger>
        </h1>
        <Menu.Portal container={place}>
          <Menu.Positioner align="start" sideOffset={4} className={popup.layer}>
            <Menu.Popup className={popup.menu} finalFocus={false}>
              <Menu.RadioGroup value={space.id} onValueChange={id => onSpace(id as string)}>
                {spaces.map(each => (
                  <Menu.RadioItem key={each.id} value={each.id} className={popup.item} closeOnClick>
                    {each.name}
                    {each.role === null && (
                      <span className={css.out}>{each.left ? m.leave.left : m.leave.removed}</span>
                    )}
                    <Menu.RadioItemIndicator className={popup.end}>
                      <Check size={15} aria-hidden />
                    </Menu.RadioItemIndicator>
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
              <Menu.Separator className={popup.rule} />
              <Menu.Item className={popup.item} onClick={onMembers} data-testid="members-open">
                <Users size={16} aria-hidden />
                {m.members.action}
              </Menu.Item>
              <Menu.Item className={popup.item} onClick={() => onTask('new')}>
                <Plus size={16} aria-hidden />
                {m.space.make}
              </Menu.Item>
              {mayWrite(space) && (
                <Menu.Item className={popup.item} onClick={() => onTask('rename')}>
                  <Pencil size={16} aria-hidden />
                  {m.space.rename}
                </Menu.Item>
              )}
              {space.role !== null && (
                <Menu.Item className={popup.item} onClick={onLeave} data-testid="leave-open">
                  <LogOut size={16} aria-hidden />
                  {m.leave.action}
                </Menu.Item>
              )}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </>
  )
}
