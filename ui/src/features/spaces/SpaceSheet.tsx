import { useRef } from 'react'
import { m } from '../../shared/messages'
import { OneField } from '../../shared/OneField'
import { Sheet } from '../../shared/Sheet'

/** Making a space, or giving the present one another name. */
export type SpaceTask = 'new' | 'rename'

interface Props {
  open: boolean
  /** It stays while the sheet fades out. */
  task: SpaceTask
  /** What the present space is called. */
  name: string
  /** Rejected with a sentence where the name does not do. */
  onName: (name: string) => Promise<void>
  onClose: () => void
  onClosed: () => void
}

export function SpaceSheet({ open, task, name, onName, onClose, onClosed }: Props) {
  const before = task === 'rename' ? name : ''
  const first = useRef<HTMLInputElement>(null)
  return (
    <Sheet
      open={open}
      onClose={onClose}
      onClosed={onClosed}
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
          onText={async text => {
            if (text !== before) await onName(text)
          }}
          onClose={onClose}
        />
      )}
    </Sheet>
  )
}
