import type { NoteRow } from '../../ipc/backend'

export interface Grouped {
  /** The open note while nothing of it is stored. */
  draft: NoteRow | null
  pinned: NoteRow[]
  recent: NoteRow[]
}

/** What the list shows, newest first; notes in the trash are not listed. */
export function grouped(rows: NoteRow[], open: string | null, now: number): Grouped {
  const listed = rows.filter(row => !row.trashed).sort(byTime)
  const known = open === null || rows.some(row => row.id === open)
  return {
    draft: known ? null : draftRow(open, now),
    pinned: listed.filter(row => row.pinned),
    recent: listed.filter(row => !row.pinned),
  }
}

/** Newest first; equal times by id, so that the order never flickers. */
function byTime(a: NoteRow, b: NoteRow): number {
  return b.modifiedMs - a.modifiedMs || (a.id < b.id ? -1 : 1)
}

function draftRow(id: string, now: number): NoteRow {
  return {
    id,
    title: '',
    preview: '',
    modifiedMs: now,
    words: 0,
    pinned: false,
    trashed: false,
    state: 'ok',
    heldByOthers: false,
  }
}
