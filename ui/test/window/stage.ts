/** What the window's tests share: a browser for the file, a page for each test, and the pretended Ben. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest'
import { openBrowser, type PageOptions, type WindowBrowser, type WindowPage } from './browser.mjs'

/** What the pretended Ben may be asked for. */
export interface Ben {
  here: boolean
  online: boolean
  state: string
  place(phrase: string, select?: boolean): void
  type(text: string, pauseMs: number): Promise<void>
  onPresence(): void
}

/** The pretended world, as the page has it on `window`. */
export interface Fake {
  skeinFake: {
    notes: { options: { peers: Ben[] }; recover(): void; reconnect(): void; reset(reason: string): void }[]
  }
}

let browser: WindowBrowser
let page: WindowPage | null = null

/** A machine that does ten other things is slow, and no less right. Milliseconds. */
const PATIENCE = 15_000

/** To be called once in a file. */
export function stage(): void {
  vi.setConfig({ testTimeout: 4 * PATIENCE })
  beforeAll(async () => {
    browser = await openBrowser()
  }, 60_000)
  afterAll(() => browser.close())
  afterEach(async () => {
    const troubles = page?.troubles
    await page?.context().close()
    page = null
    expect(troubles).toEqual([])
  })
}

/** The test's one page. Errors on its console fail the test. */
export async function open(scenario: string, options?: PageOptions): Promise<WindowPage> {
  page = await browser.page(scenario, options)
  return page
}

/** What `look` gives becomes what is expected, sooner or later. */
export function soon<T>(look: () => T | Promise<T>) {
  return expect.poll(look, { timeout: PATIENCE })
}

/** Does something to Ben, in the page. */
export function ben(of: Page, act: (ben: Ben) => void | Promise<void>): Promise<unknown> {
  return of.evaluate(`(${act.toString()})(window.skeinFake.notes[0].options.peers[0])`)
}

export function focusIsInText(of: Page): Promise<boolean> {
  return of.evaluate(() => document.activeElement?.closest('[data-testid="editor"]') !== null)
}

/** A dialog or menu that is open has the focus: from then on it hears keys, which a click alone does not say. */
export function focusIsIn(of: Page, role: 'dialog' | 'menu'): Promise<boolean> {
  return of.evaluate(
    role => document.activeElement?.closest(`[role="${role}"][data-open]`) instanceof Element,
    role,
  )
}
