// @vitest-environment node
/** What ships: built as in production, read as text. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'

let folder: string
let page: string
let code: string
let style: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skein-bundle-'))
  const root = join(import.meta.dirname, '..', '..')
  await build({ root, mode: 'production', logLevel: 'error', build: { outDir: folder, emptyOutDir: true } })
  page = await readFile(join(folder, 'index.html'), 'utf8')
  const files = await readdir(join(folder, 'assets'))
  const read = (ending: string) =>
    Promise.all(
      files.filter(name => name.endsWith(ending)).map(name => readFile(join(folder, 'assets', name), 'utf8')),
    )
  code = (await read('.js')).join('\n')
  style = (await read('.css')).join('\n')
}, 60_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

test('nothing pretended is in it', () => {
  for (const trace of ['Winter trip', 'skeinFake', 'nobody answers at the addresses'])
    expect(code).not.toContain(trace)
})

test('no script and no style stands in the page itself', () => {
  for (const [tag] of page.matchAll(/<script[^>]*>/g)) expect(tag).toMatch(/ src="\/[^"]+"/)
  expect(page).not.toMatch(/<style|\son\w+=|javascript:/)
})

test('nothing is fetched from elsewhere', () => {
  expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
  expect(style).not.toMatch(/url\(\s*["']?(?:https?:|\/\/|data:)/)
  expect(style).not.toMatch(/@import/)
})

test('no code is made from text: the policy forbids it', () => {
  expect(code).not.toMatch(/\bnew Function\(|[^.\w]eval\(/)
})

test('highlights of other people use longhands: WebKitGTK paints nothing for a shorthand', () => {
  const rules = [...style.matchAll(/::highlight\([^)]*\)\s*\{([^}]*)\}/g)].map(([, body]) => body ?? '')
  expect(rules).toHaveLength(12)
  for (const body of rules) expect(body.trim()).toMatch(/^background-color:[^;]+;?$/)
})
