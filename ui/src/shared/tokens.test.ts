import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Linear sRGB. */
type Rgb = [number, number, number]

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8')

/** Every token of the form light-dark(oklch(…), oklch(…)), as [light, dark]. */
const tokens = new Map<string, [Rgb, Rgb]>()
for (const [, name, light, dark] of css.matchAll(
  /--([\w-]+):\s*light-dark\(oklch\(([^)]+)\),\s*oklch\(([^)]+)\)\)/g,
))
  tokens.set(name ?? '', [oklch(light ?? ''), oklch(dark ?? '')])

function oklch(text: string): Rgb {
  const [l = 0, c = 0, h = 0] = text
    .split(/\s+/)
    .map((part, i) => Number.parseFloat(part) / (i === 0 ? 100 : 1))
  const a = c * Math.cos((h * Math.PI) / 180)
  const b = c * Math.sin((h * Math.PI) / 180)
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ]
}

function luminance([r, g, b]: Rgb): number {
  return 0.2126 * clamp(r) + 0.7152 * clamp(g) + 0.0722 * clamp(b)
}

function clamp(x: number): number {
  return Math.min(1, Math.max(0, x))
}

/** WCAG 2 contrast. */
function contrast(a: Rgb, b: Rgb): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

/** `share` of a over b, as a browser composes a transparent colour: in gamma-encoded sRGB. */
function over(a: Rgb, b: Rgb, share: number): Rgb {
  const encode = (x: number) => (x <= 0.0031308 ? 12.92 * clamp(x) : 1.055 * clamp(x) ** (1 / 2.4) - 0.055)
  const decode = (x: number) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)
  return a.map((x, i) => decode(encode(x) * share + encode(b[i] ?? 0) * (1 - share))) as Rgb
}

function token(name: string, theme: number): Rgb {
  const found = tokens.get(name)?.[theme]
  if (found === undefined) throw new Error(`no token --${name}`)
  return found
}

const themes = [
  ['light', 0],
  ['dark', 1],
] as const
const papers = ['paper', 'paper-sunk', 'paper-raised']
const people = Array.from({ length: 12 }, (_, i) => `person-${i}`)

describe.each(themes)('in the %s theme', (_, theme) => {
  test.each(['ink', 'ink-2', 'ink-3', 'accent', 'held', 'behind', 'trouble'])(
    '--%s is readable on every paper',
    name => {
      for (const paper of papers)
        expect(contrast(token(name, theme), token(paper, theme))).toBeGreaterThanOrEqual(4.5)
    },
  )

  test.each(['ink', 'ink-2'])('--%s is readable under the pointer and where a menu stands', name => {
    for (const wash of ['hover', 'accent-wash'])
      expect(contrast(token(name, theme), token(wash, theme))).toBeGreaterThanOrEqual(4.5)
  })

  test.each(['focus', 'edge'])('--%s can be seen on every paper', name => {
    for (const paper of papers)
      expect(contrast(token(name, theme), token(paper, theme))).toBeGreaterThanOrEqual(3)
  })

  test.each(['accent', 'accent-deep'])('a button of --%s is readable', name => {
    expect(contrast(token('paper', theme), token(name, theme))).toBeGreaterThanOrEqual(4.5)
  })

  test.each(people)('the name on the flag of --%s is readable, its caret can be seen', name => {
    expect(contrast(token('paper', theme), token(name, theme))).toBeGreaterThanOrEqual(4.5)
  })

  test.each(people)('text in a selection of --%s stays readable', name => {
    const selected = over(token(name, theme), token('paper', theme), 0.22)
    expect(contrast(token('ink', theme), selected)).toBeGreaterThanOrEqual(7)
  })

  test.each([...people, 'accent', 'held'])('--%s exists on every screen (sRGB)', name => {
    for (const channel of token(name, theme)) {
      expect(channel).toBeGreaterThan(-0.01)
      expect(channel).toBeLessThan(1.01)
    }
  })
})

test('there are twelve people, all different in both themes', () => {
  for (const [, theme] of themes) {
    const seen = new Set(
      people.map(name =>
        token(name, theme)
          .map(x => x.toFixed(2))
          .join(),
      ),
    )
    expect(seen.size).toBe(12)
  }
})
