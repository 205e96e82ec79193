import { expect, test } from 'vitest'
import { withScheme } from './Links'

test.each([
  ['', null],
  ['  ', null],
  ['example.org', 'https://example.org'],
  ['example.org:8080/x', 'https://example.org:8080/x'],
  ['localhost:8080', 'https://localhost:8080'],
  ['https://example.org', 'https://example.org'],
  ['HTTP://example.org', 'HTTP://example.org'],
  ['ana@example.org', 'mailto:ana@example.org'],
  ['mailto:ana@example.org', 'mailto:ana@example.org'],
  ['javascript:alert(1)', 'javascript:alert(1)'],
])('“%s” means %s; whether it may be a link is decided by the editor', (typed, meant) => {
  expect(withScheme(typed)).toBe(meant)
})
