import { describe, expect, test } from 'vitest'
import { BadFrame, decodeMessage, decodeOpened, fromHex, pushHeaders, selfTest, toHex } from './docChannel'

const utf8 = new TextEncoder()

function frame(
  kind: number,
  session: number,
  number: bigint,
  body: Uint8Array = new Uint8Array(),
): Uint8Array {
  const bytes = new Uint8Array(13 + body.length)
  const view = new DataView(bytes.buffer)
  bytes[0] = kind
  view.setUint32(1, session, true)
  view.setBigUint64(5, number, true)
  bytes.set(body, 13)
  return bytes
}

describe('messages of the channel', () => {
  test('a delivery carries its number and every update in order', () => {
    const body = Uint8Array.of(2, 0, 0, 0, 7, 8, 0, 0, 0, 0, 1, 0, 0, 0, 9)
    expect(decodeMessage(frame(1, 70000, 3n, body))).toEqual({
      session: 70000,
      message: {
        kind: 'deliver',
        number: 3,
        updates: [Uint8Array.of(7, 8), new Uint8Array(), Uint8Array.of(9)],
      },
    })
  })

  test('updates do not share memory with the message', () => {
    const bytes = frame(1, 1, 1n, Uint8Array.of(1, 0, 0, 0, 5))
    const { message } = decodeMessage(bytes)
    bytes.fill(0)
    expect(message.kind === 'deliver' && message.updates[0]).toEqual(Uint8Array.of(5))
  })

  test('acknowledgements and requests to send again carry a sequence', () => {
    expect(decodeMessage(frame(2, 1, 12n)).message).toEqual({ kind: 'ack', sequence: 12 })
    expect(decodeMessage(frame(3, 1, 4n)).message).toEqual({ kind: 'resend', from: 4 })
  })

  test('reset and error carry sentences', () => {
    expect(decodeMessage(frame(4, 1, 0n, utf8.encode('you were made a viewer'))).message).toEqual({
      kind: 'reset',
      reason: 'you were made a viewer',
    })
    expect(decodeMessage(frame(5, 1, 0n, utf8.encode('storage\nthe disk is full'))).message).toEqual({
      kind: 'error',
      code: 'storage',
      message: 'the disk is full',
    })
  })

  test('presence carries positions as bytes, or none', () => {
    const person = {
      device: 'ab',
      person: 'Ben',
      deviceName: 'laptop',
      clientId: 5,
      state: 'idle',
      colour: 3,
    }
    const body = utf8.encode(JSON.stringify([{ ...person, caret: '00ff', head: null }]))
    expect(decodeMessage(frame(6, 1, 0n, body)).message).toEqual({
      kind: 'presence',
      people: [{ ...person, caret: Uint8Array.of(0, 255), head: null }],
    })
  })

  test.each([
    ['too short', new Uint8Array(12)],
    ['an unknown kind', frame(99, 1, 0n)],
    ['a length cut off', frame(1, 1, 1n, Uint8Array.of(1, 0))],
    ['an update cut off', frame(1, 1, 1n, Uint8Array.of(9, 0, 0, 0, 1))],
    ['a number beyond 2^53', frame(2, 1, 2n ** 53n)],
  ])('%s is refused', (_, bytes) => {
    expect(() => decodeMessage(bytes)).toThrow(BadFrame)
  })
})

test('the answer to opening a note keeps 53-bit client ids whole', () => {
  const bytes = new Uint8Array(15)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 9, true)
  view.setBigUint64(4, 2n ** 53n - 1n, true)
  bytes.set([1, 4, 5], 12)
  expect(decodeOpened(bytes)).toEqual({
    session: 9,
    clientId: 2 ** 53 - 1,
    canWrite: true,
    isNew: false,
    state: Uint8Array.of(4, 5),
  })
})

test('a push names its note, session, sequence and what the window had seen', () => {
  expect(pushHeaders({ note: 'aa', session: 1, sequence: 2, lastDelivery: 3 })).toEqual({
    'skein-note': 'aa',
    'skein-session': '1',
    'skein-sequence': '2',
    'skein-last-delivery': '3',
  })
})

test('hex goes there and back', () => {
  expect(fromHex(toHex(Uint8Array.of(0, 15, 255)))).toEqual(Uint8Array.of(0, 15, 255))
  expect(toHex(null)).toBeNull()
  expect(() => fromHex('0g')).toThrow(BadFrame)
})

describe('the self-test of the byte route', () => {
  test('passes when the very bytes come back as a buffer', async () => {
    expect(await selfTest(async bytes => bytes.slice().buffer)).toBeNull()
  })
  test('notices the JSON fallback', async () => {
    expect(await selfTest(async bytes => Array.from(bytes))).toBe('bytes come back as something else')
  })
  test('notices changed bytes', async () => {
    expect(await selfTest(async bytes => bytes.slice(1).buffer)).toBe('bytes come back changed')
  })
})
