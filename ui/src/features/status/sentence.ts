/**
 * The one honest line under a note, as a pure function of what is known.
 *
 * It never says more than what is proven. Green needs, all at once: no push of this window unacknowledged, the note on
 * disk, no trouble, the note neither waiting nor broken nor read-only for a reason of its own, nothing of it set aside,
 * and a peer that confirmed every entry in a version it can show. A socket that is open proves nothing.
 */
import type { NoteStatus, PeerStatus } from '../../ipc/backend'
import { m } from '../../shared/messages'
import { deviceLabel } from '../../shared/names'
import type { ReplicaStatus } from '../../sync/replicaStatus'

/** What the window itself knows about the note it shows. */
export interface NoteHere {
  /** How far this window's own edits have come; nothing before the note is open. */
  replica: ReplicaStatus | null
  canWrite: boolean
}

/** Stands in for a status that has not arrived: claims nothing, so that only the window's own part speaks. */
const NOT_KNOWN_YET: NoteStatus = {
  note: '',
  saved: true,
  state: 'ok',
  offline: false,
  setAside: 0,
  waitingFor: null,
  peers: [],
}

/**
 * `held` alone is green. `here`: on this device's disk only, as far as is proven. `pending`: not on disk yet.
 * `plain`: nothing to say about safety. `unknown`: not told yet.
 */
export type Tone = 'held' | 'behind' | 'here' | 'pending' | 'trouble' | 'plain' | 'unknown'

export interface Sentence {
  text: string
  tone: Tone
}

/** The line for what is known; `status` is missing until the first one has arrived. */
export function statusSentence(here: NoteHere, status: NoteStatus | null): Sentence {
  if (status === null) return local(here, NOT_KNOWN_YET) ?? { text: m.status.opening, tone: 'unknown' }
  return local(here, status) ?? elsewhere(status)
}

/** What must be said before anything about other devices, worst first. */
function local({ replica, canWrite }: NoteHere, status: NoteStatus): Sentence | null {
  if (replica?.kind === 'trouble') return { text: m.status.notSaved(replica.message), tone: 'trouble' }
  if (status.state === 'broken') return { text: m.status.broken, tone: 'trouble' }
  if (replica === null) return { text: m.status.opening, tone: 'unknown' }
  if (replica.kind === 'saving') return { text: m.status.saving, tone: 'pending' }
  if (replica.kind === 'untouched' && canWrite) return untouched(status)
  if (!status.saved) return { text: m.status.saving, tone: 'pending' }
  if (status.setAside > 0) return { text: m.status.setAside(status.setAside), tone: 'behind' }
  if (status.state === 'waiting') {
    const from = status.waitingFor
    return { text: from ? m.status.waiting(from) : m.status.waitingSomebody, tone: 'behind' }
  }
  if (status.state === 'read_only' && status.waitingFor !== null)
    return { text: m.status.readOnlyNewer(status.waitingFor), tone: 'plain' }
  if (status.state === 'read_only' || !canWrite) return { text: m.status.readOnly, tone: 'plain' }
  return null
}

/** Nothing is written yet: where will it go? Nothing is claimed while that is not known. */
function untouched(status: NoteStatus): Sentence | null {
  if (status === NOT_KNOWN_YET) return null
  const [first] = status.peers
  if (first === undefined) return { text: m.status.empty, tone: 'plain' }
  if (status.offline) return { text: m.status.offline, tone: 'plain' }
  const others = status.peers.length
  const text = others === 1 ? m.status.emptyShared(deviceLabel(first)) : m.status.emptySharedByAll(others)
  return { text, tone: 'plain' }
}

/** The note is whole and on disk here: who else has it? */
function elsewhere(status: NoteStatus): Sentence {
  if (status.offline) return { text: m.status.offline, tone: 'here' }
  const peers = status.peers
  if (peers.length === 0) return { text: m.status.here, tone: 'here' }
  const [only] = peers
  if (peers.length === 1 && only !== undefined) return peerSentence(only)
  return several(peers)
}

/** What is known of one peer; the popover says the same for each. */
export function peerSentence(peer: PeerStatus): Sentence {
  const device = deviceLabel(peer)
  if (peer.behind === null) return { text: m.status.unconfirmed, tone: 'here' }
  if (peer.behind > 0) return { text: m.status.behind(device, peer.behind), tone: 'behind' }
  if (peer.needsNewer) return { text: m.status.needsNewer(device), tone: 'behind' }
  return { text: m.status.has(device), tone: 'held' }
}

/** True on proof alone. */
export function hasEverything(peer: PeerStatus): boolean {
  return peer.behind === 0 && !peer.needsNewer
}

function several(peers: PeerStatus[]): Sentence {
  const have = peers.filter(hasEverything)
  const first = have[0]
  if (have.length === peers.length) return { text: m.status.allHave(have.length), tone: 'held' }
  if (first !== undefined) {
    if (have.length > 1) return { text: m.status.someHave(have.length, peers.length), tone: 'held' }
    return { text: m.status.and(m.status.has(deviceLabel(first)), rest(peers)), tone: 'held' }
  }
  // Nobody has everything: the one that lacks least says most about where the words are.
  const known = peers.filter(peer => peer.behind !== null)
  const nearest = known.sort((a, b) => (a.behind ?? 0) - (b.behind ?? 0))[0]
  return nearest === undefined ? { text: m.status.unconfirmed, tone: 'here' } : peerSentence(nearest)
}

/** After one device that has everything: what the others lack. */
function rest(peers: PeerStatus[]): string {
  const others = peers.filter(peer => !hasEverything(peer))
  const [other] = others
  if (others.length === 1 && other !== undefined && other.behind !== null) return peerSentence(other).text
  return m.status.othersNotYet(others.length)
}
