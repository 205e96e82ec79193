import { useRef } from 'react'
import { CopyButton } from '../../shared/CopyButton'
import { m } from '../../shared/messages'
import { OneField } from '../../shared/OneField'
import { Sheet } from '../../shared/Sheet'
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
      {open && (
        <OneField
          ref={first}
          id="peer-address"
          label={m.peer.address}
          placeholder={m.peer.placeholder}
          empty={m.peer.empty}
          failed={m.peer.failed}
          action={m.peer.action}
          busyAction={m.peer.connecting}
          spellCheck={false}
          onText={async address => {
            await addPeer(address)
            onAdded()
          }}
          onClose={onClose}
        />
      )}
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
