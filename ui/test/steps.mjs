/** What a person does before a picture is taken. */

export async function openMembers(page) {
  await page.getByTestId('space-menu').click()
  await page.getByRole('menuitem', { name: 'People in this space' }).click()
  await page.getByRole('dialog').waitFor()
}

export async function openLeave(page) {
  await page.getByTestId('space-menu').click()
  await page.getByTestId('leave-open').click()
  await page.getByTestId('leave-figures').waitFor()
}

export async function openMember(page) {
  await openMembers(page)
  await page
    .getByRole('button', { name: /^Change what/ })
    .first()
    .click()
  await page.getByRole('button', { name: 'Remove from this space' }).waitFor()
}

export async function newSpace(page) {
  await page.getByTestId('space-menu').click()
  await page.getByRole('menuitem', { name: 'New space' }).click()
  await page.getByTestId('space-name').waitFor()
}

export async function openMenu(page, item) {
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: item }).click()
  await page.getByRole('dialog').waitFor()
}

export async function moveKey(page, then) {
  await openMenu(page, 'Settings')
  await page.getByTestId('key-move').click()
  await page.getByTestId(then).waitFor()
}

export async function invited(page, title) {
  await page.getByRole('button', { name: 'Invite' }).click()
  await page.getByRole('heading', { name: title }).waitFor()
}

/** Ben's name shows only while he moves. */
export async function moveBen(page) {
  await page.waitForTimeout(300)
  await page.evaluate(() => window.skeinFake.notes[0].options.peers[0].place('Bring the big rope'))
  await page.waitForTimeout(250)
}

export async function doctor(page) {
  await page.getByTestId('status-line').click()
  await page.getByTestId('doctor-check').click()
  await page.getByTestId('doctor-findings').waitFor()
}
