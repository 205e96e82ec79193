import { beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { Anchor, resolve, STAND_IN_MS } from './Place'

let theirs: Y.Doc
let ours: Y.Doc

/** Their caret at an index of the body, as it would come over the wire. */
function position(index: number): Uint8Array {
  return Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(theirs.getText('body'), index, -1))
}

function deliver(): void {
  Y.applyUpdate(ours, Y.encodeStateAsUpdate(theirs))
}

beforeEach(() => {
  theirs = new Y.Doc()
  ours = new Y.Doc()
  ours.getText('body')
  theirs.getText('body').insert(0, 'one two')
  deliver()
})

describe('a position', () => {
  test('is where its words are, whatever came before them', () => {
    const at = position(3)
    ours.getText('body').insert(0, 'zero ')
    expect(resolve(ours, at)).toEqual({ text: ours.getText('body'), index: 8 })
  })

  test('of words that are not here yet is nowhere', () => {
    theirs.getText('body').insert(7, ' three')
    expect(resolve(ours, position(13))).toBeNull()
  })

  test('of nonsense is nowhere', () => {
    expect(resolve(ours, Uint8Array.of(255, 255, 255, 255, 255))).toBeNull()
    expect(resolve(ours, new Uint8Array())).toBeNull()
  })
})

describe('an anchor', () => {
  test('keeps a position until its words are here, and then has a place', () => {
    const anchor = new Anchor()
    theirs.getText('body').insert(7, ' three')
    anchor.set(position(13))
    expect(anchor.place(ours, 0)).toBeNull()
    expect(anchor.waiting).toBe(true)
    deliver()
    expect(anchor.place(ours, 60_000)?.index).toBe(13)
    expect(anchor.waiting).toBe(false)
  })

  test('stands at the last good place for two seconds, no longer', () => {
    const anchor = new Anchor()
    anchor.set(position(3))
    expect(anchor.place(ours, 0)?.index).toBe(3)
    theirs.getText('body').insert(7, ' three')
    anchor.set(position(13))
    expect(anchor.place(ours, 1000)?.index).toBe(3)
    expect(anchor.place(ours, 1000 + STAND_IN_MS - 1)?.index).toBe(3)
    expect(anchor.place(ours, 1000 + STAND_IN_MS)).toBeNull()
  })

  test('without a position has no place, nor an old one', () => {
    const anchor = new Anchor()
    anchor.set(position(3))
    anchor.place(ours, 0)
    anchor.set(null)
    expect(anchor.place(ours, 0)).toBeNull()
    expect(anchor.waiting).toBe(false)
  })

  test('says whether a position is another one', () => {
    const anchor = new Anchor()
    expect(anchor.set(position(3))).toBe(true)
    expect(anchor.set(position(3))).toBe(false)
    expect(anchor.set(position(4))).toBe(true)
  })
})
