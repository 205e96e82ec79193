import type { Background } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import { Sheet, SheetEnds } from '../../shared/Sheet'
import { Toggle } from '../../shared/Toggle'
import { KeySection } from './KeySection'
import { type BackgroundBackend, useBackground } from './useBackground'
import type { KeySource } from './useKey'

interface Props {
  open: boolean
  backend: BackgroundBackend & KeySource
  onClose: () => void
  onClosed: () => void
}

/** What Skein does while its window is closed, and where its key lies. */
export function SettingsSheet({ open, backend, onClose, onClosed }: Props) {
  return (
    <Sheet
      open={open}
      onClose={onClose}
      onClosed={onClosed}
      title={m.settings.title}
      intro={m.settings.intro}
    >
      {open && (
        <>
          <Switches backend={backend} />
          <KeySection backend={backend} />
        </>
      )}
      <SheetEnds>
        <Button look="primary" onClick={onClose}>
          {m.settings.done}
        </Button>
      </SheetEnds>
    </Sheet>
  )
}

function Switches({ backend }: { backend: BackgroundBackend }) {
  const { now, error, setKeepSyncing, setAtLogin } = useBackground(backend)
  return (
    <>
      {now !== null && (
        <>
          <Toggle
            label={m.settings.keepSyncing}
            detail={keepDetail(now)}
            checked={now.keepSyncing}
            disabled={!now.tray}
            onChange={keep => void setKeepSyncing(keep)}
            data-testid="keep-syncing"
          />
          <Toggle
            label={m.settings.atLogin}
            detail={loginDetail(now)}
            checked={now.atLogin === true}
            disabled={now.atLogin === null}
            onChange={on => void setAtLogin(on)}
            data-testid="at-login"
          />
        </>
      )}
      <output className={field.error} role="alert">
        {error !== null && m.settings.failed(error)}
      </output>
    </>
  )
}

function keepDetail({ tray, keepSyncing }: Background): string {
  if (!tray) return m.settings.noTray
  return keepSyncing ? m.settings.stays : m.settings.quits
}

function loginDetail({ tray, atLogin }: Background): string {
  if (atLogin === null) return m.settings.noLogin
  return tray ? m.settings.startsHidden : m.settings.startsShown
}
