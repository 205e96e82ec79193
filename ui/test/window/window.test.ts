// @vitest-environment node
/** Writing, saving, keys and focus in Chromium, with pretended devices. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { ben, type Fake, focusIsIn, focusIsInText, open, soon, stage } from './stage'

stage()

const body = (page: Page) => page.getByTestId('editor')
const status = (page: Page) => page.getByTestId('status-line')

describe('writing', () => {
  test('the first start: the caret is in the text, words are saved, and the list has the note', async () => {
    const page = await open('first')
    expect(await focusIsInText(page)).toBe(true)
    await soon(() => status(page).textContent()).toBe('What you write stays on this device')
    await page.keyboard.type('Hello, paper')
    await soon(() => status(page).textContent()).toBe('Saved on this device')
    await soon(() => page.getByTestId('note-row').textContent()).toContain('Hello, paper')
    expect(await page.getByTestId('note-row').count()).toBe(1)
  })

  test('and reading at once: both people’s words are there', async () => {
    const page = await open('main')
    await body(page).getByText('Somebody owns a thermos').click()
    await page.keyboard.press('End')
    const both = ben(page, b => b.type(' and the small one', 20))
    await page.keyboard.type(' I do, a red one.', { delay: 15 })
    await both
    await expect
      .poll(() => body(page).innerText())
      .toContain('Bring the big rope and the small one and nothing')
    expect(await body(page).innerText()).toContain('Who? I do, a red one.')
  })

  test('the line is never green while something is not saved', async () => {
    const page = await open('quiet')
    await soon(() => status(page).textContent()).toBe('Ben’s laptop has everything')
    await page.evaluate(() => {
      const line = document.querySelector('[data-testid="status-line"]') as HTMLElement
      const seen: string[] = []
      Object.assign(window, { seen })
      new MutationObserver(() => seen.push(`${line.dataset.tone}: ${line.textContent}`)).observe(line, {
        attributes: true,
        characterData: true,
        childList: true,
        subtree: true,
      })
    })
    await page.keyboard.type('x')
    const now = () => page.evaluate(() => (window as unknown as { seen: string[] }).seen.at(-1))
    await soon(now).toBe('held: Ben’s laptop has everything')
    const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen)
    expect(seen.some(line => line.startsWith('pending'))).toBe(true)
    const firstGreen = seen.findIndex(line => line.startsWith('held'))
    expect(seen.slice(firstGreen).every(line => line.startsWith('held'))).toBe(true)
  })

  test('a disk that fails is said, and words wait until it works', async () => {
    const page = await open('trouble')
    await page.keyboard.type('Kept. ')
    await soon(() => status(page).textContent()).toBe('Not saved: the disk is full')
    expect(await body(page).innerText()).toContain('Kept. Seven of us')
    await page.evaluate(() => (window as unknown as Fake).skeinFake.notes[0]?.recover())
    await soon(() => status(page).textContent()).toBe('Ben’s laptop has everything')
  })

  test('a note one may only read takes no letter', async () => {
    const page = await open('viewer')
    const before = await body(page).innerText()
    await body(page).click()
    await page.keyboard.type('no')
    expect(await body(page).innerText()).toBe(before)
    expect(await status(page).textContent()).toBe('You can read this note here, not change it')
    expect(await page.getByTestId('new-note').count()).toBe(0)
  })
})

describe('when things go wrong', () => {
  test('a reset keeps the place: caret, scroll, focus; it says why, and writing goes on', async () => {
    const page = await open('quiet', { height: 420 })
    await body(page).getByText('There is no bad weather').click()
    await page.keyboard.press('End')
    await page.locator('main').evaluate(main => main.scrollTo(0, 150))
    await page.evaluate(() =>
      (window as unknown as Fake).skeinFake.notes[0]?.reset('an edit of Ben’s was taken out'),
    )
    await page.getByText('This note was opened anew: an edit of Ben’s was taken out.').first().waitFor()
    await soon(() => focusIsInText(page)).toBe(true)
    expect(await page.locator('main').evaluate(main => main.scrollTop)).toBe(150)
    await page.keyboard.type(' Still here.')
    await soon(() => body(page).innerText()).toContain('the wrong page of the map. Still here.')
    await soon(() => status(page).textContent()).toBe('Ben’s laptop has everything')
  })

  test('words that a failing disk did not take are offered when their note is left', async () => {
    const page = await open('trouble')
    await page.keyboard.type('Precious. ')
    await soon(() => status(page).textContent()).toBe('Not saved: the disk is full')
    await page.getByText('House rules').click()
    const notice = page.getByText('The last words of a note could not be saved here.')
    await notice.first().waitFor()
    await page.getByRole('button', { name: 'Copy the words' }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('Precious. Seven of us')
  })
})

describe('by keyboard', () => {
  test('the focus is back in the text after every dialog and menu', async () => {
    const page = await open('quiet')
    await page.keyboard.press('End')
    for (const [open, within] of [
      ['Invite', 'dialog'],
      ['Join a space', 'dialog'],
      ['Add a device by address', 'dialog'],
    ] as const) {
      if (open === 'Invite') await page.getByRole('button', { name: open }).click()
      else {
        await page.getByRole('button', { name: 'More' }).click()
        await page.getByRole('menuitem', { name: open }).click()
      }
      await soon(() => focusIsIn(page, within)).toBe(true)
      await page.keyboard.press('Escape')
      await page.getByRole(within).waitFor({ state: 'detached' })
      await soon(() => focusIsInText(page)).toBe(true)
    }
    await page.getByRole('button', { name: 'More' }).click()
    await soon(() => focusIsIn(page, 'menu')).toBe(true)
    await page.keyboard.press('Escape')
    await soon(() => focusIsInText(page)).toBe(true)
    await page.keyboard.type('!')
    expect(await body(page).innerText()).toContain('leave on Friday if the !')
  })

  test('inviting somebody: the row that is on the other screen, by keyboard', async () => {
    const page = await open('asked')
    await page.getByRole('button', { name: 'Invite' }).click()
    const title = page.getByRole('heading', { name: 'Which row is on Ben’s laptop?' })
    await title.waitFor()
    await soon(() => title.evaluate(heading => heading === document.activeElement)).toBe(true)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await soon(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '')).toBe(
      'turtle, lemon, bell, cactus',
    )
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Ben’s laptop joined' }).waitFor()
    await page.getByRole('button', { name: 'Done' }).click()
    await soon(() => focusIsInText(page)).toBe(true)
  })

  test('a space is made and renamed, and the caret is in the text again', async () => {
    const page = await open('first')
    const choose = async (item: string) => {
      await page.getByTestId('space-menu').click()
      await page.getByRole('menuitem', { name: item }).click()
      await soon(() => page.evaluate(() => document.activeElement?.id ?? '')).toBe('space-name')
    }
    await choose('New space')
    await page.keyboard.type('Team Nord')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Space: Team Nord' }).waitFor()
    await soon(() => focusIsInText(page)).toBe(true)
    await page.getByTestId('space-menu').click()
    await soon(() => focusIsIn(page, 'menu')).toBe(true)
    await page.keyboard.press('Escape')
    await soon(() => focusIsInText(page)).toBe(true)
    await choose('Rename this space')
    await page.keyboard.type('Team Süd')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Space: Team Süd' }).waitFor()
    await soon(() => focusIsInText(page)).toBe(true)
  })

  test('asking somebody nearby: the card leaves the caret in the text, and “not now” is kept', async () => {
    const page = await open('invited')
    await page.getByText('Ana’s laptop is nearby').waitFor()
    expect(await focusIsInText(page)).toBe(true)
    await page.getByRole('button', { name: 'Ask to join' }).click()
    await page.getByRole('heading', { name: 'Show this to Ana' }).waitFor()
    await page.getByText('turtle').waitFor()
    await page.getByText('It should say now: “Ben’s laptop joined”').waitFor()
    await page.getByRole('button', { name: 'It does not say that' }).click()
    await page.getByRole('heading', { name: 'You did not join' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Not now' }).click()
    await page.getByTestId('nearby-card').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Join a space' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Ask to join' }).waitFor()
  })

  test('a new note, the list and back, the list away', async () => {
    const page = await open('quiet')
    await page.keyboard.press('Control+n')
    await soon(() => page.getByTestId('title').innerText()).toBe('\n')
    await soon(() => focusIsInText(page)).toBe(true)
    await page.keyboard.type('Begun by keyboard')
    await page.keyboard.press('F6')
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    await soon(() => page.getByTestId('title').innerText()).toBe('Winter trip')
    await soon(() => focusIsInText(page)).toBe(true)
    await page.keyboard.press('Control+\\')
    await soon(() => page.getByTestId('note-list').isVisible()).toBe(false)
    expect(await focusIsInText(page)).toBe(true)
    await page.keyboard.press('Control+\\')
    await page.getByText('Begun by keyboard').waitFor()
  })

  test('nothing is a trap: Escape and Tab leave the text', async () => {
    const page = await open('quiet')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Tab')
    await soon(() => focusIsInText(page)).toBe(false)
  })
})

test('with reduced motion nothing moves', async () => {
  const page = await open('main', { motion: 'reduce' })
  const moving = await page.evaluate(
    () =>
      [...document.querySelectorAll('*')].filter(element => {
        const { transitionDuration, animationName } = getComputedStyle(element)
        return (
          animationName !== 'none' || transitionDuration.split(',').some(time => Number.parseFloat(time) > 0)
        )
      }).length,
  )
  expect(moving).toBe(0)
})

test('the screen reader is told of what changed, politely and once', async () => {
  const page = await open('quiet')
  const live = page.getByTestId('live')
  expect(await live.getAttribute('aria-live')).toBe('polite')
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Work offline' }).click()
  // Five seconds after the sentence before it.
  await soon(() => live.textContent()).toBe('Offline: changes are saved here')
  expect(await page.locator('[aria-live="polite"]:not([data-testid="live"])').count()).toBe(0)
})
