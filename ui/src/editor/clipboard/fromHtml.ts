import type { Mark, Node } from '@tiptap/pm/model'
import { isBlockId } from '../../sync/blockId'
import { joined } from '../binding/projection'
import { cleanText } from '../binding/surrogates'
import { type BlockLook, type BlockRecord, lookOf, nodeOf } from '../schema/blockRecord'
import { atomOf, marksOf } from '../schema/inlineRecord'
import { MAX_INDENT, MAX_QUOTE, schema } from '../schema/schema'
import { elementMarks } from './elementMarks'
import { ATOM_ATTRIBUTE, BLOCK_ATTRIBUTE, MARKS_ATTRIBUTE } from './toHtml'

/** Elements whose content nobody means to paste. */
const SKIPPED = new Set(
  'HEAD STYLE SCRIPT TITLE META LINK TEMPLATE NOSCRIPT IFRAME OBJECT EMBED SVG MATH VIDEO AUDIO CANVAS SELECT BUTTON'.split(
    ' ',
  ),
)
const BLOCKS = new Set(
  'ADDRESS ARTICLE ASIDE BODY CENTER DD DETAILS DIV DL DT FIELDSET FIGCAPTION FIGURE FOOTER FORM HEADER MAIN NAV P SECTION SUMMARY TABLE TBODY TFOOT THEAD TR'.split(
    ' ',
  ),
)

/** Largest record taken from one of our own attributes, in characters: what may be stored is 4 KiB. */
const MAX_RECORD = 4000

/** Deepest nesting followed; a page made to be deep is pasted as far as that. */
const MAX_DEPTH = 200

/** Where in the nesting a block stands. */
interface Context {
  quote: number
  indent: number
  list: 'bullet' | 'ordered' | null
  /** Directly inside an item, so that a list here is one deeper already. */
  inItem: boolean
  depth: number
}

/** An item whose first line has not been read yet. */
interface OpenItem {
  kind: string
  checked: boolean
  indent: number
}

/**
 * Nested HTML as flat blocks: list depth becomes indentation, quotations quote depth. Only what is understood is taken;
 * no element, style, address or picture of a page gets any further than this.
 */
export function fromHtml(root: ParentNode & globalThis.Node): Node[] {
  const reader = new HtmlReader()
  const context: Context = { quote: 0, indent: 0, list: null, inItem: false, depth: 0 }
  reader.children(root, context, [])
  reader.flush(context)
  return reader.blocks
}

class HtmlReader {
  readonly blocks: Node[] = []
  /** The line being read. */
  private line: Node[] = []
  private item: OpenItem | null = null

  children(parent: globalThis.Node, context: Context, marks: readonly Mark[]): void {
    if (context.depth > MAX_DEPTH) return
    for (const child of parent.childNodes) {
      if (child.nodeType === 3) this.text(child.nodeValue ?? '', marks)
      else if (child.nodeType === 1)
        this.element(child as HTMLElement, { ...context, depth: context.depth + 1 }, marks)
    }
  }

  /** Ends the line being read. */
  flush(context: Context): void {
    const line = withoutTrailingSpace(this.line)
    this.line = []
    if (line.length === 0) return
    const look: BlockLook = this.item
      ? { type: 'item', attrs: { kind: this.item.kind, checked: this.item.checked } }
      : { type: 'paragraph', attrs: {} }
    this.emit(look, context, line)
  }

  private element(element: HTMLElement, context: Context, marks: readonly Mark[]): void {
    const tag = element.tagName.toUpperCase()
    if (SKIPPED.has(tag)) return
    const own = element.getAttribute(BLOCK_ATTRIBUTE)
    if (own !== null && this.ownBlock(element, own, context)) return
    if (tag === 'BR') this.line.push(schema.text('\n', marks))
    else if (tag === 'INPUT') this.box(element)
    else if (tag === 'UL' || tag === 'OL')
      this.list(element, tag === 'OL' ? 'ordered' : 'bullet', context, marks)
    else if (tag === 'LI') this.listItem(element, context, marks)
    else if (tag === 'BLOCKQUOTE')
      this.block(element, { ...context, quote: context.quote + 1 }, context, marks)
    else if (tag === 'PRE') this.code(element, context)
    else if (tag === 'HR') this.lineless({ type: 'divider', attrs: {} }, context, [])
    else if (/^H[1-6]$/.test(tag)) this.heading(element, Number(tag[1]), context, marks)
    else if (tag === 'TD' || tag === 'TH') this.cell(element, context, marks)
    else if (BLOCKS.has(tag)) this.block(element, context, context, marks)
    else this.children(element, context, elementMarks(element, marks))
  }

  private text(text: string, marks: readonly Mark[]): void {
    let words = cleanText(text).replace(/[ \t\r\n\f]+/g, ' ')
    const last = this.line.at(-1)
    if (!last || (last.text && /[ \n]$/.test(last.text))) words = words.replace(/^ /, '')
    if (words !== '') this.line.push(schema.text(words, marks))
  }

  private block(element: HTMLElement, inside: Context, outside: Context, marks: readonly Mark[]): void {
    this.flush(outside)
    this.children(element, inside, marks)
    this.flush(inside)
  }

  private list(
    element: HTMLElement,
    list: 'bullet' | 'ordered',
    context: Context,
    marks: readonly Mark[],
  ): void {
    this.flush(context)
    this.item = null
    const indent = context.indent + (context.list !== null && !context.inItem ? 1 : 0)
    this.children(element, { ...context, list, indent, inItem: false }, marks)
    this.flush(context)
  }

