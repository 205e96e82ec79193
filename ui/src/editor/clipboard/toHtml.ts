import type { Node } from '@tiptap/pm/model'
import { lookOfNode, recordOf } from '../schema/blockRecord'
import { embedOf, markRecordOf } from '../schema/inlineRecord'
import { openableLink } from '../schema/links'
import { schema } from '../schema/schema'

const { nodes } = schema

/** Our own attributes: what HTML cannot say, for a paste that loses nothing. */
export const BLOCK_ATTRIBUTE = 'data-skein'
export const MARKS_ATTRIBUTE = 'data-skein-marks'
export const ATOM_ATTRIBUTE = 'data-skein-atom'

const TAGS: Record<string, string> = {
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strike: 's',
  code: 'code',
}

/** Flat blocks as the nested HTML other programs expect: indentation is lists in lists, quote depth quotations. */
export function toHtml(blocks: readonly Node[], document: Document): DocumentFragment {
  const writer = new HtmlWriter(document)
  for (const block of blocks) writer.write(block)
  return writer.fragment
}

class HtmlWriter {
  readonly fragment: DocumentFragment
  /** The innermost open quotation, or the fragment. */
  private base: ParentNode & globalThis.Node
  private quote = 0
  /** Open lists by depth, each with its last item. */
  private lists: { list: HTMLElement; item: HTMLElement }[] = []

  constructor(private readonly document: Document) {
    this.fragment = document.createDocumentFragment()
    this.base = this.fragment
  }

  write(block: Node): void {
    const { indent, quote } = block.attrs as { indent: number; quote: number }
    if (quote !== this.quote) this.openQuotations(quote)
    const element = block.type === nodes.item ? this.item(block, indent) : this.other(block, indent)
    const { id } = block.attrs as { id: string | null }
    const record = {
      ...(id === null ? {} : { b: id }),
      ...(block.isLeaf ? { v: 1 } : {}),
      ...recordOf(lookOfNode(block)),
    }
    element.setAttribute(BLOCK_ATTRIBUTE, JSON.stringify(record))
  }

  private openQuotations(depth: number): void {
    this.lists = []
    this.base = this.fragment
    for (let i = 0; i < depth; i++) this.base = this.base.appendChild(this.element('blockquote'))
    this.quote = depth
  }

  private item(block: Node, indent: number): HTMLElement {
    const tag = block.attrs.kind === 'ordered' ? 'ol' : 'ul'
    this.lists = this.lists.slice(0, indent + 1)
    const open = this.lists[indent]
    const list =
      open?.list.tagName.toLowerCase() === tag
        ? open.list
        : this.parent(indent).appendChild(this.element(tag))
    const item = list.appendChild(this.element('li'))
    // A skipped level has no list; the one above takes its place.
    while (this.lists.length <= indent) this.lists.push({ list, item })
    this.lists = this.lists.map(level => (level.list === list ? { list, item } : level))
    this.lists[indent] = { list, item }
    if (block.attrs.kind === 'task') {
      const box = item.appendChild(this.element('input'))
      box.setAttribute('type', 'checkbox')
      if (block.attrs.checked === true) box.setAttribute('checked', '')
    }
    this.inline(item, block)
    return item
  }

  private other(block: Node, indent: number): HTMLElement {
    // Below an item and deeper than it: part of that item.
    this.lists = this.lists.slice(0, indent)
    const parent = this.parent(indent)
    switch (block.type) {
      case nodes.divider:
        return parent.appendChild(this.element('hr'))
      case nodes.heading:
        return this.inline(parent.appendChild(this.element(`h${block.attrs.level as number}`)), block)
      case nodes.codeBlock:
        return this.code(parent, block)
      case nodes.unknownVoid:
        return parent.appendChild(this.element('div'))
      default:
        return this.inline(parent.appendChild(this.element('p')), block)
    }
  }

  private code(parent: globalThis.Node, block: Node): HTMLElement {
    const pre = parent.appendChild(this.element('pre'))
    const code = pre.appendChild(this.element('code'))
    const lang = block.attrs.lang as string
    if (lang !== '') code.className = `language-${lang}`
    return this.inline(pre, block, code)
  }

  /** Where a block so deep goes: into the item above it, as deep as there is one. */
  private parent(indent: number): globalThis.Node {
    return this.lists[Math.min(indent, this.lists.length) - 1]?.item ?? this.base
  }

  /** Writes a block's content into `into`, and gives the block's element. */
  private inline(element: HTMLElement, block: Node, into: HTMLElement = element): HTMLElement {
    block.forEach(node =>
      into.append(this.marked(node, node.isText ? this.text(node.text ?? '') : this.atom(node))),
    )
    return element
  }

  private text(text: string): DocumentFragment {
    const fragment = this.document.createDocumentFragment()
    for (const [i, line] of text.split('\n').entries()) {
      if (i > 0) fragment.append(this.element('br'))
      if (line !== '') fragment.append(line)
    }
    return fragment
  }

  private atom(node: Node): HTMLElement {
    const span = this.element('span')
    span.setAttribute(ATOM_ATTRIBUTE, JSON.stringify(embedOf(node)))
    return span
  }

  private marked(node: Node, content: globalThis.Node): globalThis.Node {
    let wrapped = content
    for (const { type, attrs } of node.marks.toReversed()) {
      const href = type === schema.marks.link ? openableLink(attrs.href) : null
      const element = this.element(href === null ? (TAGS[type.name] ?? 'span') : 'a')
      if (href !== null) element.setAttribute('href', href)
      element.append(wrapped)
      wrapped = element
    }
    if (node.marks.every(({ type, attrs }) => type.name in TAGS && attrs.value === true)) return wrapped
    const exact = this.element('span')
    exact.setAttribute(MARKS_ATTRIBUTE, JSON.stringify(markRecordOf(node.marks)))
    exact.append(wrapped)
    return exact
  }

  private element(tag: string): HTMLElement {
    return this.document.createElement(tag)
  }
}
