// @vitest-environment node
/** Every screen and state, in both themes, through axe: no violation of any of its rules. */
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { open, stage } from './stage'

stage()

describe('no barrier (axe)', () => {
  const moments: [string, string, ((page: Page) => Promise<void>)?][] = [
    ['the window with others in it', 'main'],
    ['the first start', 'first'],
    ['a crowd', 'crowd'],
    ['the rest of a crowd', 'crowd', page => page.getByRole('button', { name: '3 more devices' }).click()],
    [
      'spaces to choose from',
      'spaces',
      page => page.getByRole('button', { name: 'Space: Team Nord' }).click(),
    ],
    ['a note waiting', 'waiting'],
    ['a note to read only', 'viewer'],
    ['the menu', 'quiet', page => page.getByRole('button', { name: 'More' }).click()],
    ['who has the note', 'behind', page => page.getByTestId('status-line').click()],
    ['inviting', 'quiet', page => page.getByTestId('invite').click()],
    [
      'a ticket',
      'quiet',
      async page => {
        await page.getByTestId('invite').click()
        await page.getByTestId('invite-ticket').click()
        await page.getByTestId('invite-make').click()
        await page.getByTestId('ticket-code').waitFor()
        await page.getByTestId('ticket-save').click()
        await page.getByText('Saved as').waitFor()
      },
    ],
    ['who is in the space', 'main', members],
    ['what a member may do', 'main', oneMember],
    [
      'whether to remove a member',
      'main',
      async page => {
        await oneMember(page)
        await page.getByTestId('member-remove').click()
        await page.getByTestId('member-remove-sure').waitFor()
      },
    ],
    ['removed from the space', 'removed', page => page.getByText('Removed from this space').waitFor()],
    [
      'rows to pick from',
      'asked',
      async page => {
        await page.getByTestId('invite').click()
        await page.getByTestId('picture-none').waitFor()
      },
    ],
    [
      'an invitation that is over',
      'mistaken',
      async page => {
        await page.getByTestId('invite').click()
        await page.getByRole('alert').waitFor()
      },
    ],
    ['somebody nearby', 'invited', page => page.getByTestId('nearby-card').waitFor()],
    [
      'pictures to show',
      'invited',
      async page => {
        await page.getByTestId('nearby-ask').click()
        await page.getByTestId('shown-pictures').waitFor()
      },
    ],
    [
      'joining, with a mistake',
      'first',
      async page => {
        await page.getByTestId('menu').click()
        await page.getByTestId('join-open').click()
        await page.getByTestId('ticket-input').fill('nonsense')
        await page.getByTestId('join-submit').click()
        await page.getByRole('alert').waitFor()
      },
    ],
    [
      'joining, with a ticket from a file',
      'first',
      async page => {
        await page.getByTestId('menu').click()
        await page.getByTestId('join-open').click()
        await page.getByTestId('ticket-choose').click()
        await page.getByText('It says that it is good').waitFor()
      },
    ],
    ['settings', 'quiet', settings],
    ['settings where there is no tray', 'untrayed', settings],
    ['a key in the key store, with a copy left over', 'keystored', settings],
    [
      'a key being moved',
      'keyAsking',
      async page => {
        await settings(page)
        await page.getByTestId('key-move').click()
        await page.getByTestId('key-call-off').waitFor()
      },
    ],
    [
      'why nobody is here',
      'behind',
      async page => {
        await page.getByTestId('status-line').click()
        await page.getByTestId('doctor-check').click()
        await page.getByTestId('doctor-findings').waitFor()
      },
    ],
    [
      'an address to add',
      'quiet',
      async page => {
        await page.getByTestId('menu').click()
        await page.getByRole('menuitem', { name: 'Add a device' }).click()
        await page.getByRole('dialog').waitFor()
      },
    ],
    [
      'a link to write',
      'quiet',
      async page => {
        await page.keyboard.press('Shift+End')
        await page.keyboard.press('Control+k')
        await page.getByRole('textbox', { name: 'Address' }).waitFor()
      },
    ],
    [
      'a link to follow',
      'quiet',
      async page => {
        await page
          .getByTestId('editor')
          .getByText('soup for twelve')
          .click({ modifiers: ['Control'] })
        await page.getByText('Open this address?').first().waitFor()
      },
    ],
  ]
  test.each(moments)('%s', async (_, scenario, act) => {
    const page = await open(scenario, { motion: 'reduce' })
    await act?.(page)
    expect(await violations(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    expect(await violations(page)).toEqual([])
  })
})

/** What axe finds, in short: rule, element, why. */
async function violations(of: Page): Promise<string[]> {
  await of.evaluate(axe.source)
  return of.evaluate(async () => {
    const { axe: here } = window as unknown as { axe: typeof axe }
    const { violations: found } = await here.run(document, { resultTypes: ['violations'] })
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} — ${failureSummary}`),
    )
  })
}

async function settings(page: Page): Promise<void> {
  await page.getByTestId('menu').click()
  await page.getByTestId('settings-open').click()
  await page.getByTestId('at-login').waitFor()
}

async function members(page: Page): Promise<void> {
  await page.getByTestId('space-menu').click()
  await page.getByTestId('members-open').click()
  await page.getByRole('dialog').waitFor()
}

async function oneMember(page: Page): Promise<void> {
  await members(page)
  await page.getByTestId('member-change').first().click()
  await page.getByTestId('member-remove').waitFor()
}
