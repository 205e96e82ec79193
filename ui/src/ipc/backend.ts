/**
 * What the window may ask of Rust, and what Rust tells the window.
 *
 * Two implementations stand beside this file: one over Tauri, one in memory for tests and for a browser.
 * Ids, hashes and keys are lower-case hex. 64-bit numbers are checked to be below 2^53 before they get here.
 */

import type { KeyBackend, KeyState } from './backendOfKey'
import type { Leaving, Moved } from './leaving'
import type { Inviting, Joined, Nearby, Shown, Welcomed } from './pairing'
import type { Invitation, TicketFiles } from './tickets'

export type { Leaving, Moved } from './leaving'
export type * from './pairing'
export type { ChosenTicket, Invitation, ReadTicket, TicketFiles } from './tickets'

export type Role = 'viewer' | 'editor' | 'owner'

export interface SpaceRow {
  id: string
  name: string
  /** What this device may do; null when it was removed, or left. */
  role: Role | null
  /** It takes no part because it left by itself. */
  left?: boolean
  /** No device is an owner any more. */
  ownerless?: boolean
  /** It was founded with a recovery key. */
  recoverable?: boolean
}

/** A space that was just made; its recovery key can be read this once. */
export interface SpaceMade {
  space: string
  recoveryKey: string | null
}

export interface Overview {
  device: string
  person: string
  deviceName: string
  spaces: SpaceRow[]
  defaultSpace: string
  offline: boolean
  /** Addresses this process listens on, as people would type them for another device. */
  listening: string[]
}

export type NoteState = 'ok' | 'waiting' | 'read_only' | 'broken'

export interface NoteRow {
  id: string
  title: string
  preview: string
  modifiedMs: number
  words: number
  pinned: boolean
  trashed: boolean
  state: NoteState
  /** Another member has said that it stores the note. */
  heldByOthers: boolean
}

export interface OpenedNote {
  /** Handle of this window's session, in every later message. */
  session: number
  /** The Yjs client id derived for this session; below 2^53. */
  clientId: number
  /** The note as one v1 update: delivery number 0. */
  state: Uint8Array
  canWrite: boolean
  /** True when nothing of the note is stored yet: the window holds its first block until the first letter. */
  isNew: boolean
}

export interface PushHeader {
  note: string
  session: number
  /** Counts pushes of this session from 1 without gaps. */
  sequence: number
  /** The last delivery this window had applied when the bytes were written. */
  lastDelivery: number
}

export type PersonState = 'editing' | 'viewing' | 'idle' | 'offline'

export interface PersonHere {
  device: string
  person: string
  deviceName: string
  clientId: number
  state: PersonState
  /** 0 to 11. */
  colour: number
  /** Encoded Y.RelativePosition, or nothing when the person shows no caret. */
  caret: Uint8Array | null
  head: Uint8Array | null
}

export type DocMessage =
  | { kind: 'deliver'; number: number; updates: Uint8Array[] }
  | { kind: 'ack'; sequence: number }
  | { kind: 'resend'; from: number }
  | { kind: 'reset'; reason: string }
  | { kind: 'error'; code: string; message: string }
  | { kind: 'presence'; people: PersonHere[] }

export interface PeerStatus {
  device: string
  person: string
  deviceName: string
  online: boolean
  /** Entries of ours this peer has not confirmed; null when it has told us nothing yet. */
  behind: number | null
  /** The peer speaks a newer version that we cannot read. */
  needsNewer: boolean
}

export interface NoteStatus {
  note: string
  saved: boolean
  state: NoteState
  offline: boolean
  /** Entries held but kept out of the note, and why a person should look. */
  setAside: number
  waitingFor: string | null
  peers: PeerStatus[]
}

export interface MemberRow {
  device: string
  person: string
  deviceName: string
  role: Role | null
  online: boolean
  /** When this device last heard of it since its start; null when it has not. */
  lastSeenMs: number | null
  /** It is known to know who is in the space, as this device does. */
  knows: boolean
  self: boolean
}

/** What is held of somebody in a note and is no part of it, since an owner lowered or removed its author. */
export interface SetAside {
  note: string
  title: string
  device: string
  /** "Ben's laptop". */
  by: string
  edits: number
  /** False where its author was never rightly let in: letting it in brings its words. */
  canComeIn: boolean
  words: string
}

/** What Skein does while its window is closed, as it is now. */
export interface Background {
  /** Closing the window leaves Skein running. */
  keepSyncing: boolean
  /** A closed window can be brought back here; without that, closing it quits. */
  tray: boolean
  /** The next login starts Skein; null where this system starts nothing that way. */
  atLogin: boolean | null
}

/** What is so, and what to do about it. */
export interface Finding {
  sentence: string
  fix: string | null
  /** Known, and not only likely; the sentence says the same. */
  certain: boolean
  /** Nothing is wrong here. */
  works: boolean
}

