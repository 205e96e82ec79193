import { Fragment, type Node, Slice } from '@tiptap/pm/model'
import { afterEach, describe, expect, it } from 'vitest'
import { Desk } from '../../../test/support/desk'
import { blockId, type TestBlock } from '../../../test/support/notes'
import { Random } from '../../../test/support/random'
import { nestedBlocks, randomBlocks } from '../../../test/support/randomBlocks'
import { difference } from '../../../test/support/show'
import { schema } from '../schema/schema'
import { fromHtml } from './fromHtml'
import { fromText } from './fromText'
import { toHtml } from './toHtml'
import { toText } from './toText'

const { nodes, marks } = schema

let desk: Desk | null = null

afterEach(() => {
  desk?.destroy()
  desk = null
})

function parse(html: string): Node[] {
  return fromHtml(new DOMParser().parseFromString(html, 'text/html').body)
}

function html(blocks: readonly Node[]): string {
  const box = document.createElement('div')
  box.append(toHtml(blocks, document))
  return box.innerHTML
}

/** Each block as `kind>indent"quote:text`. */
function lines(blocks: readonly Node[]): string[] {
  return blocks.map(({ type, attrs, textContent }) => {
    const name = type === nodes.item ? String(attrs.kind) + (attrs.checked ? '!' : '') : type.name
    return `${name}${attrs.level ?? ''}${attrs.indent ? `>${attrs.indent}` : ''}${attrs.quote ? `"${attrs.quote}` : ''}:${textContent}`
  })
}

function note(...blocks: TestBlock[]): Desk {
  desk = new Desk(blocks)
  return desk
}

/** As the browser reports it. */
function paste(at: Desk, { html = '', text = '' }: { html?: string; text?: string }): void {
  const getData = (type: string): string => (type === 'text/plain' ? text : type === 'text/html' ? html : '')
  const event = new Event('paste', { bubbles: true, cancelable: true })
  Object.assign(event, { clipboardData: { getData, types: [], files: [] } })
  at.view.dom.dispatchEvent(event)
  at.check()
}

describe('copying', () => {
  it('and pasting a note gives the same note, whatever it holds', () => {
    const random = new Random(7)
    for (let round = 0; round < 300; round++) {
      const blocks = randomBlocks(random)
      const back = parse(html(blocks))
      const [a, b] = [blocks, back].map(list => nodes.doc.create(null, [...list]))
      if (!a?.eq(b as Node))
        throw new Error(`round ${round}\n${difference(a as Node, b as Node)}\n${html(blocks)}`)
    }
  })

  it('and pasting through another program, which drops what is only ours, keeps lists, quotations and levels', () => {
    const random = new Random(8)
    for (let round = 0; round < 300; round++) {
      const blocks = nestedBlocks(random)
      const foreign = html(blocks).replaceAll(/ data-skein="[^"]*"/g, '')
      expect(lines(parse(foreign))).toEqual(lines(blocks))
    }
  })

  it('gives lists in lists to other programs', () => {
    const item = (indent: number, text: string, kind = 'bullet') =>
      nodes.item.create({ indent, kind }, schema.text(text))
    const written = html([item(0, 'a'), item(1, 'b', 'ordered'), item(0, 'c')]).replaceAll(
      / data-skein="[^"]*"/g,
      '',
    )
    expect(written).toBe('<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>')
  })

  it('gives Markdown as plain text, and words alone for a piece of a line', () => {
    const blocks = [
      nodes.heading.create({ level: 2 }, schema.text('Head')),
      nodes.item.create({ kind: 'task', checked: true }, schema.text('done')),
      nodes.item.create({ kind: 'ordered', indent: 1 }, [
        schema.text('a '),
        schema.text('b', [marks.bold.create()]),
      ]),
      nodes.paragraph.create({ quote: 1 }, schema.text('said')),
      nodes.codeBlock.create({ lang: 'js' }, schema.text('x\ny')),
      nodes.divider.create(),
    ]
    expect(toText(new Slice(Fragment.from(blocks), 0, 0))).toBe(
      '## Head\n\n- [x] done\n  1. a **b**\n\n> said\n\n```js\nx\ny\n```\n\n---',
    )
    const piece = nodes.item.create({ kind: 'bullet' }, [
      schema.text('a '),
      schema.text('b', [marks.bold.create()]),
    ])
    expect(toText(new Slice(Fragment.from(piece), 1, 1))).toBe('a b')
  })
})

