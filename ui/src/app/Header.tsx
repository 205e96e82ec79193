import { Menu } from '@base-ui/react/menu'
import {
  Check,
  FolderOutput,
  Laptop,
  Moon,
  MoreVertical,
  PanelLeft,
  Plug,
  Settings,
  Sun,
  Ticket,
  Unplug,
} from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button } from '../shared/Button'
import { m } from '../shared/messages'
import popup from '../shared/Popup.module.css'
import { Tip } from '../shared/Tip'
import css from './Header.module.css'
import { settings, type Theme } from './settings'

interface Props {
  listHidden: boolean
  onToggleList: () => void
  offline: boolean
  onOffline: (offline: boolean) => void
  onInvite: () => void
  onJoin: () => void
  onAddPeer: () => void
  /** Missing where there is no note, or it may not be moved. */
  onMove: (() => void) | null
  onSettings: () => void
  /** The menu is gone without having opened anything: the caret goes back. */
  onClosed: () => void
  /** Who is here. */
  children: ReactNode
}

export function Header({ listHidden, onToggleList, onInvite, children, ...menu }: Props) {
  const toggle = listHidden ? m.list.show : m.list.hide
  return (
    <header className={css.bar}>
      <Tip text={toggle}>
        <Button
          look="icon"
          aria-label={toggle}
          aria-expanded={!listHidden}
          aria-controls="notes"
          aria-keyshortcuts="Control+Backslash"
          // The caret stays where it is.
          onMouseDown={event => event.preventDefault()}
          onClick={onToggleList}
        >
          <PanelLeft size={16} aria-hidden />
        </Button>
      </Tip>
      <div className={css.who}>{children}</div>
      <Button look="line" onClick={onInvite} data-testid="invite">
        {m.invite.action}
      </Button>
      <More {...menu} />
    </header>
  )
}

const THEMES: { value: Theme; label: string; icon: ReactNode }[] = [
  { value: 'system', label: m.menu.system, icon: <Laptop size={16} aria-hidden /> },
  { value: 'light', label: m.menu.light, icon: <Sun size={16} aria-hidden /> },
  { value: 'dark', label: m.menu.dark, icon: <Moon size={16} aria-hidden /> },
]

type MoreProps = Pick<
  Props,
  'offline' | 'onOffline' | 'onJoin' | 'onAddPeer' | 'onMove' | 'onSettings' | 'onClosed'
>

function More({ offline, onOffline, onJoin, onAddPeer, onMove, onSettings, onClosed }: MoreProps) {
  const [theme, setTheme] = useState(settings.theme)
  // Inside the header: what stands in no landmark is not found by those who go from one to the next.
  const [place, setPlace] = useState<HTMLElement | null>(null)
  const choose = (next: Theme) => {
    settings.setTheme(next)
    setTheme(next)
  }
  return (
    <>
      <div ref={setPlace} className={popup.place} />
      <Menu.Root onOpenChangeComplete={open => open || onClosed()}>
        <Menu.Trigger
          render={
            <Button look="icon" aria-label={m.menu.label} data-testid="menu">
              <MoreVertical size={16} aria-hidden />
            </Button>
          }
        />
        <Menu.Portal container={place}>
          <Menu.Positioner align="end" sideOffset={6} className={popup.layer}>
            <Menu.Popup className={popup.menu} finalFocus={false}>
              {onMove !== null && (
                <Menu.Item className={popup.item} onClick={onMove} data-testid="move-open">
                  <FolderOutput size={16} aria-hidden />
                  {m.move.action}
                </Menu.Item>
              )}
              <Menu.Item className={popup.item} onClick={onJoin} data-testid="join-open">
                <Ticket size={16} aria-hidden />
                {m.menu.join}
              </Menu.Item>
              <Menu.Item className={popup.item} onClick={onAddPeer}>
                <Plug size={16} aria-hidden />
                {m.menu.addPeer}
              </Menu.Item>
              <Menu.CheckboxItem
                className={popup.item}
                checked={offline}
                onCheckedChange={onOffline}
                closeOnClick
              >
                <Unplug size={16} aria-hidden />
                {m.menu.offline}
                <Menu.CheckboxItemIndicator className={popup.end}>
                  <Check size={15} aria-hidden />
                </Menu.CheckboxItemIndicator>
              </Menu.CheckboxItem>
              <Menu.Item className={popup.item} onClick={onSettings} data-testid="settings-open">
                <Settings size={16} aria-hidden />
                {m.menu.settings}
              </Menu.Item>
              <Menu.Separator className={popup.rule} />
              <Menu.RadioGroup value={theme} onValueChange={next => choose(next as Theme)}>
                <Menu.GroupLabel className={popup.group}>{m.menu.theme}</Menu.GroupLabel>
                {THEMES.map(({ value, label, icon }) => (
                  <Menu.RadioItem key={value} value={value} className={popup.item} closeOnClick>
                    {icon}
                    {label}
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
