import { useRef, useState } from 'react'
import { m } from '../../shared/messages'
import { OneField } from '../../shared/OneField'
import { Sheet } from '../../shared/Sheet'
import { Toggle } from '../../shared/Toggle'
import { RecoveryKey } from './RecoveryKey'

/** Making a space, or giving the present one another name. */
export type SpaceTask = 'new' | 'rename'

interface Props {
  open: boolean
  /** It stays while the sheet fades out. */
  task: SpaceTask
  /** What the present space is called. */
  name: string
  /** Makes a space; its recovery key where one was wanted. Rejected with a sentence where the name does not do. */
  onNew: (name: string, recovery: boolean) => Promise<string | null>
  /** Rejected with a sentence where the name does not do. */
  onRename: (name: string) => Promise<void>
  onClose: () => void
  onClosed: () => void
}

export function SpaceSheet({ open, task, name, onNew, onRename, onClose, onClosed }: Props) {
  const before = task === 'rename' ? name : ''
  const first = useRef<HTMLInputElement>(null)
  const [recovery, setRecovery] = useState(false)
  const [made, setMade] = useState<{ name: string; key: string } | null>(null)
  const [warned, setWarned] = useState(false)
  const closed = () => {
    setRecovery(false)
    setMade(null)
    setWarned(false)
    onClosed()
  }
  if (made !== null)
    return (
      <Sheet
        open={open}
        // It is not lost by a stray key or click.
        onClose={() => setWarned(true)}
        onClosed={closed}
        title={m.recovery.title}
        intro={m.recovery.intro}
      >
        <RecoveryKey space={made.name} text={made.key} warned={warned} onKept={onClose} />
      </Sheet>
    )
  const named = async (text: string) => {
    if (task === 'rename') {
      if (text !== before) await onRename(text)
      return
    }
    const key = await onNew(text, recovery)
    if (key === null) return
    setMade({ name: text, key })
    return 'stay'
  }
  return (
    <Sheet
      open={open}
      onClose={onClose}
      onClosed={closed}
      title={m.space.title[task]}
      intro={m.space.intro[task]}
      initialFocus={first}
    >
      {open && (
        <OneField
          ref={first}
          id="space-name"
          label={m.space.name}
          placeholder={m.space.placeholder}
          initial={before}
          empty={m.space.empty}
          failed={m.space.failed}
          action={m.space.action[task]}
          onText={named}
          onClose={onClose}
        >
          {task === 'new' && (
            <Toggle
              label={m.recovery.wanted}
              detail={m.recovery.meaning}
              checked={recovery}
              onChange={setRecovery}
              data-testid="recovery-wanted"
            />
          )}
        </OneField>
      )}
    </Sheet>
  )
}
