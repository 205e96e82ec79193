import { useRef, useState } from 'react'
import type { Joined, Nearby } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import { deviceLabel } from '../../shared/names'
import { reason } from '../../shared/reason'
import { Sheet, SheetEnds } from '../../shared/Sheet'
import card from './NearbyCard.module.css'
import css from './Ticket.module.css'

interface Props {
  open: boolean
  nearby: Nearby[]
  onAsk: (from: Nearby) => void
  join: (ticket: string) => Promise<Joined>
  onJoined: (joined: Joined) => void
  onClose: () => void
  onClosed: () => void
}

export function JoinSheet({ open, nearby, onAsk, join, onJoined, onClose, onClosed }: Props) {
  const first = useRef<HTMLTextAreaElement>(null)
  return (
    <Sheet
      open={open}
      onClose={onClose}
      onClosed={onClosed}
      title={m.join.title}
      intro={m.join.intro}
      initialFocus={first}
    >
      {open && <NearbyList nearby={nearby} onAsk={onAsk} />}
      {open && <JoinForm ref={first} join={join} onJoined={onJoined} onClose={onClose} />}
    </Sheet>
  )
}

/** Who invites on this network; it changes while one looks. */
function NearbyList({ nearby, onAsk }: Pick<Props, 'nearby' | 'onAsk'>) {
  return (
    <section className={card.list} aria-labelledby="join-nearby">
      <h3 className={field.label} id="join-nearby">
        {m.join.nearby}
      </h3>
      {nearby.map(from => (
        <div key={from.id} className={card.one}>
          <span>
            {deviceLabel(from)}
            <small>{m.ask.invites(from.spaceName, from.role)}</small>
          </span>
          <Button look="line" onClick={() => onAsk(from)}>
            {m.ask.action}
          </Button>
        </div>
      ))}
      <output className={css.grants}>{nearby.length === 0 && m.join.nobody}</output>
    </section>
  )
}

interface FormProps extends Pick<Props, 'join' | 'onJoined' | 'onClose'> {
  ref: React.RefObject<HTMLTextAreaElement | null>
}

function JoinForm({ ref, join, onJoined, onClose }: FormProps) {
  const [text, setText] = useState('')
  const [joining, setJoining] = useState(false)
  const [error, setError] = useState<string | null>(null)

  const submit = async () => {
    // Mail programs wrap long lines; a ticket has no spaces of its own.
    const ticket = text.replace(/\s+/g, '')
    if (ticket === '') return setError(m.join.empty)
    setJoining(true)
    setError(null)
    try {
      onJoined(await join(ticket))
      onClose()
    } catch (failure) {
      setError(m.join.failed(reason(failure)))
      setJoining(false)
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
        <label className={field.label} htmlFor="join-ticket">
          {m.join.ticket}
        </label>
        <textarea
          ref={ref}
          id="join-ticket"
          data-testid="ticket-input"
          className={`${field.input} ${field.code} ${css.ticket}`}
          spellCheck={false}
          autoComplete="off"
          placeholder={m.join.placeholder}
          value={text}
          readOnly={joining}
          aria-invalid={error !== null || undefined}
          aria-describedby={error !== null ? 'join-error' : undefined}
          onChange={event => {
            setText(event.target.value)
            setError(null)
          }}
          onKeyDown={event => {
            if (event.key !== 'Enter' || event.shiftKey) return
            event.preventDefault()
            event.currentTarget.form?.requestSubmit()
          }}
        />
        {error !== null && (
          <p className={field.error} id="join-error" role="alert">
            {error}
          </p>
        )}
      </div>
      <SheetEnds>
        <Button look="line" onClick={onClose}>
          {m.menu.cancel}
        </Button>
        <Button look="primary" type="submit" disabled={joining} data-testid="join-submit">
          {joining ? m.join.joining : m.join.action}
        </Button>
      </SheetEnds>
    </form>
  )
}
