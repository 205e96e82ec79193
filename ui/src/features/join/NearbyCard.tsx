import type { Nearby } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import { m } from '../../shared/messages'
import { deviceLabel } from '../../shared/names'
import css from './NearbyCard.module.css'

interface Props {
  from: Nearby
  onAsk: () => void
  onNotNow: () => void
}

/** Somebody nearby invites: a card beside the text, which takes neither focus nor caret. */
export function NearbyCard({ from, onAsk, onNotNow }: Props) {
  return (
    <aside className={css.card} aria-label={m.ask.nearby(deviceLabel(from))} data-testid="nearby-card">
      <h2 className={css.title}>{m.ask.nearby(deviceLabel(from))}</h2>
      <p className={css.into}>{m.ask.invites(from.offering)}</p>
      <div className={css.ends}>
        <Button onClick={onNotNow}>{m.ask.notNow}</Button>
        <Button look="primary" onClick={onAsk} data-testid="nearby-ask">
          {m.ask.action}
        </Button>
      </div>
    </aside>
  )
}
