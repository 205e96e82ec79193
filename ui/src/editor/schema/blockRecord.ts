/** Blocks: the stored record `{kind?, indent?, quote?, …}` and what the view shows of it. */
import type { Attrs, Node } from '@tiptap/pm/model'
import { type BlockType, MAX_INDENT, MAX_QUOTE, schema } from './schema'

/** A block's record as stored, without its id. */
export type BlockRecord = Readonly<Record<string, unknown>>

/** A block as the view shows it, its id aside. */
export interface BlockLook {
  type: BlockType
  attrs: Attrs
}

const LIST_KINDS = new Set(['bullet', 'ordered', 'task'])
const HEADING = /^h([1-3])$/

/** Names the view understands in a block of each type; all others travel in `x`. */
const UNDERSTOOD = new Set(['kind', 'indent', 'quote', 'checked', 'lang'])
const UNDERSTOOD_OF_UNKNOWN = new Set(['kind', 'indent', 'quote'])

/** What a record looks like. Total: any record gives a block, nothing throws, nothing is rewritten. */
export function lookOf(record: BlockRecord, isVoid: boolean): BlockLook {
  const kind = kindOf(record)
  const { type, attrs } = isVoid ? voidLook(kind) : textLook(kind, record)
  attrs.indent = clamp(record.indent, MAX_INDENT)
  attrs.quote = clamp(record.quote, MAX_QUOTE)
  attrs.x = restOf(
    record,
    type === 'unknownBlock' || type === 'unknownVoid' ? UNDERSTOOD_OF_UNKNOWN : UNDERSTOOD,
  )
  return { type, attrs }
}

/** What the view does not understand of a record; null where it understands everything. */
function restOf(record: BlockRecord, understood: ReadonlySet<string>): BlockRecord | null {
  const rest: [string, unknown][] = []
  for (const [name, value] of Object.entries(record)) {
    if (!understood.has(name) && isSet(value)) rest.push([name, value])
  }
  return rest.length > 0 ? Object.fromEntries(rest) : null
}

/** A look being put together. */
interface LookDraft {
  type: BlockType
  attrs: Record<string, unknown>
}

function textLook(kind: string, record: BlockRecord): LookDraft {
  if (kind === 'p') return { type: 'paragraph', attrs: {} }
  const heading = HEADING.exec(kind)
  if (heading) return { type: 'heading', attrs: { level: Number(heading[1]) } }
  if (LIST_KINDS.has(kind)) return { type: 'item', attrs: { kind, checked: record.checked === true } }
  if (kind === 'code')
    return { type: 'codeBlock', attrs: { lang: typeof record.lang === 'string' ? record.lang : '' } }
  return { type: 'unknownBlock', attrs: { kind } }
}

function voidLook(kind: string): LookDraft {
  return kind === 'divider' ? { type: 'divider', attrs: {} } : { type: 'unknownVoid', attrs: { kind } }
}

/** The record that says this look; defaults are left out. */
export function recordOf({ type, attrs }: BlockLook): BlockRecord {
  const record: [string, unknown][] = []
  const kind = storedKind(type, attrs)
  if (kind !== 'p') record.push(['kind', kind])
  if (type === 'item' && attrs.checked === true) record.push(['checked', true])
  if (type === 'codeBlock' && attrs.lang) record.push(['lang', attrs.lang])
  if (attrs.indent) record.push(['indent', attrs.indent])
  if (attrs.quote) record.push(['quote', attrs.quote])
  const rest = Object.entries((attrs.x as BlockRecord | null) ?? {}).filter(
    ([name]) => name !== 'b' && name !== 'v',
  )
  return Object.fromEntries([...record, ...rest])
}

function storedKind(type: BlockType, attrs: Attrs): string {
  switch (type) {
    case 'paragraph':
      return 'p'
    case 'heading':
      return `h${attrs.level as number}`
    case 'codeBlock':
      return 'code'
    case 'divider':
      return 'divider'
    default:
      return attrs.kind as string
  }
}

/** `p` where none is stored; a kind that is no string reads as its JSON. */
export function kindOf(record: BlockRecord): string {
  const { kind } = record
  if (!isSet(kind)) return 'p'
  return typeof kind === 'string' ? kind : JSON.stringify(kind)
}

/** What a block of the view looks like, its id aside. */
export function lookOfNode(node: Node): BlockLook {
  const { id: _, ...attrs } = node.attrs
  return { type: node.type.name as BlockType, attrs }
}

export function nodeOf(look: BlockLook, id: string | null, content: readonly Node[]): Node {
  const type = schema.nodes[look.type]
  return type.create({ ...look.attrs, id }, type.isLeaf ? null : content)
}

export function isVoidType(type: BlockType): boolean {
  return schema.nodes[type].isLeaf
}

/** What an implied paragraph looks like: nothing stored, nothing special. */
export const PLAIN: BlockLook = lookOf({}, false)

function clamp(value: unknown, max: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? Math.min(value, max) : 0
}

function isSet(value: unknown): boolean {
  return value !== null && value !== undefined
}
