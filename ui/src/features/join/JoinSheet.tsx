import { useRef } from 'react'
import type { Joined, Nearby } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import { deviceLabel } from '../../shared/names'
import { Sheet } from '../../shared/Sheet'
import card from './NearbyCard.module.css'
import css from './Ticket.module.css'
import { type FilesToJoin, TicketForm } from './TicketForm'

interface Props {
  open: boolean
  nearby: Nearby[]
  onAsk: (from: Nearby) => void
  join: (ticket: string) => Promise<Joined>
  files: FilesToJoin
  onJoined: (joined: Joined) => void
  onClose: () => void
  onClosed: () => void
}

export function JoinSheet({ open, nearby, onAsk, join, files, onJoined, onClose, onClosed }: Props) {
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
      {open && <TicketForm ref={first} join={join} files={files} onJoined={onJoined} onClose={onClose} />}
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
            <small>{m.ask.invites(from.offering)}</small>
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
