import { Menu } from '@base-ui/react/menu'
import { Check, ChevronDown, Laptop, Unplug } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { MemberRow, SpaceRow } from '../ipc/backend'
import { Mark } from '../shared/Mark'
import { m } from '../shared/messages'
import popup from '../shared/Popup.module.css'
import css from './Sidebar.module.css'

interface Props {
  spaces: SpaceRow[]
  space: SpaceRow
  onSpace: (id: string) => void
  members: MemberRow[]
  offline: boolean
  /** Somebody nearby invites. */
  invited: boolean
  hidden: boolean
  /** The list of notes. */
  children: ReactNode
}

export function Sidebar({ spaces, space, onSpace, members, offline, invited, hidden, children }: Props) {
  return (
    <nav id="notes" className={css.side} aria-label={m.list.label} hidden={hidden}>
      <SpaceName spaces={spaces} space={space} onSpace={onSpace} />
      {children}
      <p className={css.foot}>
        {offline ? <Unplug size={15} aria-hidden /> : <Laptop size={15} aria-hidden />}
        {invited && !offline ? m.nearby.invites : nearby(members, offline)}
      </p>
    </nav>
  )
}

/** How many other devices can be reached; never a promise about any note. */
function nearby(members: MemberRow[], offline: boolean): string {
  if (offline) return m.nearby.offline
  const others = members.filter(({ self, role }) => !self && role !== null)
  const online = others.filter(other => other.online).length
  if (others.length === 0) return m.nearby.alone
  return online === 0 ? m.nearby.nobody : m.nearby.some(online)
}

function SpaceName({ spaces, space, onSpace }: Pick<Props, 'spaces' | 'space' | 'onSpace'>) {
  const [place, setPlace] = useState<HTMLElement | null>(null)
  const name = (
    <>
      <span className={css.mark}>
        <Mark />
      </span>
      <b>{space.name}</b>
    </>
  )
  // With one space there is nothing to choose.
  if (spaces.length < 2) return <h1 className={css.space}>{name}</h1>
  return (
    <>
      <div ref={setPlace} className={popup.place} />
      <Menu.Root>
        <h1>
          <Menu.Trigger className={css.space} aria-label={`${m.list.space}: ${space.name}`}>
            {name}
            <ChevronDown size={16} className={css.down} aria-hidden />
          </Menu.Trigger>
        </h1>
        <Menu.Portal container={place}>
          <Menu.Positioner align="start" sideOffset={4} className={popup.layer}>
            <Menu.Popup className={popup.menu}>
              <Menu.RadioGroup value={space.id} onValueChange={id => onSpace(id as string)}>
                {spaces.map(each => (
                  <Menu.RadioItem key={each.id} value={each.id} className={popup.item} closeOnClick>
                    {each.name}
                    <Menu.RadioItemIndicator className={popup.end}>
                      <Check size={15} aria-hidden />
                    </Menu.RadioItemIndicator>
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </>
  )
}
