import { useRef, useState } from 'react'
import { Button } from '../../shared/Button'
import { CopyButton } from '../../shared/CopyButton'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import { reason } from '../../shared/reason'
import { Sheet, SheetEnds } from '../../shared/Sheet'
import css from './AddPeerSheet.module.css'

interface Props {
  open: boolean
  /** Where this device can be reached, for typing on the other one. */
  listening: string[]
  addPeer: (address: string) => Promise<void>
  onAdded: () => void
  onClose: () => void
  onClosed: () => void
}

export function AddPeerSheet({ open, listening, addPeer, onAdded, onClose, onClosed }: Props) {
  const first = useRef<HTMLInputElement>(null)
  return (
    <Sheet
      open={open}
      onClose={onClose}
      onClosed={onClosed}
      title={m.peer.title}
      intro={m.peer.intro}
      initialFocus={first}
    >
      {open && <AddressForm ref={first} addPeer={addPeer} onAdded={onAdded} onClose={onClose} />}
      <section className={css.mine} aria-labelledby="own-addresses">
        <h3 id="own-addresses">{listening.length > 0 ? m.peer.mine : m.peer.mineNone}</h3>
        <ul>
          {listening.map(address => (
            <li key={address}>
              <code>{address}</code>
              <CopyButton text={address} look="plain" />
            </li>
          ))}
        </ul>
      </section>
    </Sheet>
  )
}

interface FormProps extends Pick<Props, 'addPeer' | 'onAdded' | 'onClose'> {
  ref: React.RefObject<HTMLInputElement | null>
}

function AddressForm({ ref, addPeer, onAdded, onClose }: FormProps) {
  const [address, setAddress] = useState('')
  const [adding, setAdding] = useState(false)
  const [error, setError] = useState<string | null>(null)

  const submit = async () => {
    if (address.trim() === '') return setError(m.peer.empty)
    setAdding(true)
    setError(null)
    try {
      await addPeer(address.trim())
      onAdded()
      onClose()
    } catch (failure) {
      setError(m.peer.failed(reason(failure)))
      setAdding(false)
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
        <label className={field.label} htmlFor="peer-address">
          {m.peer.address}
        </label>
        <input
          ref={ref}
          id="peer-address"
          className={field.input}
          spellCheck={false}
          autoComplete="off"
          placeholder={m.peer.placeholder}
          value={address}
          readOnly={adding}
          aria-invalid={error !== null || undefined}
          aria-describedby={error !== null ? 'peer-error' : undefined}
          onChange={event => {
            setAddress(event.target.value)
            setError(null)
          }}
        />
        {error !== null && (
          <p className={field.error} id="peer-error" role="alert">
            {error}
          </p>
        )}
      </div>
      <SheetEnds>
        <Button look="line" onClick={onClose}>
          {m.menu.cancel}
        </Button>
        <Button look="primary" type="submit" disabled={adding}>
          {adding ? m.peer.connecting : m.peer.action}
        </Button>
      </SheetEnds>
    </form>
  )
}
