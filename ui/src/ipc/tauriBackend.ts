/**
 * The real backend: commands of the desktop shell. The only module of the page that knows Tauri.
 *
 * JSON commands are called through the generated `bindings.ts`, so a command that changed in Rust no longer compiles
 * here; a rejected one carries a lower-case sentence for people. What happens elsewhere comes as one event, `backend`,
 * with a `BackendEvent`. Bytes go the routes of `docChannel.ts`.
 */
import { Channel, invoke } from '@tauri-apps/api/core'
import { listen } from '@tauri-apps/api/event'
import type { Backend, BackendEvent, DocMessage, OpenedNote, PushHeader } from './backend'
import { commands, type ReadTicket } from './bindings'
import { BadFrame, decodeMessage, decodeOpened, pushHeaders, selfTest } from './docChannel'

/** The one event of the shell. */
const EVENT = 'backend'

export function tauriBackend(): Backend {
  return {
    overview: commands.overview,
    listNotes: commands.listNotes,
    newNote: commands.newNote,
    openNote,
    push,
    closeNote: async session => void (await commands.closeNote(session)),
    setPresence: async (session, caret, head) =>
      void (await commands.setPresence(session, plain(caret), plain(head))),
    noteStatus: commands.noteStatus,
    invite: commands.invite,
    saveTicket: commands.saveTicket,
    chooseTicket: commands.chooseTicket,
    droppedTicket: commands.droppedTicket,
    readTicket: bytes => invoke<ReadTicket>('read_ticket', bytes),
    join: commands.join,
    newSpace: commands.newSpace,
    recoverSpace: commands.recoverSpace,
    renameSpace: async (space, name) => void (await commands.renameSpace(space, name)),
    leaving: commands.leaving,
    leaveSpace: async (space, onlyHere, lastOwner) =>
      void (await commands.leaveSpace(space, onlyHere, lastOwner)),
    moveNote: commands.moveNote,
    openInvitation: async (space, role) => void (await commands.openInvitation(space, role)),
    openOwnInvitation: async () => void (await commands.openOwnInvitation()),
    invitation: commands.invitation,
    pickRow: async (question, row) => void (await commands.pickRow(question, row)),
    closeInvitation: async () => void (await commands.closeInvitation()),
    nearby: commands.nearby,
    askToJoin: commands.askToJoin,
    awaitWelcome: commands.awaitWelcome,
    openJoined: commands.openJoined,
    leaveJoining: async () => void (await commands.leaveJoining()),
    members: commands.members,
    setAside: commands.setAside,
    takeIn: async (space, device) => void (await commands.takeIn(space, device)),
    changeRole: async (space, device, role) => void (await commands.changeRole(space, device, role)),
    addPeer: async address => void (await commands.addPeer(address)),
    diagnose: commands.diagnose,
    setOffline: async offline => void (await commands.setOffline(offline)),
    background: commands.background,
    setKeepSyncing: async keep => void (await commands.setKeepSyncing(keep)),
    setAtLogin: async on => void (await commands.setAtLogin(on)),
    key: commands.key,
    moveKey: commands.moveKey,
    callOffMovingKey: async () => void (await commands.callOffMovingKey()),
    openLink: async url => void (await commands.openLink(url)),
    takeOver: async () => void (await commands.takeOver()),
    subscribe,
  }
}

/** Proves the binary route; a sentence about what is wrong, or nothing. Run once at start, release builds too. */
export function proveBinaryRoute(): Promise<string | null> {
  return selfTest(bytes => invoke('echo_bytes', bytes))
}

async function openNote(
  note: string,
  space: string,
  onMessage: (message: DocMessage) => void,
): Promise<OpenedNote> {
  // Rust may speak before its answer to this command arrives, and the caller can listen only once it has that answer.
  const early: ArrayBuffer[] = []
  let hear = (raw: ArrayBuffer): void => void early.push(raw)
  const channel = new Channel<ArrayBuffer>(raw => hear(raw))
  const opened = decodeOpened(
    new Uint8Array(await invoke<ArrayBuffer>('open_note', { note, space, channel })),
  )
  // A task, not a microtask: those would run before whoever awaits this function.
  setTimeout(() => {
    hear = raw => {
      const framed = decode(raw)
      if (framed?.session === opened.session) onMessage(framed.message)
    }
    early.forEach(hear)
  })
  return opened
}

/** A message that this page cannot read is reported and skipped: a later gap in the numbers is noticed by itself. */
function decode(raw: ArrayBuffer) {
  try {
    return decodeMessage(new Uint8Array(raw))
  } catch (error) {
    if (!(error instanceof BadFrame)) throw error
    console.error(error.message)
    return null
  }
}

async function push(header: PushHeader, update: Uint8Array): Promise<void> {
  await invoke('push', update, { headers: pushHeaders(header) })
}

function plain(bytes: Uint8Array | null): number[] | null {
  return bytes === null ? null : Array.from(bytes)
}

function subscribe(listener: (event: BackendEvent) => void): Promise<() => void> {
  return listen<BackendEvent>(EVENT, ({ payload }) => listener(payload))
}
