import type { BlockTable } from './blockTable'
import { type Token, tokensOf } from './grammar'
import type { Change } from './storedText'

/** A deletion or an insertion, at an index of the text as it was. */
export interface StoredEdit {
  index: number
  deleted: number
  inserted: Token[]
}

/** Marks that changed on text that stayed, at an index of the text as it is. */
export interface StoredFormat {
  index: number
  length: number
  marks: Readonly<Record<string, unknown>>
}

/** Rows `from` to `to` and the edits that fall on them. Outside of all regions nothing reads differently. */
export interface Region {
  from: number
  to: number
  /** Whether block starts or ends may be touched. */
  structural: boolean
  edits: StoredEdit[]
}

/** Sorts changes into edits, in old coordinates, and formats, in new ones. */
export function sortChanges(changes: readonly Change[]): { edits: StoredEdit[]; formats: StoredFormat[] } {
  const edits: StoredEdit[] = []
  const formats: StoredFormat[] = []
  let before = 0
  let now = 0
  for (const change of changes) {
    if (change.kind === 'keep') {
      if (change.marks) formats.push({ index: now, length: change.length, marks: change.marks })
      before += change.length
      now += change.length
    } else if (change.kind === 'delete') {
      edits.push({ index: before, deleted: change.length, inserted: [] })
      before += change.length
    } else {
      const inserted = tokensOf(change.run)
      edits.push({ index: before, deleted: 0, inserted })
      for (const token of inserted) now += token.length
    }
  }
  return { edits, formats }
}

/**
 * The regions of rows on which edits fall, in order. Where a start or an end is touched, or the place belongs to two
 * blocks, the neighbours are included, because they may read differently.
 */
export function regionsOf(edits: readonly StoredEdit[], table: BlockTable): Region[] {
  const regions: Region[] = []
  const lastRow = table.rows.length - 1
  let row = 0
  let start = 0
  for (const edit of edits) {
    while (row <= lastRow && start + table.row(row).stored <= edit.index) start += table.row(row++).stored
    if (row <= lastRow && isPlain(edit, table, row, start)) {
      add(regions, { from: row, to: row, structural: false, edits: [edit] })
      continue
    }
    let to = row
    let end = row <= lastRow ? start + table.row(row).stored : start
    while (to < lastRow && end < edit.index + edit.deleted) end += table.row(++to).stored
    const from = Math.max(0, Math.min(lastRow, row - 1))
    add(regions, { from, to: Math.min(lastRow, to + 1), structural: true, edits: [edit] })
  }
  return regions
}

/** Whether an edit stays within the content of one block that has a start. */
function isPlain(edit: StoredEdit, table: BlockTable, i: number, start: number): boolean {
  const row = table.row(i)
  if (row.isVoid || row.start === 0) return false
  const offset = edit.index - start - row.start
  return (
    offset >= 0 &&
    offset + edit.deleted <= row.length &&
    edit.inserted.every(token => token.kind === 'inline')
  )
}

/** Adds a region behind the others; where it meets what is there, they become one. */
function add(regions: Region[], region: Region): void {
  let merged = region
  for (let last = regions.at(-1); last && meets(last, merged); last = regions.at(-1)) {
    regions.pop()
    merged = {
      from: Math.min(last.from, merged.from),
      to: Math.max(last.to, merged.to),
      structural: last.structural || merged.structural,
      edits: [...last.edits, ...merged.edits],
    }
  }
  regions.push(merged)
}

function meets(left: Region, right: Region): boolean {
  const gap = left.structural || right.structural ? 1 : 0
  return right.from <= left.to + gap
}
