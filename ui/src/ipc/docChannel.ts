/**
 * The two hand-written byte routes between this page and Rust. Everything else is JSON with generated types.
 *
 * Page to Rust, a push: the update as the raw body of a command, its header fields as HTTP-like headers.
 * Rust to page, on the channel of one open note, little-endian:
 *
 *     kind u8 ‖ session u32 ‖ number u64 ‖ body
 *
 *     1 deliver   number = delivery, body = (length u32 ‖ update)*
 *     2 ack       number = the push's sequence
 *     3 resend    number = first sequence wanted again
 *     4 reset     body = reason, UTF-8
 *     5 error     body = code ‖ "\n" ‖ message, UTF-8
 *     6 presence  body = JSON, UTF-8: PersonHere[], with caret and head in lower-case hex or null
 *
 * The answer to opening a note is bytes too, because a note can be megabytes:
 *
 *     session u32 ‖ client id u64 ‖ flags u8 (1 may write, 2 is new) ‖ state as one v1 update
 */
import type { DocMessage, OpenedNote, PersonHere, PushHeader } from './backend'

const HEAD = 13
const OPENED_HEAD = 13

const CAN_WRITE = 1
const IS_NEW = 2

/** A message with the session it belongs to; a late one for a closed session is dropped by the caller. */
export interface Framed {
  session: number
  message: DocMessage
}

/** A message of a newer Skein, or not one at all. */
export class BadFrame extends Error {}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Decodes one message of the channel. Throws `BadFrame` for anything that is not exactly one. */
export function decodeMessage(bytes: Uint8Array): Framed {
  if (bytes.length < HEAD) throw new BadFrame(`a message of ${bytes.length} bytes has no header`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const session = view.getUint32(1, true)
  const number = safe(view.getBigUint64(5, true))
  const body = bytes.subarray(HEAD)
  return { session, message: decodeBody(bytes[0] ?? 0, number, body) }
}

function decodeBody(kind: number, number: number, body: Uint8Array): DocMessage {
  switch (kind) {
    case 1:
      return { kind: 'deliver', number, updates: decodeUpdates(body) }
    case 2:
      return { kind: 'ack', sequence: number }
    case 3:
      return { kind: 'resend', from: number }
    case 4:
      return { kind: 'reset', reason: utf8.decode(body) }
    case 5:
      return decodeError(utf8.decode(body))
    case 6:
      return { kind: 'presence', people: decodePeople(utf8.decode(body)) }
    default:
      throw new BadFrame(`unknown message kind ${kind}`)
  }
}

function decodeUpdates(body: Uint8Array): Uint8Array[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const updates: Uint8Array[] = []
  let at = 0
  while (at < body.length) {
    if (at + 4 > body.length) throw new BadFrame('a delivery ends inside a length')
    const length = view.getUint32(at, true)
    at += 4
    if (at + length > body.length) throw new BadFrame('a delivery ends inside an update')
    // A copy: yjs keeps parts of what it decodes, and must not keep the whole message alive with it.
    updates.push(body.slice(at, at + length))
    at += length
  }
  return updates
}

function decodeError(text: string): DocMessage {
  const end = text.indexOf('\n')
  if (end < 0) return { kind: 'error', code: 'unknown', message: text }
  return { kind: 'error', code: text.slice(0, end), message: text.slice(end + 1) }
}

type WirePerson = Omit<PersonHere, 'caret' | 'head'> & { caret: string | null; head: string | null }

function decodePeople(json: string): PersonHere[] {
  const people = JSON.parse(json) as WirePerson[]
  return people.map(decodePerson)
}

function decodePerson(person: WirePerson): PersonHere {
  return { ...person, caret: fromHex(person.caret), head: fromHex(person.head) }
}

/** Bytes of lower-case hex; nothing for nothing. */
export function fromHex(hex: string | null): Uint8Array | null {
  if (hex === null) return null
  if (hex.length % 2 !== 0 || /[^0-9a-f]/.test(hex)) throw new BadFrame('a position is not hex')
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/** Lower-case hex of bytes; nothing for nothing. */
export function toHex(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

/** Decodes the answer to opening a note. */
export function decodeOpened(bytes: Uint8Array): OpenedNote {
  if (bytes.length < OPENED_HEAD) throw new BadFrame('the answer to opening a note has no header')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const flags = bytes[12] ?? 0
  return {
    session: view.getUint32(0, true),
    clientId: safe(view.getBigUint64(4, true)),
    canWrite: (flags & CAN_WRITE) !== 0,
    isNew: (flags & IS_NEW) !== 0,
    state: bytes.slice(OPENED_HEAD),
  }
}

/** The header fields of a push as request headers; Rust reads the same names. */
export function pushHeaders(header: PushHeader): Record<string, string> {
  return {
    'skein-note': header.note,
    'skein-session': String(header.session),
    'skein-sequence': String(header.sequence),
    'skein-last-delivery': String(header.lastDelivery),
  }
}

/**
 * Proves that bytes go both ways as bytes. When the page's policy forbids `ipc:`, the bridge falls back to JSON without
 * a word and runs each command twice; `echo` must bring back the very bytes, once, as an ArrayBuffer.
 * Returns a sentence about what is wrong, or nothing.
 */
export async function selfTest(echo: (bytes: Uint8Array) => Promise<unknown>): Promise<string | null> {
  const sent = Uint8Array.from({ length: 256 }, (_, i) => i)
  const back = await echo(sent)
  if (!(back instanceof ArrayBuffer)) return 'bytes come back as something else'
  const got = new Uint8Array(back)
  if (got.length !== sent.length || got.some((byte, i) => byte !== sent[i])) return 'bytes come back changed'
  return null
}

/** Numbers on the channel are below 2^53 by contract: counters from 1, and 53-bit client ids. */
function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new BadFrame('a number is beyond 2^53')
  return Number(value)
}
