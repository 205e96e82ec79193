import { type ReactNode, useState } from 'react'
import { Button } from './Button'
import field from './Field.module.css'
import { m } from './messages'
import { reason } from './reason'
import { SheetEnds } from './Sheet'

interface Props {
  /** Unique on the page; the test names follow from it. */
  id: string
  label: string
  placeholder: string
  /** What stands in it first, selected. */
  initial?: string
  /** Said where it is empty. */
  empty: string
  failed: (why: string) => string
  action: ReactNode
  busyAction?: ReactNode
  spellCheck?: boolean
  /** What else is chosen with it. */
  children?: ReactNode
  /** Rejected with a sentence where the text does not do. `stay` where something else follows in the sheet. */
  onText: (text: string) => Promise<'stay' | undefined | void>
  onClose: () => void
  ref: React.RefObject<HTMLInputElement | null>
}

/** A sheet's form with one field: what is wrong is said at it, and nothing typed is lost by that. */
export function OneField(props: Props) {
  const { id, label, placeholder, initial = '', empty, failed, action, onText, onClose, ref } = props
  const [text, setText] = useState(initial)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)

  const submit = async () => {
    if (text.trim() === '') return setError(empty)
    setBusy(true)
    setError(null)
    try {
      if ((await onText(text.trim())) !== 'stay') onClose()
    } catch (failure) {
      setError(failed(reason(failure)))
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
        <label className={field.label} htmlFor={id}>
          {label}
        </label>
        <input
          ref={ref}
          id={id}
          data-testid={id}
          className={field.input}
          spellCheck={props.spellCheck ?? true}
          autoComplete="off"
          placeholder={placeholder}
          value={text}
          readOnly={busy}
          aria-invalid={error !== null || undefined}
          aria-describedby={error !== null ? `${id}-error` : undefined}
          onFocus={event => event.target.select()}
          onChange={event => {
            setText(event.target.value)
            setError(null)
          }}
        />
        {error !== null && (
          <p className={field.error} id={`${id}-error`} role="alert">
            {error}
          </p>
        )}
      </div>
      {props.children}
      <SheetEnds>
        <Button look="line" onClick={onClose}>
          {m.menu.cancel}
        </Button>
        <Button look="primary" type="submit" disabled={busy} data-testid={`${id}-submit`}>
          {busy ? (props.busyAction ?? action) : action}
        </Button>
      </SheetEnds>
    </form>
  )
}
