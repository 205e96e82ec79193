import { expect, test } from 'vitest'
import { deviceLabel, initials } from './names'
import { reason } from './reason'
import { shortWhen, span } from './time'

test.each([
  ['Ben', 'Ben’s laptop', 'Ben’s laptop'],
  ['Ben', 'ben-thinkpad', 'ben-thinkpad'],
  ['Ben', 'thinkpad', 'Ben’s thinkpad'],
  ['Ben', 'bench', 'Ben’s bench'],
  ['Ana Lopes', 'ana’s tablet', 'ana’s tablet'],
  ['', 'thinkpad', 'thinkpad'],
  ['Ben', '', 'Ben’s device'],
  ['', '', 'An unnamed device'],
])('%s with %s is called %s', (person, deviceName, label) => {
  expect(deviceLabel({ person, deviceName })).toBe(label)
})

test.each([
  ['Ben', 'B'],
  ['Ana Lopes', 'AL'],
  ['anna maria von trapp', 'AT'],
  ['李雷', '李'],
  ['', '?'],
])('the face of “%s” says %s', (person, letters) => {
  expect(initials(person)).toBe(letters)
})

test('times are as short as they can be', () => {
  const now = new Date(2026, 10, 21, 15, 0).getTime()
  const at = (...when: [number, number, number, number?, number?]) =>
    shortWhen(new Date(...when).getTime(), now, 'now')
  expect(at(2026, 10, 21, 14, 59)).toBe('14:59')
  expect(shortWhen(now - 59_000, now, 'now')).toBe('now')
  expect(shortWhen(now + 3_600_000, now, 'now')).toBe('now')
  expect(at(2026, 10, 20, 23, 59)).toBe('Fri')
  expect(at(2026, 10, 15)).toBe('Sun')
  expect(at(2026, 10, 12)).toBe('12 Nov')
  expect(at(2025, 10, 12)).toBe('12 Nov 2025')
})

test.each([
  [1, '1 minute'],
  [9 * 60_000, '9 minutes'],
  [60 * 60_000, '60 minutes'],
  [23.4 * 3_600_000, '23 hours'],
  [72 * 3_600_000, '3 days'],
])('%i ms are %s', (ms, text) => {
  expect(span(ms)).toBe(text)
})

test('a rejected command gives its sentence, whatever it is made of', () => {
  expect(reason('the ticket is used.')).toBe('the ticket is used')
  expect(reason({ code: 'x', message: 'nobody answers' })).toBe('nobody answers')
  expect(reason(new Error('the disk is full'))).toBe('the disk is full')
  expect(reason(undefined)).toBe('something went wrong that has no name yet')
})
