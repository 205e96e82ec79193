/** The canonical JSON of a note as Rust writes it (crates/note/src/canonical.rs), to compare Yjs with yrs. */

import type { Node } from '@tiptap/pm/model'
import * as Y from 'yjs'
import { GrammarReader, type Row, type Token, tokensOf } from '../../src/editor/binding/grammar'
import { Overrides } from '../../src/editor/binding/overrides'
import { readRuns } from '../../src/editor/binding/storedText'
import { kindOf } from '../../src/editor/schema/blockRecord'
import { markRecordOf } from '../../src/editor/schema/inlineRecord'
import type { NoteDocument } from '../../src/sync/noteDocument'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

export function canonicalJson(note: NoteDocument): string {
  return spell({
    title: readRuns(note.title)
      .map(run => ('text' in run ? run.text : ''))
      .join(''),
    meta: note.meta.toJSON() as Json,
    blocks: blocks(note),
    objects: note.objects.toJSON() as Json,
  })
}

function blocks(note: NoteDocument): Json[] {
  const overrides = Overrides.read(note.attrs)
  const out: Json[] = []
  let inline: Json[] = []
  const reader = new GrammarReader<Token>({
    open: () => {
      inline = []
    },
    inline: token => {
      if (token.kind === 'inline') for (const node of token.nodes) addInline(inline, node)
    },
    close: row => out.push(block(row, overrides, inline)),
    leaf: row => out.push(block(row, overrides, [])),
  })
  for (const run of readRuns(note.body)) for (const token of tokensOf(run)) reader.read(token)
  reader.finish()
  return out
}

function block(row: Row, overrides: Overrides, inline: Json[]): Json {
  const effective = overrides.effective(row)
  const entries: [string, Json][] = []
  for (const [name, value] of Object.entries(effective)) {
    if (value === null || value === undefined || name === 'kind') continue
    const taken = ['id', 'inline', 'void'].includes(name) || name.startsWith('/')
    entries.push([taken ? `/${name}` : name, value as Json])
  }
  entries.push(['id', row.id], ['kind', kindOf(effective)], ['inline', inline])
  if (row.isVoid) entries.push(['void', true])
  return Object.fromEntries(entries)
}

function addInline(inline: Json[], node: Node): void {
  const marks = markRecordOf(node.marks) as Json
  if (!node.isText) {
    const record = node.attrs.record as Json
    inline.push(Object.keys(marks as object).length > 0 ? { atom: record, marks } : { atom: record })
    return
  }
  const text = node.text ?? ''
  const last = inline.at(-1)
  if (Array.isArray(last) && spell(last[1] ?? null) === spell(marks)) last[0] = `${last[0] as string}${text}`
  else inline.push([text, marks])
}

/** RFC 8785. Numbers and strings are spelled as ECMAScript does, which is what the RFC asks. */
export function spell(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(spell).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const names = Object.keys(value).sort()
  return `{${names.map(name => `${JSON.stringify(name)}:${spell(value[name] ?? null)}`).join(',')}}`
}

/** What is stored, spelled so that equal documents are equal strings. */
export function storedJson(note: NoteDocument): string {
  const runs = readRuns(note.body).map(run =>
    'text' in run ? [run.text, run.marks] : [run.embed, run.marks, 1],
  )
  return spell({ title: note.title.toString(), body: runs as Json, attrs: note.attrs.toJSON() as Json })
}

export function stateOf(note: NoteDocument): Uint8Array {
  return Y.encodeStateAsUpdate(note.doc)
}
