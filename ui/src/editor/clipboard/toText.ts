import type { Node, Slice } from '@tiptap/pm/model'
import { type MarkName, schema } from '../schema/schema'

const { nodes, marks } = schema

const DELIMITERS: [MarkName, string][] = [
  ['code', '`'],
  ['strike', '~~'],
  ['italic', '*'],
  ['bold', '**'],
]

/** What goes on the clipboard as plain text: a piece of one block as it stands, whole blocks as Markdown. */
export function toText(slice: Slice): string {
  const { content, openStart, openEnd } = slice
  const only = content.childCount === 1 ? content.firstChild : null
  if (!content.firstChild?.isBlock || (only && openStart > 0 && openEnd > 0))
    return plain(content.firstChild?.isBlock ? only : null, slice)
  const lines: string[] = []
  let number = 0
  content.forEach((block, _, i) => {
    number = block.type === nodes.item && block.attrs.kind === 'ordered' ? number + 1 : 0
    const tight = i > 0 && block.type === nodes.item && content.child(i - 1).type === nodes.item
    if (i > 0 && !tight) lines.push('')
    lines.push(...blockLines(block, number))
  })
  return lines.join('\n')
}

function plain(block: Node | null, { content }: Slice): string {
  const [start, end] = [0, block ? block.content.size : content.size]
  return (block ? block.content : content).textBetween(start, end, '\n', '')
}

function blockLines(block: Node, number: number): string[] {
  const { indent, quote } = block.attrs as { indent: number; quote: number }
  const before = `${'> '.repeat(quote)}${'  '.repeat(indent)}`
  const [first, ...rest] = rawLines(block, number)
  const hanging = block.type === nodes.item ? '  ' : ''
  return [before + (first ?? ''), ...rest.map(line => before + hanging + line)]
}

function rawLines(block: Node, number: number): string[] {
  switch (block.type) {
    case nodes.divider:
      return ['---']
    case nodes.codeBlock:
      return [`\`\`\`${block.attrs.lang as string}`, ...block.textContent.split('\n'), '```']
    case nodes.heading:
      return `${'#'.repeat(block.attrs.level as number)} ${inline(block)}`.split('\n')
    case nodes.item:
      return `${itemMark(block, number)} ${inline(block)}`.split('\n')
    default:
      return inline(block).split('\n')
  }
}

function itemMark({ attrs }: Node, number: number): string {
  if (attrs.kind === 'ordered') return `${number}.`
  return attrs.kind === 'task' ? `- [${attrs.checked === true ? 'x' : ' '}]` : '-'
}

function inline(block: Node): string {
  let out = ''
  block.forEach(node => {
    const text = node.text ?? ''
    // Delimiters around white space would mean nothing.
    const [, before = '', core = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? []
    let marked = core
    if (core !== '') {
      for (const [name, delimiter] of DELIMITERS) {
        if (marks[name].isInSet(node.marks)) marked = delimiter + marked + delimiter
      }
      const link = marks.link.isInSet(node.marks)
      if (link) marked = `[${marked}](${link.attrs.href as string})`
    }
    out += before + marked + after
  })
  return out
}
