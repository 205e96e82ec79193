/** Marks and atoms: formatting attributes and embeds as stored, and what the view shows of them. */
import { Mark, type Node } from '@tiptap/pm/model'
import { sameJson } from './equal'
import { schema } from './schema'

/** Formatting attributes of a run by name. Never holds null: an absent mark is absent. */
export type MarkRecord = Readonly<Record<string, unknown>>

const SIMPLE = new Set(['bold', 'italic', 'underline', 'strike', 'code'])

/** The view's marks for stored attributes, in the schema's order. */
export function marksOf(record: MarkRecord): readonly Mark[] {
  let marks: readonly Mark[] = Mark.none
  const unknown: [string, unknown][] = []
  for (const [name, value] of Object.entries(record)) {
    if (value === null || value === undefined) continue
    if (SIMPLE.has(name)) marks = schema.mark(name, { value }).addToSet(marks)
    else if (name === 'link') marks = linkOf(value).addToSet(marks)
    else unknown.push([name, value])
  }
  if (unknown.length === 0) return marks
  return schema.marks.opaque.create({ data: Object.fromEntries(unknown) }).addToSet(marks)
}

function linkOf(value: unknown): Mark {
  const stored = (value as { href?: unknown }).href
  const href = typeof stored === 'string' ? stored : ''
  return schema.marks.link.create({ href, value: sameJson(value, { href }) ? null : value })
}

/** The attributes that say these marks. */
export function markRecordOf(marks: readonly Mark[]): MarkRecord {
  const record: [string, unknown][] = []
  for (const { type, attrs } of marks) {
    if (type === schema.marks.opaque) record.push(...Object.entries(attrs.data as MarkRecord))
    else if (type === schema.marks.link) record.push(['link', attrs.value ?? { href: attrs.href as string }])
    else record.push([type.name, attrs.value])
  }
  return Object.fromEntries(record)
}

/** What turns `before` into `after`, null for a mark that goes; nothing if they are equal. */
export function markDifference(before: MarkRecord, after: MarkRecord): Record<string, unknown> | null {
  const changes: [string, unknown][] = []
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) changes.push([name, null])
  for (const [name, value] of Object.entries(after)) {
    if (!Object.hasOwn(before, name) || !sameJson(before[name], value)) changes.push([name, value])
  }
  return changes.length > 0 ? Object.fromEntries(changes) : null
}

/** An atom of the view for an embed that starts no block. */
export function atomOf(record: unknown, marks: readonly Mark[]): Node {
  return schema.nodes.unknownAtom.create({ record }, null, marks)
}

/** What to store for an atom. */
export function embedOf(atom: Node): object {
  return (atom.attrs.record as object | null) ?? {}
}
