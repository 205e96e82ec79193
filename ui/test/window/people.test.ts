// @vitest-environment node
/** Other people in the text, in Chromium: what only a real layout, focus and clock can show. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { ben, open, soon, stage } from './stage'

stage()

const body = (page: Page) => page.getByTestId('editor')

/** Where every line of text is, to a hundredth of a pixel. */
function lines(of: Page): Promise<string[]> {
  return of.evaluate(() => {
    const found: string[] = []
    for (const id of ['title', 'editor']) {
      const root = document.querySelector(`[data-testid="${id}"]`) as HTMLElement
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const range = document.createRange()
        range.selectNodeContents(node)
        for (const r of range.getClientRects())
          found.push([r.left, r.top, r.width, r.height].map(x => x.toFixed(2)).join(' '))
      }
    }
    return found
  })
}

describe('other people', () => {
  test('move no text by a hundredth of a pixel: carets, names, selections, coming and going', async () => {
    const page = await open('quiet')
    const alone = await lines(page)
    expect(alone.length).toBeGreaterThan(10)
    await ben(page, b => {
      b.here = true
      b.place('Bring the big rope')
    })
    await page.waitForSelector('.presence-caret[data-flag]')
    expect(await lines(page)).toEqual(alone)
    await ben(page, b => b.place('Two nights at the hut', true))
    await page.waitForFunction(() => CSS.highlights.size === 1)
    expect(await lines(page)).toEqual(alone)
    await ben(page, b => {
      b.here = false
      b.onPresence()
    })
    await page.waitForSelector('.presence-caret', { state: 'detached' })
    await page.waitForFunction(() => CSS.highlights.size === 0)
    expect(await lines(page)).toEqual(alone)
  })

  test('are painted without an element or an attribute in the text', async () => {
    const page = await open('quiet')
    const before = await body(page).evaluate(element => element.innerHTML)
    await ben(page, b => {
      b.here = true
      b.place('Bring the big rope', true)
    })
    await page.waitForFunction(() => CSS.highlights.size === 1)
    expect(await body(page).evaluate(element => element.innerHTML)).toBe(before)
  })

  test('stand where they are: the caret right behind its words, also after one’s own edit above', async () => {
    const page = await open('main')
    const distance = () =>
      page.evaluate(() => {
        const node = [...document.querySelectorAll('[data-testid="editor"] p')]
          .flatMap(p => Array.from(p.childNodes))
          .find(child => child.textContent?.includes('Bring the big rope')) as Text
        const range = document.createRange()
        const end = node.data.indexOf('Bring the big rope') + 'Bring the big rope'.length
        range.setStart(node, end - 1)
        range.setEnd(node, end)
        const text = range.getBoundingClientRect()
        const caret = document.querySelector('.presence-caret[data-name="Ben"]')?.getBoundingClientRect()
        return caret ? [Math.abs(caret.left + 1 - text.right), Math.abs(caret.top - text.top)] : [99, 99]
      })
    await page.waitForSelector('.presence-caret[data-name="Ben"]:not([hidden])')
    await soon(async () => Math.max(...(await distance()))).toBeLessThan(2)
    await page.keyboard.type(
      'A new beginning, long enough to break the line above Ben’s into one more than before. ',
    )
    await soon(async () => Math.max(...(await distance()))).toBeLessThan(2)
  })

  test('show their name for two seconds after moving, and again under the pointer', async () => {
    const page = await open('quiet')
    await page.evaluate(() => {
      const shown: { flag: boolean; at: number }[] = []
      Object.assign(window, { shown })
      const look = (caret: HTMLElement) =>
        shown.push({ flag: 'flag' in caret.dataset, at: performance.now() })
      new MutationObserver(changes => {
        for (const { target } of changes) if (target instanceof HTMLElement) look(target)
      }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-flag'] })
    })
    await ben(page, b => {
      b.here = true
      b.place('Bring the big rope')
    })
    const flag = page.locator('.presence-caret[data-flag]')
    await flag.waitFor()
    await flag.waitFor({ state: 'detached' })
    const shown = await page.evaluate(
      () => (window as unknown as { shown: { flag: boolean; at: number }[] }).shown,
    )
    const [began, ended] = [shown.find(({ flag: on }) => on), shown.findLast(({ flag: on }) => !on)]
    expect((ended?.at ?? 0) - (began?.at ?? 0)).toBeGreaterThan(1950)

    const box = await page.locator('.presence-caret').boundingBox()
    if (box === null) throw new Error('no caret')
    await page.mouse.move(box.x + 3, box.y + box.height / 2)
    await flag.waitFor()
    await page.mouse.move(box.x + 200, box.y + 200)
    await flag.waitFor({ state: 'detached' })
  })

  test('never hide the line one writes on behind their name', async () => {
    const page = await open('quiet')
    await body(page).getByText('Still to do').click()
    await ben(page, b => {
      b.here = true
      b.place('Ask Ferhat')
    })
    const flag = page.locator('.presence-caret[data-flag] .presence-flag')
    await flag.waitFor()
    const own = await body(page).getByText('Still to do').boundingBox()
    const name = await flag.boundingBox()
    if (own === null || name === null) throw new Error('nothing to compare')
    expect(name.y).toBeGreaterThanOrEqual(own.y + own.height - 1)
  })

  test('writing elsewhere neither scroll one’s view nor move one’s caret', async () => {
    const page = await open('quiet', { height: 420 })
    // By the mouse: a caret moved by a key is brought into view, and when that happens is the browser's to say.
    const line = body(page).getByText('There is no bad weather')
    const box = await line.boundingBox()
    if (box === null) throw new Error('nothing to click')
    await line.click({ position: { x: box.width - 2, y: box.height - 8 } })
    await page.locator('main').evaluate(main => main.scrollTo(0, 120))
    const before = await page.locator('main').evaluate(main => main.scrollTop)
    await ben(page, async b => {
      b.here = true
      b.place('Seven of us')
      await b.type(' and a dog', 5)
    })
    await body(page).getByText('Seven of us and a dog').waitFor()
    expect(await page.locator('main').evaluate(main => main.scrollTop)).toBe(before)
    await page.keyboard.type(' Still here.')
    expect(await body(page).innerText()).toContain('the wrong page of the map. Still here.')
  })

  test('whose words are not here yet are painted when they come', async () => {
    const page = await open('quiet')
    await ben(page, async b => {
      b.here = true
      b.online = false
      b.place('Bring the big rope')
      await b.type(', the long one', 0)
      b.online = true
      b.onPresence()
    })
    // Told where Ben is, the window has made his caret and knows no place for it.
    await page.locator('.presence-caret').waitFor({ state: 'attached' })
    expect(await page.locator('.presence-caret:not([hidden])').count()).toBe(0)
    await page.evaluate(() =>
      (
        window as unknown as { skeinFake: { notes: { reconnect(): void }[] } }
      ).skeinFake.notes[0]?.reconnect(),
    )
    await page.locator('.presence-caret:not([hidden])').waitFor()
    expect(await body(page).innerText()).toContain('Bring the big rope, the long one')
  })
})
