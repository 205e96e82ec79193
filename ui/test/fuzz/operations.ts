/** What people do, at random, as transactions of the editor. */
import { Fragment, type Mark, type Node, type NodeType, Slice } from '@tiptap/pm/model'
import { TextSelection, type Transaction } from '@tiptap/pm/state'
import { schema } from '../../src/editor/schema/schema'
import type { Random } from '../support/random'

const { nodes, marks } = schema

interface BlockAt {
  node: Node
  position: number
  index: number
}

/** Changes `tr`, or leaves it alone where there is nothing to do. */
export type Operation = (tr: Transaction) => void

/** Every kind of edit, by name. `unique` gives a character nobody has typed before. */
export function operations(random: Random, unique: () => string): Record<string, Operation> {
  const letters = (count: number): string => Array.from({ length: count }, unique).join('')

  function textBlock(tr: Transaction): BlockAt | null {
    const found = blocksOf(tr.doc).filter(block => block.node.isTextblock)
    return found.length > 0 ? random.pick(found) : null
  }
  function offsetIn({ node }: BlockAt): number {
    const { size } = node.content
    const dice = random.next()
    const offset = dice < 0.2 ? 0 : dice < 0.45 ? size : random.below(size + 1)
    return insidePair(node, offset) ? offset + 1 : offset
  }
  function rangeIn(block: BlockAt): [number, number] {
    const [a, b] = [offsetIn(block), offsetIn(block)]
    return [block.position + 1 + Math.min(a, b), block.position + 1 + Math.max(a, b)]
  }
  function kind(): [NodeType, Record<string, unknown>] {
    return random.pick<() => [NodeType, Record<string, unknown>]>([
      () => [nodes.paragraph, {}],
      () => [nodes.heading, { level: 1 + random.below(3) }],
      () => [nodes.item, { kind: random.pick(['bullet', 'ordered', 'task']), checked: random.chance(0.3) }],
      () => [nodes.codeBlock, { lang: random.pick(['', 'js', 'rs']) }],
    ])()
  }
  function mark(): Mark {
    const name = random.pick(['bold', 'italic', 'underline', 'strike', 'code', 'link', 'opaque'] as const)
    if (name === 'link') return marks.link.create({ href: `u${random.below(3)}` })
    if (name !== 'opaque') return marks[name].create()
    return marks.opaque.create({
      data: { [random.pick(['hl', 'zz'])]: random.pick<unknown>([true, 'c1', { a: 1 }]) },
    })
  }
  function text(): Node {
    const value = letters(1 + random.below(4)) + (random.chance(0.1) ? `\n${unique()}` : '')
    return schema.text(value, random.chance(0.25) ? [mark()] : [])
  }
  function block(): Node {
    const [type, attrs] = kind()
    const place = { indent: random.below(4), quote: random.chance(0.2) ? 1 : 0 }
    return type.create({ ...place, ...attrs }, random.chance(0.8) ? [text()] : [])
  }
  function gap(tr: Transaction): number {
    const { node, position } = random.pick(blocksOf(tr.doc))
    return random.chance(0.5) ? position : position + node.nodeSize
  }

  const all: Record<string, Operation> = {
    insert(tr) {
      const at = textBlock(tr)
      if (!at) return
      const position = at.position + 1 + offsetIn(at)
      if (random.chance(0.5)) tr.insertText(letters(1 + random.below(3)), position)
      else tr.insert(position, text())
    },
    delete(tr) {
      const at = textBlock(tr)
      if (!at || at.node.content.size === 0) return
      const [from, to] = rangeIn(at)
      let end = Math.min(to, from + 4)
      if (insidePair(at.node, end - at.position - 1)) end++
      tr.delete(from, end)
    },
    deleteAcross(tr) {
      const blocks = blocksOf(tr.doc).filter(({ node }) => node.isTextblock)
      if (blocks.length < 2) return
      const i = random.below(blocks.length - 1)
      const [first, last] = [blocks[i], blocks[Math.min(blocks.length - 1, i + 1 + random.below(2))]]
      if (first && last) tr.delete(first.position + 1 + offsetIn(first), last.position + 1 + offsetIn(last))
    },
    replace(tr) {
      const at = textBlock(tr)
      if (at) tr.replaceWith(...rangeIn(at), text())
    },
    /** Offsets as a careless program would choose them, through the middle of a character. */
    cutCharacter(tr) {
      const at = textBlock(tr)
      if (!at || at.node.content.size === 0) return
      const from = at.position + 1 + random.below(at.node.content.size)
      if (random.chance(0.5)) tr.delete(from, Math.min(from + 1, at.position + 1 + at.node.content.size))
      else tr.insertText(random.pick([unique(), `${unique()}\u2029`, '\ud83d']), from)
    },
    split(tr) {
      const at = textBlock(tr)
      if (!at) return
      const into = random.chance(0.3) ? [{ type: nodes.paragraph }] : undefined
      tr.split(at.position + 1 + offsetIn(at), 1, into)
    },
    enterAndType(tr) {
      const at = textBlock(tr)
      if (!at) return
      const end = at.position + 1 + at.node.content.size
      tr.split(end).insertText(letters(2), end + 2)
    },
    join(tr) {
      const blocks = blocksOf(tr.doc)
      const seams = blocks.filter(
        ({ node, index }) => index > 0 && node.isTextblock && blocks[index - 1]?.node.isTextblock,
      )
      if (seams.length > 0) tr.join(random.pick(seams).position)
    },
    mark(tr) {
      const at = textBlock(tr)
      if (!at || at.node.content.size === 0) return
      const [from, to] = rangeIn(at)
      const end = random.chance(0.2) ? tr.doc.content.size : to
      if (random.chance(0.65)) tr.addMark(from, end, mark())
      else tr.removeMark(from, end, random.chance(0.5) ? mark() : undefined)
    },
    kind(tr) {
      const at = textBlock(tr)
      if (!at) return
      const [type, attrs] = kind()
      tr.setNodeMarkup(at.position, type, { ...at.node.attrs, ...attrs })
    },
    kindOfRange(tr) {
      const [a, b] = [textBlock(tr), textBlock(tr)]
      if (!a || !b) return
      const [type, attrs] = kind()
      tr.setBlockType(Math.min(a.position, b.position) + 1, Math.max(a.position, b.position) + 1, type, attrs)
    },
    attribute(tr) {
      const { node, position } = random.pick(blocksOf(tr.doc))
      if (node.type === nodes.item && random.chance(0.6))
        tr.setNodeAttribute(position, 'checked', !node.attrs.checked)
      else tr.setNodeAttribute(position, random.pick(['indent', 'quote']), random.below(3))
    },
    move(tr) {
      if (tr.doc.childCount < 2) return
      const { node, position } = random.pick(blocksOf(tr.doc))
      tr.delete(position, position + node.nodeSize)
      const rest = blocksOf(tr.doc)
      tr.insert(rest[random.below(rest.length + 1)]?.position ?? tr.doc.content.size, node)
    },
    paste(tr) {
      const at = textBlock(tr)
      if (!at) return
      const pasted = Array.from({ length: 1 + random.below(3) }, () =>
        random.chance(0.15) ? nodes.divider.create() : block(),
      )
      const open = random.chance(0.6)
      const openStart = open && pasted[0]?.isTextblock ? 1 : 0
      const openEnd = open && pasted.at(-1)?.isTextblock ? 1 : 0
      const from = at.position + 1 + offsetIn(at)
      const to = random.chance(0.3) ? Math.min(at.position + 1 + at.node.content.size, from + 2) : from
      tr.replace(from, to, new Slice(Fragment.from(pasted), openStart, openEnd))
    },
    duplicate(tr) {
      const { node, position } = random.pick(blocksOf(tr.doc))
      tr.insert(position + node.nodeSize, node)
    },
    voidBlock(tr) {
      const make = random.pick([
        () => nodes.divider.create(),
        () => nodes.unknownVoid.create({ kind: 'poll', x: { q: 1 } }),
      ])
      tr.insert(gap(tr), make())
    },
    insertBlock(tr) {
      tr.insert(gap(tr), block())
    },
    deleteBlock(tr) {
      if (tr.doc.childCount < 2) return
      const { node, position } = random.pick(blocksOf(tr.doc))
      tr.delete(position, position + node.nodeSize)
    },
    atom(tr) {
      const at = textBlock(tr)
      const record = random.pick<object>([
        { i: 'mention', id: 'n1' },
        { i: 'math', tex: 'a' },
      ])
      if (at) tr.insert(at.position + 1 + offsetIn(at), nodes.unknownAtom.create({ record }))
    },
    atomAttribute(tr) {
      const atoms: number[] = []
      tr.doc.descendants((node, position) => {
        if (node.type === nodes.unknownAtom) atoms.push(position)
      })
      if (atoms.length > 0)
        tr.setNodeAttribute(random.pick(atoms), 'record', { i: 'math', tex: String(random.below(9)) })
    },
    everything(tr) {
      if (random.chance(0.9)) return
      const ends = [tr.doc.firstChild, tr.doc.lastChild]
      if (random.chance(0.5) && ends.every(node => node?.isTextblock)) tr.delete(1, tr.doc.content.size - 1)
      else tr.replaceWith(0, tr.doc.content.size, [block(), block()])
    },
    several(tr) {
      const names = ['insert', 'split', 'kind', 'mark', 'delete', 'join', 'attribute', 'move']
      for (let i = 0; i < 3; i++) all[random.pick(names)]?.(tr)
    },
    caret(tr) {
      const at = textBlock(tr)
      if (at) tr.setSelection(TextSelection.create(tr.doc, at.position + 1 + offsetIn(at)))
    },
  }
  return all
}

/** How often each operation comes up. */
export const WEIGHTS: Record<string, number> = {
  insert: 30,
  delete: 8,
  deleteAcross: 3,
  replace: 3,
  cutCharacter: 2,
  split: 8,
  enterAndType: 6,
  join: 6,
  mark: 8,
  kind: 6,
  kindOfRange: 2,
  attribute: 6,
  move: 5,
  paste: 4,
  duplicate: 2,
  voidBlock: 2,
  insertBlock: 2,
  deleteBlock: 2,
  atom: 2,
  atomAttribute: 1,
  everything: 1,
  several: 4,
  caret: 2,
}

function blocksOf(doc: Node): BlockAt[] {
  const blocks: BlockAt[] = []
  doc.forEach((node, position, index) => blocks.push({ node, position, index }))
  return blocks
}

function insidePair(block: Node, offset: number): boolean {
  const text = block.textBetween(0, block.content.size, '', '\0')
  return /^[\udc00-\udfff]/.test(text.slice(offset)) && /[\ud800-\udbff]$/.test(text.slice(0, offset))
}
