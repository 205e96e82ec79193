/** How words of the catalogue are put together. */

const plurals = new Intl.PluralRules('en')

/** "1 edit", "3 edits". */
export function count(n: number, one: string, many: string): string {
  return `${n.toLocaleString('en')} ${plurals.select(n) === 'one' ? one : many}`
}

/** "Ana and Ben", "Ana, Ben and Cem". */
const list = new Intl.ListFormat('en', { type: 'conjunction' })
export const listed = (names: string[]) => list.format(names).replace(/,(?= and )/, '')

/** What the core says in lower case, as sentences of the window. */
export function sentence(why: string): string {
  const said = why.replace(
    /(^|\. )(\p{L})/gu,
    (_, before: string, letter: string) => before + letter.toUpperCase(),
  )
  return said.endsWith('.') ? said : `${said}.`
}