describe('pasting HTML', () => {
  it('understands Google Docs', () => {
    const docs =
      '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr"><span style="font-weight:400">Plain </span><span style="font-weight:700;">bold</span></p><ul><li dir="ltr" aria-level="1"><p role="presentation"><span>one</span></p></li><ul><li aria-level="2"><p><span style="font-style:italic">two</span></p></li></ul></ul></b>'
    const blocks = parse(docs)
    expect(lines(blocks)).toEqual(['paragraph:Plain bold', 'bullet:one', 'bullet>1:two'])
    expect(blocks[0]?.lastChild?.marks.map(mark => mark.type.name)).toEqual(['bold'])
    expect(blocks[2]?.firstChild?.marks.map(mark => mark.type.name)).toEqual(['italic'])
  })

  it('understands GitHub', () => {
    const page =
      '<h4>Title</h4><ul class="contains-task-list"><li><input type="checkbox" checked> done</li><li><input type="checkbox"> open</li></ul><blockquote><p>said <code>x</code></p></blockquote><div class="highlight"><pre><code class="language-ts">let a\n  = 1\n</code></pre></div><table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>'
    expect(lines(parse(page))).toEqual([
      'heading3:Title',
      'task!:done',
      'task:open',
      'paragraph"1:said x',
      'codeBlock:let a\n  = 1',
      'paragraph:A\tB',
      'paragraph:1\t2',
    ])
  })

  it('keeps several lines of one item together and empty items', () => {
    expect(lines(parse('<ul><li><p>a</p><p>more</p></li><li></li></ul>'))).toEqual([
      'bullet:a',
      'paragraph>1:more',
      'bullet:',
    ])
  })

  it('takes no script, no style, no picture and no address that must not open', () => {
    const blocks = parse(
      '<style>p{}</style><script>alert(1)</script><p onclick="x()">a<img src="https://tracker/x.png" onerror="x()"><a href="javascript:alert(1)">b</a><a href="https://ok.org">c</a></p><iframe src="https://x"></iframe>',
    )
    expect(lines(blocks)).toEqual(['paragraph:abc'])
    const links = blocks[0]?.content.content.flatMap(node =>
      node.marks.map(mark => mark.attrs.href as string),
    )
    expect(links).toEqual(['https://ok.org'])
  })

  it.each([
    ['a record that is none', '<p data-skein="[1">text</p>'],
    ['an id nobody may use', `<p data-skein='{"b":"x/../y"}'>text</p>`],
    ['values of wrong kinds', `<p data-skein='{"b":5,"indent":"9","checked":{}}'>text</p>`],
  ])('is not fooled by %s', (_, source) => {
    const [block] = parse(source)
    expect(block?.textContent).toBe('text')
    expect(block?.attrs).toMatchObject({ id: null, indent: 0 })
  })

  it('does not follow a page made to be deep', () => {
    expect(() => parse('<div>'.repeat(600) + 'x')).not.toThrow()
  })
})

describe('pasting plain text', () => {
  it('reads lines that look like Markdown', () => {
    const text = '# Head\n\n- a\n  - [x] b\n1. c\n> said **so**\n```js\nlet a\n```\n---\n2 * 3 * 4'
    expect(lines(fromText(text, false))).toEqual([
      'heading1:Head',
      'bullet:a',
      'task!>1:b',
      'ordered:c',
      'paragraph"1:said so',
      'codeBlock:let a',
      'divider:',
      'paragraph:2 * 3 * 4',
    ])
  })

  it('as plain takes every line as it stands', () => {
    expect(lines(fromText('# a\n\n- b', true))).toEqual(['paragraph:# a', 'paragraph:', 'paragraph:- b'])
  })

  it('never brings half a character or a block end in', () => {
    expect(lines(fromText('a\u2029b\ud83d', true))).toEqual(['paragraph:a', 'paragraph:b\ufffd'])
  })
})

describe('pasting into a note', () => {
  it('puts words into the line, and whole blocks in the place of an empty one', () => {
    paste(note('ab', '').caret(0, 1), { text: '- x' })
    expect(desk?.text).toBe('paragraph:a- x|b\nparagraph:')
    desk?.caret(1, 0)
    if (desk) paste(desk, { text: '- x\n- y' })
    expect(desk?.text).toBe('paragraph:a- xb\nbullet:x\nbullet:y|')
  })

  it('starts a list below the line it is pasted into', () => {
    paste(note('ab').caret(0, -1), { html: '<ul><li>x</li><li>y</li></ul>' })
    expect(desk?.text).toBe('paragraph:ab\nbullet:x\nbullet:y|')
  })

  it('gives fresh ids to copies and keeps the id of what was cut', () => {
    const cut = note('a', ['b', { kind: 'task' }])
    const source = html([cut.state.doc.child(1)])
    cut.caret(0, -1)
    paste(cut, { html: `${source}${source}` })
    const ids = cut.state.doc.content.content.map(block => block.attrs.id as string)
    expect(new Set(ids).size).toBe(ids.length)
    cut.view.dispatch(cut.state.tr.delete(3, cut.state.doc.content.size))
    cut.caret(0, -1)
    paste(cut, { html: `${source}${source}` })
    expect(cut.state.doc.child(1).attrs.id).toBe(blockId(1))
  })

  it('links the selection when an address is pasted', () => {
    const target = note('see here').caret(0, 4, 8)
    paste(target, { text: 'example.org/x' })
    expect(target.note.body.toDelta()[2]).toEqual({
      insert: 'here',
      attributes: { link: { href: 'https://example.org/x' } },
    })
  })

  it('into code is text and nothing else', () => {
    const target = note(['', { kind: 'code' }]).caret(0, 0)
    paste(target, { text: '# a\n- b' })
    expect(target.text).toBe('codeBlock:# a\n- b|')
  })
})
