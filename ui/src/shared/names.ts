/** How a device is called in a sentence: "Ben’s laptop". */
export function deviceLabel(who: { person: string; deviceName: string }): string {
  const person = who.person.trim()
  const device = who.deviceName.trim()
  if (device === '') return person === '' ? 'An unnamed device' : `${person}’s device`
  if (person === '' || names(device, person)) return device
  return `${person}’s ${device}`
}

/** "Ben’s laptop" names Ben already; so does "ben-thinkpad". A part of a longer word does not. */
function names(device: string, person: string): boolean {
  const first = words(person.toLocaleLowerCase())[0]
  return first !== undefined && words(device.toLocaleLowerCase()).includes(first)
}

/** One or two letters for a small round face. */
export function initials(person: string): string {
  const all = words(person)
  const last = all.length > 1 ? all.at(-1) : undefined
  return firstLetter(all[0]) + firstLetter(last) || '?'
}

function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? []
}

function firstLetter(word: string | undefined): string {
  return [...(word ?? '')][0]?.toLocaleUpperCase() ?? ''
}
