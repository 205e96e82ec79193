import { beforeEach, describe, expect, test } from 'vitest'
import type { PersonHere, PersonState } from '../../ipc/backend'
import { Comings, CROWD, LEFT_AFTER_MS, SAME_VISIT_MS } from './Comings'
import { stacked } from './faces'

const here = (...names: string[]) => new Map(names.map(name => [name, `${name}’s laptop`]))

describe('comings and goings', () => {
  let comings: Comings
  beforeEach(() => {
    comings = new Comings()
    comings.update(here('Ben'), 0)
  })

  test('who was here at the start is not announced', () => {
    expect(comings.update(here('Ben'), 1000)).toBeNull()
  })

  test('who comes is announced', () => {
    expect(comings.update(here('Ben', 'Lise'), 1000)).toBe('Lise’s laptop is here')
    expect(comings.update(here('Ben', 'Lise'), 2000)).toBeNull()
  })

  test('leaving is said after 45 seconds, once', () => {
    expect(comings.update(here(), 1000)).toBeNull()
    expect(comings.nextCheck(1000)).toBe(LEFT_AFTER_MS)
    expect(comings.update(here(), 1000 + LEFT_AFTER_MS - 1)).toBeNull()
    expect(comings.update(here(), 1000 + LEFT_AFTER_MS)).toBe('Ben’s laptop left')
    expect(comings.update(here(), 1000 + LEFT_AFTER_MS + 1)).toBeNull()
    expect(comings.nextCheck(1000 + LEFT_AFTER_MS + 1)).toBeNull()
  })

  test('a short break is neither leaving nor coming', () => {
    comings.update(here(), 1000)
    expect(comings.update(here('Ben'), 1000 + SAME_VISIT_MS - 1)).toBeNull()
  })

  test('after a real absence coming back is announced', () => {
    comings.update(here(), 1000)
    comings.update(here(), 1000 + LEFT_AFTER_MS)
    expect(comings.update(here('Ben'), 1000 + SAME_VISIT_MS)).toBe('Ben’s laptop is here')
  })

  test('in a crowd nothing is said', () => {
    const crowd = Array.from({ length: CROWD + 1 }, (_, i) => `P${i}`)
    expect(comings.update(here(...crowd), 1000)).toBeNull()
  })
})

describe('the stack of faces', () => {
  const person = (device: string, state: PersonState): PersonHere => ({
    device,
    person: device,
    deviceName: 'laptop',
    clientId: 1,
    state,
    colour: 0,
    caret: null,
    head: null,
  })

  test('who edits stands before who reads, idles, is away', () => {
    const people = [
      person('a', 'offline'),
      person('b', 'idle'),
      person('c', 'viewing'),
      person('d', 'editing'),
    ]
    expect(stacked(people).faces.map(({ device }) => device)).toEqual(['d', 'c', 'b', 'a'])
  })

  test('at most four and a number; a fifth is shown rather than “+1”', () => {
    const many = (n: number) => Array.from({ length: n }, (_, i) => person(`d${i}`, 'viewing'))
    expect(stacked(many(4))).toMatchObject({ faces: { length: 4 }, more: { length: 0 } })
    expect(stacked(many(5))).toMatchObject({ faces: { length: 5 }, more: { length: 0 } })
    expect(stacked(many(7))).toMatchObject({ faces: { length: 4 }, more: { length: 3 } })
  })
})
