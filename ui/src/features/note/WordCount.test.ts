import { expect, test } from 'vitest'
import { wordsIn } from './WordCount'

test.each([
  ['', 0],
  [' \n ', 0],
  ['one', 1],
  ['one two\nthree', 3],
  ['don’t, half-past: 3.5', 3],
  ['— … !', 0],
  ['Çağrı’nın ışığı', 2],
  ['été', 1],
])('“%s” has %i words', (text, words) => {
  expect(wordsIn(text)).toBe(words)
})
