import { Fragment, type Node } from '@tiptap/pm/model'
import { schema } from '../../src/editor/schema/schema'
import { blockId } from './notes'
import type { Random } from './random'

const { nodes, marks } = schema

/** Blocks of every kind, with everything a block can carry. */
export function randomBlocks(random: Random): Node[] {
  return Array.from({ length: 1 + random.below(6) }, (_, i) => {
    const attrs = {
      id: random.chance(0.5) ? blockId(i) : null,
      indent: random.below(4),
      quote: random.below(3),
      x: random.chance(0.2) ? { tone: 'red', deep: { a: 1 } } : null,
    }
    const text = inline(random)
    return random.pick([
      () => nodes.paragraph.create(attrs, text),
      () => nodes.heading.create({ ...attrs, level: 1 + random.below(3) }, text),
      () => nodes.item.create({ ...attrs, kind: random.pick(['bullet', 'ordered', 'task']) }, text),
      () => nodes.item.create({ ...attrs, kind: 'task', checked: true }, text),
      () => nodes.codeBlock.create({ ...attrs, lang: random.pick(['', 'js']) }, schema.text('a  b\n c')),
      () => nodes.unknownBlock.create({ ...attrs, kind: 'callout' }, text),
      () => nodes.divider.create(attrs),
      () => nodes.unknownVoid.create({ ...attrs, kind: 'kanban' }),
    ])()
  })
}

function inline(random: Random): Node[] {
  return Fragment.from(
    Array.from({ length: random.below(4) }, (_, i) => {
      const worn = random.pick([
        [],
        [marks.bold.create()],
        [marks.italic.create(), marks.strike.create()],
        [marks.link.create({ href: 'https://a.org/?q=1&b=<2>' })],
        [marks.link.create({ href: 'odd', value: { href: 'odd', title: 't' } }), marks.code.create()],
        [marks.bold.create({ value: 'heavy' }), marks.opaque.create({ data: { glow: { c: 1 } } })],
      ])
      if (random.chance(0.1)) return nodes.unknownAtom.create({ record: { i: 'chip', k: i } }, null, worn)
      // A different letter for each, or equal neighbours would be one node.
      return schema.text(`${i}${random.pick([' a ', 'x  y', 'l\nm', '😀', '<b>&amp;'])}`, worn)
    }),
  ).content.reduce<Node[]>((out, node) => {
    const last = out.at(-1)
    if (last?.isText && node.isText && last.sameMarkup(node))
      out[out.length - 1] = schema.text(`${last.text}${node.text}`, last.marks)
    else out.push(node)
    return out
  }, [])
}

/** Blocks as lists in lists can say them: no level skipped, lines below an item belonging to it. */
export function nestedBlocks(random: Random): Node[] {
  const blocks: Node[] = []
  let deepest = -1
  let quote = 0
  for (let i = 0; i < 8; i++) {
    if (random.chance(0.2)) {
      quote = random.below(3)
      deepest = -1
    }
    const text = schema.text(`line ${i}`)
    if (random.chance(0.6)) {
      const indent = random.below(deepest + 2)
      blocks.push(
        nodes.item.create({ indent, quote, kind: random.pick(['bullet', 'ordered', 'task']) }, text),
      )
      deepest = indent
    } else {
      const indent = random.below(deepest + 2)
      deepest = indent - 1
      blocks.push(random.pick([nodes.paragraph, nodes.heading]).create({ indent, quote }, text))
    }
  }
  return blocks
}
