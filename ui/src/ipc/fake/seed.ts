/** Writes a whole note into an empty document, in the stored form: S, text, T for each block. */
import * as Y from 'yjs'

const END_OF_BLOCK = '\u2029'

/** A piece of a line: plain, or with marks. */
export type Run = string | [text: string, marks: Record<string, unknown>]

export interface SeedBlock {
  kind?: string
  checked?: boolean
  quote?: number
  indent?: number
  runs: Run[]
}

export function p(...runs: Run[]): SeedBlock {
  return { runs }
}

export function block(kind: string, text: Run | Run[], more: Partial<SeedBlock> = {}): SeedBlock {
  return {
    kind,
    runs: Array.isArray(text) && typeof text[0] !== 'string' ? (text as Run[]) : [text as Run],
    ...more,
  }
}

let ids = 0

/** A block as its creator writes it, in one transaction of the caller. */
export function insertBlock(body: Y.Text, at: number, { runs, ...record }: SeedBlock): void {
  const id = `seed${(ids++).toString(36).padStart(12, '0')}`
  body.insertEmbed(at, { b: id, ...record }, {})
  let end = at + 1
  for (const run of runs) {
    const [text, marks] = typeof run === 'string' ? [run, {}] : run
    body.insert(end, text, marks)
    end += text.length
  }
  body.insert(end, END_OF_BLOCK, {})
}

export function seededDoc(title: string, blocks: SeedBlock[]): Y.Doc {
  const doc = new Y.Doc()
  doc.transact(() => {
    doc.getText('title').insert(0, title)
    for (const each of blocks) insertBlock(doc.getText('body'), doc.getText('body').length, each)
  })
  return doc
}

/** The note's words without its markers, one line a block. */
export function plainText(doc: Y.Doc): string {
  return doc
    .getText('body')
    .toDelta()
    .map(({ insert }: { insert: unknown }) => (typeof insert === 'string' ? insert : ''))
    .join('')
    .replaceAll(END_OF_BLOCK, '\n')
    .trim()
}
