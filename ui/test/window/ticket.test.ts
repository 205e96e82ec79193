// @vitest-environment node
/** The drawn ticket, photographed off the screen and read by a decoder that is not ours. */
import jsQR from 'jsqr'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import TICKET from '../../src/ipc/fake/ticket.json'
import { open, soon, stage } from './stage'

stage()

test.each([
  ['light', 1280],
  ['dark', 420],
] as const)('the code scans in a %s window %d wide', async (theme, width) => {
  const page = await open('quiet', { theme, width, height: 760, motion: 'reduce' })
  await page.getByTestId('invite').click()
  await page.getByTestId('invite-ticket').click()
  await page.getByTestId('invite-make').click()
  await page.getByTestId('ticket-code').waitFor()
  // All of the sheet: a scanner has to find the code first.
  const picture = await pixels(page, await page.getByRole('dialog').screenshot())
  expect(jsQR(picture.pixels, picture.width, picture.height)?.data).toBe(TICKET.ticket)
})

test('a file dropped on the sheet is read', async () => {
  const page = await open('first')
  await page.getByTestId('menu').click()
  await page.getByTestId('join-open').click()
  await page.getByTestId('ticket-input').waitFor()
  await page.evaluate(ticket => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([`${ticket}\n`], 'Team.skein-ticket'))
    const over = document.querySelector('[role="dialog"]')
    for (const kind of ['dragover', 'drop'])
      over?.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer }))
  }, TICKET.ticket)
  await soon(() => page.getByTestId('ticket-input').inputValue()).toBe(TICKET.ticket)
  await soon(() => page.getByRole('dialog').innerText()).toContain('The ticket in Team.skein-ticket.')
})

/** What a PNG shows, by the browser's own decoder; each pixel crosses as one letter, since arrays take their time. */
async function pixels(page: Page, png: Buffer) {
  const { bright, width, height } = await page.evaluate(async base64 => {
    const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const { width, height } = bitmap
    const context = new OffscreenCanvas(width, height).getContext('2d')
    if (context === null) throw new Error('no canvas')
    context.drawImage(bitmap, 0, 0)
    const { data } = context.getImageData(0, 0, width, height)
    let bright = ''
    for (let at = 0; at < data.length; at += 4) bright += (data[at + 1] ?? 0) > 127 ? 'w' : 'b'
    return { bright, width, height }
  }, png.toString('base64'))
  const pixels = new Uint8ClampedArray(bright.length * 4)
  for (let at = 0; at < bright.length; at++) pixels.fill(bright[at] === 'w' ? 255 : 0, at * 4, at * 4 + 4)
  return { pixels, width, height }
}