/** How a dial ended. */
export type Ended = 'reached' | 'refused' | 'no_answer' | 'no_way' | 'stranger' | 'unknown' | 'myself'

/** An address that was tried just now. */
export interface Tried {
  address: string
  /** Whose it was; null where nobody has answered there yet. */
  deviceName: string | null
  /** Somebody announces it on this network. */
  announced: boolean
  ended: Ended
}

export interface Diagnosis {
  connected: number
  findings: Finding[]
  tried: Tried[]
}

export interface Notice {
  code: string
  message: string
  copy?: string
}

export type BackendEvent =
  | { kind: 'notes'; space: string; rows: NoteRow[] }
  | { kind: 'status'; status: NoteStatus }
  | { kind: 'members'; space: string; members: MemberRow[] }
  | { kind: 'overview'; overview: Overview }
  | { kind: 'inviting'; inviting: Inviting }
  | { kind: 'nearby'; rows: Nearby[] }
  | { kind: 'key'; key: KeyState }
  | { kind: 'tray'; shown: boolean }
  | { kind: 'drag'; state: 'over' | 'left' | 'dropped' }
  | { kind: 'notice'; notice: Notice }

export interface Backend extends KeyBackend, TicketFiles {
  overview(): Promise<Overview>
  listNotes(space: string): Promise<NoteRow[]>
  /** An id only; nothing is stored until the first character. */
  newNote(space: string): Promise<string>
  openNote(note: string, space: string, onMessage: (message: DocMessage) => void): Promise<OpenedNote>
  push(header: PushHeader, update: Uint8Array): Promise<void>
  closeNote(session: number): Promise<void>
  setPresence(session: number, caret: Uint8Array | null, head: Uint8Array | null): Promise<void>
  noteStatus(note: string): Promise<NoteStatus>
  /** A ticket that lets one device join; valid for `minutes`. */
  invite(space: string, role: Role, minutes: number): Promise<Invitation>
  join(ticket: string): Promise<Joined>
  /** Makes a space of which this device is the owner; its id. */
  newSpace(name: string, recovery: boolean): Promise<SpaceMade>
  /** Becomes an owner by a recovery key; which space it is of. */
  recoverSpace(key: string): Promise<string>
  /** For everybody in it. */
  renameSpace(space: string, name: string): Promise<void>
  /** What leaving a space means now. Rejected where it cannot be left. */
  leaving(space: string): Promise<Leaving>
  /** Rejected where it means more by now than what the person agreed to. */
  leaveSpace(space: string, onlyHere: number, lastOwner: boolean): Promise<void>
  /** Makes a note in another space that says the same, then puts this one into the trash. */
  moveNote(note: string, from: string, to: string): Promise<Moved>
  /** Opens an invitation for ten minutes, in place of one that is open. What becomes of it comes as events. */
  openInvitation(space: string, role: Role): Promise<void>
  /** The same for another device of this person, into every space this one is an owner of. */
  openOwnInvitation(): Promise<void>
  invitation(): Promise<Inviting>
  /** The place of a row from 0, or none of them. Rejected where the question was withdrawn. */
  pickRow(question: number, row: number | null): Promise<void>
  closeInvitation(): Promise<void>
  /** Who invites nearby; changes come as events. */
  nearby(): Promise<Nearby[]>
  /** Pictures, once the other side has proved who it is. */
  askToJoin(id: string): Promise<Shown>
  /** Answers when the other side's person has picked. */
  awaitWelcome(): Promise<Welcomed>
  /** The person says that the other screen names this device. Of several spaces the one to be shown. */
  openJoined(): Promise<Joined>
  /** Ends what was asked, and discards what came of it. */
  leaveJoining(): Promise<void>
  members(space: string): Promise<MemberRow[]>
  /** Owners only. `null` removes the device: it gets nothing new. */
  changeRole(space: string, device: string, role: Role | null): Promise<void>
  /** What is held and part of no note, by note and author. */
  setAside(space: string): Promise<SetAside[]>
  /** Owners only: what is set aside of a device becomes part of its notes again. */
  takeIn(space: string, device: string): Promise<void>
  addPeer(address: string): Promise<void>
  /** Why no other device is connected; takes some seconds. */
  diagnose(): Promise<Diagnosis>
  setOffline(offline: boolean): Promise<void>
  background(): Promise<Background>
  setKeepSyncing(keep: boolean): Promise<void>
  setAtLogin(on: boolean): Promise<void>
  openLink(url: string): Promise<void>
  /**
   * Opens the profile where that failed at first, and ends the headless Skein that holds it, if one does. Everything
   * else is rejected until then.
   */
  takeOver(): Promise<void>
  /** Once it is resolved, every event is heard, until its value is called. */
  subscribe(listener: (event: BackendEvent) => void): Promise<() => void>
}
