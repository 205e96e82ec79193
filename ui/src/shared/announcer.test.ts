import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Announcer } from './announcer'

let said: string[]
let announcer: Announcer

beforeEach(() => {
  vi.useFakeTimers()
  said = []
  announcer = new Announcer(sentence => said.push(sentence))
})
afterEach(() => {
  announcer.stop()
  vi.useRealTimers()
})

test('the first sentence is said at once', () => {
  announcer.announce('status', 'Offline: changes are saved here')
  expect(said).toEqual(['Offline: changes are saved here'])
})

test('at most one sentence in five seconds', () => {
  announcer.announce('a', 'one')
  announcer.announce('b', 'two')
  announcer.announce('c', 'three')
  vi.advanceTimersByTime(4999)
  expect(said).toEqual(['one'])
  vi.advanceTimersByTime(1)
  expect(said).toEqual(['one', 'two'])
  vi.advanceTimersByTime(5000)
  expect(said).toEqual(['one', 'two', 'three'])
})

test('of one topic only what is true by then is said', () => {
  announcer.announce('x', 'first')
  announcer.announce('status', 'Ben’s laptop is 3 edits behind')
  announcer.announce('status', 'Ben’s laptop has everything')
  vi.advanceTimersByTime(5000)
  expect(said).toEqual(['first', 'Ben’s laptop has everything'])
})

test('what is no longer true is not said', () => {
  announcer.announce('x', 'first')
  announcer.announce('people', 'Ben is here')
  announcer.forget('people')
  vi.advanceTimersByTime(60_000)
  expect(said).toEqual(['first'])
})
