import { useRef, useState } from 'react'
import { Button } from '../../shared/Button'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import { reason } from '../../shared/reason'
import { Sheet, SheetEnds } from '../../shared/Sheet'

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
        <NameForm
          ref={first}
          task={task}
          name={task === 'rename' ? name : ''}
          onName={onName}
          onClose={onClose}
        />
      )}
    </Sheet>
  )
}

interface FormProps extends Pick<Props, 'task' | 'name' | 'onName' | 'onClose'> {
  ref: React.RefObject<HTMLInputElement | null>
}

function NameForm({ ref, task, name: before, onName, onClose }: FormProps) {
  const [name, setName] = useState(before)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)

  const submit = async () => {
    if (name.trim() === '') return setError(m.space.empty)
    if (name.trim() === before) return onClose()
    setBusy(true)
    setError(null)
    try {
      await onName(name.trim())
      onClose()
    } catch (failure) {
      setError(m.space.failed(reason(failure)))
      setBusy(false)
      ref.current?.focus()
    }
  }

  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        void submit()
      }}
    >
      <div className={field.field}>
        <label className={field.label} htmlFor="space-name">
          {m.space.name}
        </label>
        <input
          ref={ref}
          id="space-name"
          data-testid="space-name"
          className={field.input}
          autoComplete="off"
          placeholder={m.space.placeholder}
          value={name}
          readOnly={busy}
          aria-invalid={error !== null || undefined}
          aria-describedby={error !== null ? 'space-error' : undefined}
          onFocus={event => event.target.select()}
          onChange={event => {
            setName(event.target.value)
            setError(null)
          }}
        />
        {error !== null && (
          <p className={field.error} id="space-error" role="alert">
            {error}
          </p>
        )}
      </div>
      <SheetEnds>
        <Button look="line" onClick={onClose}>
          {m.menu.cancel}
        </Button>
        <Button look="primary" type="submit" disabled={busy} data-testid="space-submit">
          {m.space.action[task]}
        </Button>
      </SheetEnds>
    </form>
  )
}
