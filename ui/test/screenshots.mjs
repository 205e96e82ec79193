/** Pictures of every screen and state, both themes, both widths: `node test/screenshots.mjs <folder> [name…]`. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  doctor,
  invited,
  moveBen,
  moveKey,
  newSpace,
  openLeave,
  openMember,
  openMembers,
  openMenu,
} from './steps.mjs'
import { openBrowser } from './window/browser.mjs'

const [folder, ...only] = process.argv.slice(2)
if (folder === undefined) throw new Error('say which folder the pictures go to')

const SIZES = [
  [1280, 800],
  [800, 800],
]
const THEMES = ['light', 'dark']

/** Moments: what is pretended, and what a person does before the picture is taken. */
const MOMENTS = {
  main: ['main', async page => moveBen(page)],
  quiet: ['quiet'],
  behind: ['behind', async page => page.getByTestId('status-line').click()],
  several: ['main', async page => page.getByTestId('status-line').click()],
  offline: ['offline'],
  first: ['first'],
  'first-words': [
    'first',
    async page => {
      await page.keyboard.type('Everything here stays on this laptop until you share it.')
      await page.waitForTimeout(900)
    },
  ],
  trouble: [
    'trouble',
    async page => {
      await page.keyboard.type('These words have no disk. ')
      await page.waitForTimeout(500)
    },
  ],
  viewer: ['viewer'],
  waiting: ['waiting'],
  crowd: ['crowd'],
  menu: ['quiet', async page => page.getByRole('button', { name: 'More' }).click()],
  ownerless: ['ownerless', async page => openMembers(page)],
  recover: [
    'ownerless',
    async page => {
      await openMembers(page)
      await page.getByTestId('recover').click()
    },
  ],
  'recovery-key': [
    'first',
    async page => {
      await newSpace(page)
      await page.getByTestId('recovery-wanted').click()
      await page.getByTestId('space-name').fill('Team Nord')
      await page.getByTestId('space-name-submit').click()
      await page.getByTestId('recovery-key').waitFor()
      await page.keyboard.press('Escape')
    },
  ],
  invite: ['quiet', async page => page.getByRole('button', { name: 'Invite' }).click()],
  own: [
    'ownWaiting',
    async page => {
      await page.getByRole('button', { name: 'Invite' }).click()
      await page.getByTestId('invite-own').click()
      await page.getByTestId('own-spaces').waitFor()
    },
  ],
  'own-asked': [
    'ownAsked',
    async page => {
      await page.getByRole('button', { name: 'Invite' }).click()
      await page.getByTestId('picture-row').first().waitFor()
    },
  ],
  'own-invited': ['ownInvited', async page => page.getByTestId('nearby-card').waitFor()],
  'own-pictures': [
    'ownInvited',
    async page => {
      await page.getByTestId('nearby-ask').click()
      await page.getByTestId('shown-pictures').waitFor()
    },
  ],
  'own-welcomed': [
    'ownInvited',
    async page => {
      await page.getByTestId('nearby-ask').click()
      await page.getByTestId('ask-open').waitFor()
    },
  ],
  ticket: [
    'quiet',
    async page => {
      await page.getByRole('button', { name: 'Invite' }).click()
      await page.getByRole('button', { name: 'Use a ticket instead' }).click()
      await page.getByRole('button', { name: 'Make a ticket' }).click()
      await page.getByRole('textbox', { name: 'Your ticket' }).waitFor()
    },
  ],
  'ticket-saved': [
    'quiet',
    async page => {
      await page.getByTestId('invite').click()
      await page.getByTestId('invite-ticket').click()
      await page.getByTestId('invite-make').click()
      await page.getByTestId('ticket-save').click()
      await page.getByText('Saved as').waitFor()
    },
  ],
  asked: ['asked', async page => invited(page, 'Which row')],
  arrived: ['arrived', async page => invited(page, 'joined')],
  mistaken: ['mistaken', async page => invited(page, 'Nobody was let in')],
  nearby: ['invited', async page => page.getByTestId('nearby-card').waitFor()],
  pictures: [
    'invited',
    async page => {
      await page.getByTestId('nearby-ask').click()
      await page.getByTestId('shown-pictures').waitFor()
    },
  ],
  welcomed: [
    'invited',
    async page => {
      await page.getByTestId('nearby-ask').click()
      await page.getByTestId('ask-open').waitFor()
    },
  ],
  'join-nearby': ['invited', async page => openMenu(page, 'Join a space')],
  join: ['first', async page => openMenu(page, 'Join a space')],
  'join-error': [
    'first',
    async page => {
      await openMenu(page, 'Join a space')
      await page
        .getByRole('textbox', { name: 'I have a ticket' })
        .fill('SKEIN1-MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U')
      await page.keyboard.press('Enter')
      await page.getByRole('alert').waitFor()
    },
  ],
  aside: [
    'aside',
    async page => {
      await page.getByTestId('aside-show').click()
      await page.getByTestId('aside-bring').waitFor()
    },
  ],
  'join-file': [
    'first',
    async page => {
      await openMenu(page, 'Join a space')
      await page.getByTestId('ticket-choose').click()
      await page.getByText('It says that it is good').waitFor()
    },
  ],
  settings: ['quiet', async page => openMenu(page, 'Settings')],
  'settings-keys': [
    'quiet',
    async page => {
      await openMenu(page, 'Settings')
      await page.getByRole('switch').last().waitFor()
      await page.keyboard.press('Shift+Tab')
    },
  ],
  'settings-no-tray': ['untrayed', async page => openMenu(page, 'Settings')],
  'settings-keystore': ['keystored', async page => openMenu(page, 'Settings')],
  'settings-moving': ['keyAsking', async page => moveKey(page, 'key-call-off')],
  'settings-no-keystore': ['keyless', async page => moveKey(page, 'key-move')],
  peer: ['quiet', async page => openMenu(page, 'Add a device by address')],
  why: ['behind', async page => page.getByTestId('doctor-why').waitFor({ timeout: 15_000 })],
  doctor: ['behind', async page => doctor(page)],
  'doctor-well': ['quiet', async page => doctor(page)],
  notice: [
    'quiet',
    async page => {
      await openMenu(page, 'Add a device by address')
      await page.getByRole('textbox', { name: 'Address' }).fill('192.168.1.20:4001')
      await page.keyboard.press('Enter')
      await page.getByText('The address is kept').waitFor()
    },
  ],
  spaces: ['spaces', async page => page.getByRole('button', { name: 'Space: Team Nord' }).click()],
  members: ['main', async page => openMembers(page)],
  member: ['main', async page => openMember(page)],
  remove: [
    'main',
    async page => {
      await openMember(page)
      await page.getByRole('button', { name: 'Remove from this space' }).click()
      await page.getByTestId('member-remove-sure').waitFor()
    },
  ],
  'just-removed': [
    'main',
    async page => {
      await openMember(page)
      await page.getByRole('button', { name: 'Remove from this space' }).click()
      await page.getByTestId('member-remove-sure').click()
      await page.getByRole('heading', { name: 'Who is in Team Nord' }).waitFor()
    },
  ],
  removed: ['removed', async page => page.getByText('Removed from this space').waitFor()],
  leave: ['spaces', async page => openLeave(page)],
  'leave-unsent': ['unsent', async page => openLeave(page)],
  left: [
    'left',
    async page => {
      await page.getByText('You left this space').waitFor()
      await page.getByTestId('space-menu').click()
    },
  ],
  move: ['spaces', async page => openMenu(page, 'Move this note')],
  'new-space': ['spaces', async page => newSpace(page)],
  people: ['crowd', async page => page.getByRole('button', { name: '3 more devices' }).click()],
  'link-edit': [
    'quiet',
    async page => {
      await page.getByTestId('editor').getByText('soup for twelve').click()
      await page.keyboard.press('Control+k')
      await page.getByRole('textbox', { name: 'Address' }).waitFor()
    },
  ],
  'link-open': [
    'quiet',
    async page =>
      page
        .getByTestId('editor')
        .getByText('soup for twelve')
        .click({ modifiers: ['Control'] }),
  ],
  collapsed: ['quiet', async page => page.getByRole('button', { name: 'Hide the list of notes' }).click()],
}

await mkdir(folder, { recursive: true })
const browser = await openBrowser()
try {
  for (const [name, [scenario, act]] of Object.entries(MOMENTS)) {
    if (only.length > 0 && !only.includes(name)) continue
    for (const theme of THEMES) {
      for (const [width, height] of SIZES) {
        const page = await browser.page(scenario, { theme, width, height })
        await act?.(page)
        await page.waitForTimeout(350)
        await page.screenshot({ caret: 'initial', path: join(folder, `${name}-${theme}-${width}.png`) })
        for (const trouble of page.troubles) console.error(`${name} ${theme} ${width}: ${trouble}`)
        await page.context().close()
      }
    }
  }
} finally {
  await browser.close()
}
