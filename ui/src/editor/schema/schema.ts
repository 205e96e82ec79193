/**
 * What the view can show. Flat: a note is a list of blocks, nesting is an attribute.
 *
 * Storage never depends on this file: an unknown kind, attribute, mark or atom is carried through untouched.
 * Every text block accepts exactly the same content, so any two blocks can be joined; no mark excludes others, because
 * marks of equal rank would then stand in the order of arrival and two devices would differ.
 */
import { type DOMOutputSpec, type MarkSpec, type Node, type NodeSpec, Schema } from '@tiptap/pm/model'
import { openableLink } from './links'

/** `id` names the block; `x` holds what the view does not understand of its record, or null. */
const shared = { id: { default: null }, indent: { default: 0 }, quote: { default: 0 }, x: { default: null } }

function textBlock(spec: NodeSpec): NodeSpec {
  return {
    group: 'block',
    content: 'inline*',
    marks: '_',
    whitespace: 'pre',
    ...spec,
    attrs: { ...shared, ...spec.attrs },
  }
}

function voidBlock(spec: NodeSpec): NodeSpec {
  return { group: 'block', atom: true, selectable: true, ...spec, attrs: { ...shared, ...spec.attrs } }
}

/** A quotation is an element of its own around the block, so that it is announced as one. */
function quoted(node: Node, inner: DOMOutputSpec): DOMOutputSpec {
  const quote = node.attrs.quote as number
  return quote > 0 ? ['blockquote', { 'data-quote': String(quote) }, inner] : inner
}

function indentOf(node: Node): Record<string, string> {
  const indent = node.attrs.indent as number
  return indent > 0 ? { 'data-indent': String(indent) } : {}
}

const nodes = {
  doc: { content: 'block+' },
  paragraph: textBlock({
    toDOM: node => quoted(node, ['p', indentOf(node), 0]),
    parseDOM: [{ tag: 'p' }, { tag: 'div' }],
  }),
  heading: textBlock({
    attrs: { level: { default: 1 } },
    defining: true,
    toDOM: node => quoted(node, [`h${node.attrs.level as number}`, indentOf(node), 0]),
    parseDOM: [1, 2, 3].map(level => ({ tag: `h${level}`, attrs: { level } })),
  }),
  item: textBlock({
    attrs: { kind: { default: 'bullet' }, checked: { default: false } },
    defining: true,
    // The window shows items through a node view; this is the same structure without its checkbox.
    toDOM: node =>
      quoted(node, [
        'div',
        { role: 'list', ...indentOf(node) },
        ['div', { role: 'listitem', 'aria-level': String((node.attrs.indent as number) + 1) }, ['div', 0]],
      ]),
  }),
  codeBlock: textBlock({
    attrs: { lang: { default: '' } },
    code: true,
    defining: true,
    toDOM: node => quoted(node, ['pre', { ...indentOf(node), spellcheck: 'false' }, ['code', 0]]),
    parseDOM: [{ tag: 'pre', preserveWhitespace: 'full' as const }],
  }),
  /** A block with text, of a kind this version does not know: shown, never edited in place. */
  unknownBlock: textBlock({
    attrs: { kind: { default: '' } },
    isolating: true,
    defining: true,
    toDOM: node => quoted(node, ['div', { 'data-unknown': node.attrs.kind as string, ...indentOf(node) }, 0]),
  }),
  divider: voidBlock({ toDOM: node => quoted(node, ['hr', indentOf(node)]), parseDOM: [{ tag: 'hr' }] }),
  unknownVoid: voidBlock({
    attrs: { kind: { default: '' } },
    toDOM: node => quoted(node, ['div', { 'data-unknown': node.attrs.kind as string, ...indentOf(node) }]),
  }),
  text: { group: 'inline' },
  /** Something inside a line that this version does not know; `record` is what is stored. */
  unknownAtom: {
    inline: true,
    group: 'inline',
    atom: true,
    selectable: true,
    attrs: { record: { default: null } },
    toDOM: () => ['span', { 'data-unknown': '' }],
  },
} satisfies Record<string, NodeSpec>

/**
 * Each mark keeps the stored value; `true` is what this version writes. A value of another shape is shown like the mark
 * and written back as it was.
 */
function simpleMark(tag: string, parse: MarkSpec['parseDOM']): MarkSpec {
  return { attrs: { value: { default: true } }, toDOM: () => [tag, 0], parseDOM: parse }
}

const marks = {
  link: {
    // `value` is what was stored where that is more, or less, than an address.
    attrs: { href: { default: '' }, value: { default: null } },
    inclusive: false,
    toDOM: mark => {
      const href = openableLink(mark.attrs.href)
      return ['a', href === null ? { 'data-dead': '' } : { href, rel: 'noopener noreferrer' }, 0]
    },
    parseDOM: [
      {
        tag: 'a[href]',
        getAttrs: dom => {
          const href = openableLink(dom.getAttribute('href'))
          return href === null ? false : { href }
        },
      },
    ],
  },
  bold: simpleMark('strong', [{ tag: 'strong' }, { tag: 'b' }]),
  italic: simpleMark('em', [{ tag: 'em' }, { tag: 'i' }]),
  underline: simpleMark('u', [{ tag: 'u' }]),
  strike: simpleMark('s', [{ tag: 's' }, { tag: 'del' }, { tag: 'strike' }]),
  code: { ...simpleMark('code', [{ tag: 'code' }]), inclusive: false, code: true },
  /** All unknown attributes of a run, in one mark. */
  opaque: {
    attrs: { data: { default: {} } },
    inclusive: false,
    toDOM: () => ['span', { 'data-mark': '' }, 0],
  },
} satisfies Record<string, MarkSpec>

export type BlockType = Exclude<keyof typeof nodes, 'doc' | 'text' | 'unknownAtom'>
export type MarkName = keyof typeof marks

export const schema = new Schema<keyof typeof nodes, MarkName>({ nodes, marks })

/** The deepest a block may be indented, and quoted. */
export const MAX_INDENT = 8
export const MAX_QUOTE = 3

/** Whether a block is only shown, because this version does not know its kind. */
export function isFrozen(node: Node): boolean {
  return node.type === schema.nodes.unknownBlock || node.type === schema.nodes.unknownVoid
}
