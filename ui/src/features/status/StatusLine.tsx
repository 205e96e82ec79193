import { Popover } from '@base-ui/react/popover'
import type { NoteStatus, PeerStatus } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import { m } from '../../shared/messages'
import { deviceLabel } from '../../shared/names'
import popup from '../../shared/Popup.module.css'
import css from './StatusLine.module.css'
import { peerSentence, type Sentence, type Tone } from './sentence'

interface Props {
  sentence: Sentence
  status: NoteStatus | null
  /** Looks why a device is not here. */
  onCheck: () => void
}

/** The one line; pressed, it says the same of each device. */
export function StatusLine({ sentence, status, onCheck }: Props) {
  const peers = status?.peers ?? []
  const line = (
    <>
      <Dot tone={sentence.tone} />
      <span className={css.text} data-testid="status-line" data-tone={sentence.tone}>
        {sentence.text}
      </span>
    </>
  )
  if (peers.length === 0)
    return (
      <span className={css.line} data-tone={sentence.tone}>
        {line}
      </span>
    )
  return (
    <Popover.Root>
      <Popover.Trigger className={`${css.line} ${css.button}`} data-tone={sentence.tone}>
        {line}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner side="top" align="start" sideOffset={8} className={popup.layer}>
          <Popover.Popup className={popup.card}>
            <Popover.Title className={css.title}>{m.status.details}</Popover.Title>
            <ul className={css.peers}>
              {peers.map(peer => (
                <Peer key={peer.device} peer={peer} />
              ))}
            </ul>
            <Popover.Close
              render={
                <Button className={css.check} onClick={onCheck} data-testid="doctor-check">
                  {m.doctor.check}
                </Button>
              }
            />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

function Peer({ peer }: { peer: PeerStatus }) {
  const { tone } = peerSentence(peer)
  return (
    <li className={css.peer}>
      <Dot tone={tone} />
      <span>
        <b>{deviceLabel(peer)}</b>
        <small>{peerLine(peer)}</small>
      </span>
      <em>{peer.online ? m.status.reachable : m.status.away}</em>
    </li>
  )
}

/** The peer's sentence without its name, which stands above it. */
function peerLine(peer: PeerStatus): string {
  if (peer.behind === null) return m.status.lineUnknown
  if (peer.behind > 0) return m.status.lineBehind(peer.behind)
  return peer.needsNewer ? m.status.lineNewer : m.status.lineHas
}

/** Form as well as colour: full when proven, a ring while saving, a square for trouble. */
function Dot({ tone }: { tone: Tone }) {
  return <i className={css.dot} data-tone={tone} aria-hidden="true" />
}