  private listItem(element: HTMLElement, context: Context, marks: readonly Mark[]): void {
    this.flush(context)
    const item: OpenItem = { kind: context.list ?? 'bullet', checked: false, indent: context.indent }
    this.item = item
    const inside = { ...context, indent: context.indent + 1, inItem: true }
    this.children(element, inside, marks)
    this.flush(inside)
    // An item without a first line is an empty item.
    if (this.item === item)
      this.emit({ type: 'item', attrs: { kind: item.kind, checked: item.checked } }, context, [])
  }

  private box(element: HTMLElement): void {
    if (!this.item || element.getAttribute('type') !== 'checkbox') return
    this.item.kind = 'task'
    this.item.checked = element.hasAttribute('checked')
  }

  private code(element: HTMLElement, context: Context): void {
    const lang =
      /language-([\w+#-]{1,40})/.exec(element.firstElementChild?.className ?? element.className)?.[1] ?? ''
    const text = cleanText(textOf(element).replace(/\r\n?/g, '\n').replace(/\n$/, ''))
    this.lineless({ type: 'codeBlock', attrs: { lang } }, context, text === '' ? [] : [schema.text(text)])
  }

  private heading(element: HTMLElement, level: number, context: Context, marks: readonly Mark[]): void {
    this.flush(context)
    this.item = null
    this.children(element, context, marks)
    const line = withoutTrailingSpace(this.line)
    this.line = []
    this.emit({ type: 'heading', attrs: { level: Math.min(3, level) } }, context, line)
  }

  /** Cells of a row stand in one line with tabs between them. */
  private cell(element: HTMLElement, context: Context, marks: readonly Mark[]): void {
    if (this.line.length > 0) this.line.push(schema.text('\t'))
    this.children(element, context, marks)
  }

  private lineless(look: BlockLook, context: Context, content: Node[]): void {
    this.flush(context)
    this.item = null
    this.emit(look, context, content)
  }

  private emit({ type, attrs }: BlockLook, context: Context, content: Node[]): void {
    const indent = type === 'item' && this.item ? this.item.indent : context.indent
    const place = { indent: Math.min(MAX_INDENT, indent), quote: Math.min(MAX_QUOTE, context.quote), x: null }
    this.blocks.push(nodeOf({ type, attrs: { ...attrs, ...place } }, null, joined(content)))
    this.item = null
  }

  /** A block of ours: taken to the letter, text and all. What hangs below an item is read as usual. */
  private ownBlock(element: HTMLElement, json: string, context: Context): boolean {
    const stored = parseRecord(json)
    if (!stored) return false
    this.flush(context)
    this.item = null
    const { b: id, v, ...record } = stored
    const isVoid = v === 1
    const own = new OwnReader()
    if (!isVoid) own.read(element, [], false)
    this.blocks.push(nodeOf(lookOf(record, isVoid), isBlockId(id) ? id : null, joined(own.content)))
    const inside = { ...context, indent: context.indent + 1, inItem: true }
    for (const child of own.below) this.element(child, inside, [])
    this.flush(inside)
    return true
  }
}

/**
 * The content of one of our own blocks, white space kept; blocks inside it are put aside. `exact` means that the marks
 * are known to the letter and the tags only repeat them.
 */
class OwnReader {
  readonly content: Node[] = []
  /** Blocks below this one that hang from it: lists in an item. */
  readonly below: HTMLElement[] = []

  read(parent: HTMLElement, marks: readonly Mark[], exact: boolean): this {
    for (const child of parent.childNodes) {
      if (child.nodeType === 3) this.text(child.nodeValue ?? '', marks)
      else if (child.nodeType === 1) this.element(child as HTMLElement, marks, exact)
    }
    return this
  }

  private text(text: string, marks: readonly Mark[]): void {
    const clean = cleanText(text)
    if (clean !== '') this.content.push(schema.text(clean, marks))
  }

  private element(element: HTMLElement, marks: readonly Mark[], exact: boolean): void {
    const tag = element.tagName.toUpperCase()
    if (SKIPPED.has(tag) || tag === 'INPUT') return
    const atom = parseRecord(element.getAttribute(ATOM_ATTRIBUTE))
    if (atom) {
      if (typeof atom.b !== 'string') this.content.push(atomOf(atom, marks))
    } else if (tag === 'BR') this.text('\n', marks)
    else if (element.hasAttribute(BLOCK_ATTRIBUTE) || tag === 'UL' || tag === 'OL' || BLOCKS.has(tag)) {
      this.below.push(element)
    } else if (exact) this.read(element, marks, true)
    else {
      const record = parseRecord(element.getAttribute(MARKS_ATTRIBUTE))
      // A code block's <code> says what the block says already.
      const repeats = tag === 'CODE' && element.parentElement?.tagName === 'PRE'
      if (record) this.read(element, marksOf(record), true)
      else this.read(element, repeats ? marks : elementMarks(element, marks), false)
    }
  }
}

function parseRecord(json: string | null): BlockRecord | null {
  if (json === null || json.length > MAX_RECORD) return null
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as BlockRecord)
      : null
  } catch {
    return null
  }
}

function textOf(element: HTMLElement): string {
  let text = ''
  for (const child of element.childNodes) {
    if (child.nodeType === 3) text += child.nodeValue ?? ''
    else if (child.nodeName === 'BR') text += '\n'
    else if (child.nodeType === 1) text += textOf(child as HTMLElement)
  }
  return text
}

function withoutTrailingSpace(line: readonly Node[]): Node[] {
  const out = [...line]
  for (let last = out.at(-1); last?.text !== undefined; last = out.at(-1)) {
    const text = last.text.replace(/[ \n]+$/, '')
    if (text === last.text) break
    out.pop()
    if (text !== '') {
      out.push(schema.text(text, last.marks))
      break
    }
  }
  return out
}
