import type { Attrs, Node } from '@tiptap/pm/model'
import { cleanText } from '../binding/surrogates'
import { openableLink } from '../schema/links'
import { MAX_INDENT, MAX_QUOTE, schema } from '../schema/schema'

const { nodes, marks } = schema

/** Plain text as blocks. `literal`: as it stands, a paragraph for each line; else lines that look like Markdown are read so. */
export function fromText(text: string, literal: boolean): Node[] {
  const lines = cleanText(text).replace(/\r\n?/g, '\n').split('\n')
  return literal ? lines.map(line => paragraph(line)) : readLines(lines)
}

function readLines(lines: readonly string[]): Node[] {
  const blocks: Node[] = []
  let code: { lang: string; lines: string[]; place: Attrs } | null = null
  const endCode = (): void => {
    if (!code) return
    const text = code.lines.join('\n')
    blocks.push(
      nodes.codeBlock.create({ ...code.place, lang: code.lang }, text === '' ? [] : [schema.text(text)]),
    )
    code = null
  }
  for (const raw of lines) {
    const [, quotes = '', spaces = '', line = ''] = /^((?:> ?)*)([ \t]*)(.*)$/.exec(raw) ?? []
    const place = placeOf(quotes, spaces)
    const fence = /^```\s*([\w+#-]{0,40})\s*$/.exec(line)
    if (code) {
      if (fence && fence[1] === '') endCode()
      else code.lines.push(raw.slice(quotes.length))
    } else if (fence) code = { lang: fence[1] ?? '', lines: [], place }
    else if (line !== '') blocks.push(readLine(line, place))
  }
  endCode()
  return blocks
}

/** Two spaces, or a tab, are one level. */
function placeOf(quotes: string, spaces: string): { indent: number; quote: number } {
  const width = spaces.replaceAll('\t', '  ').length
  return {
    indent: Math.min(MAX_INDENT, Math.floor(width / 2)),
    quote: Math.min(MAX_QUOTE, quotes.replaceAll(' ', '').length),
  }
}

function readLine(line: string, { indent, quote }: { indent: number; quote: number }): Node {
  if (/^(?:-{3,}|\*{3,}|_{3,})$/.test(line)) return nodes.divider.create({ quote })
  const heading = /^(#{1,6})\s+(.*)$/.exec(line)
  if (heading)
    return nodes.heading.create({ quote, level: Math.min(3, heading[1]?.length ?? 1) }, inline(heading[2]))
  const task = /^[-*+]\s+\[([ xX])\]\s+(.*)$/.exec(line)
  if (task) return item({ indent, quote, kind: 'task', checked: task[1] !== ' ' }, task[2])
  const bullet = /^[-*+•]\s+(.*)$/.exec(line)
  if (bullet) return item({ indent, quote, kind: 'bullet' }, bullet[1])
  const ordered = /^\d{1,3}[.)]\s+(.*)$/.exec(line)
  if (ordered) return item({ indent, quote, kind: 'ordered' }, ordered[1])
  return nodes.paragraph.create({ quote }, inline(line))
}

function item(attrs: Attrs, text: string | undefined): Node {
  return nodes.item.create(attrs, inline(text))
}

function paragraph(line: string): Node {
  return nodes.paragraph.create(null, line === '' ? [] : [schema.text(line)])
}

/** One pass over code, bold, strike, italic and links; what does not match exactly stays as it is. */
const INLINE =
  /`([^`]+)`|\*\*([^*\s](?:[^*]*[^*\s])?)\*\*|~~([^~\s](?:[^~]*[^~\s])?)~~|(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?![\w*])|\[([^[\]]+)\]\(([^()\s]+)\)/g

function inline(text = ''): Node[] {
  const out: Node[] = []
  let from = 0
  for (const match of text.matchAll(INLINE)) {
    const node = marked(match)
    if (!node) continue
    if (match.index > from) out.push(schema.text(text.slice(from, match.index)))
    out.push(node)
    from = match.index + match[0].length
  }
  if (from < text.length) out.push(schema.text(text.slice(from)))
  return out
}

function marked([, code, bold, strike, italic, label, address]: RegExpMatchArray): Node | null {
  if (code !== undefined) return schema.text(code, [marks.code.create()])
  if (bold !== undefined) return schema.text(bold, [marks.bold.create()])
  if (strike !== undefined) return schema.text(strike, [marks.strike.create()])
  if (italic !== undefined) return schema.text(italic, [marks.italic.create()])
  const href = openableLink(address)
  return label !== undefined && href !== null ? schema.text(label, [marks.link.create({ href })]) : null
}
