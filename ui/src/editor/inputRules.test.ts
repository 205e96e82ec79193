import { afterEach, describe, expect, it } from 'vitest'
import { Desk } from '../../test/support/desk'

let desk: Desk

afterEach(() => desk.destroy())

function typed(text: string, stored: Record<string, unknown> = {}): Desk {
  desk = new Desk([['', stored]]).caret(0, 0).type(text)
  return desk
}

describe('Markdown at the start of a block', () => {
  it.each([
    ['# ', 'heading1:|'],
    ['## ', 'heading2:|'],
    ['### ', 'heading3:|'],
    ['- ', 'bullet:|'],
    ['* ', 'bullet:|'],
    ['1. ', 'ordered:|'],
    ['7) ', 'ordered:|'],
    ['[] ', 'task:|'],
    ['[ ] ', 'task:|'],
    ['[x] ', 'task!:|'],
    ['- [ ] ', 'task:|'],
    ['> ', 'paragraph"1:|'],
    ['> > ', 'paragraph"2:|'],
    ['```', 'codeBlock:|'],
    ['---', 'divider:\nparagraph:|'],
  ])('%j becomes what it means, and one undo gives the letters back', (text, expected) => {
    typed(text)
    expect(desk.text).toBe(expected)
    desk.press('Mod-z')
    const undone = desk.text.split(':').at(-1)
    expect(undone).toBe(`${text.replace(/^(?:- (?=\[)|> (?=>))/, '')}|`)
  })

  it('means nothing in a heading, in code, or in the middle of a line', () => {
    typed('- ', { kind: 'h1' })
    expect(desk.text).toBe('heading1:- |')
    desk.destroy()
    typed('# **a** ', { kind: 'code' })
    expect(desk.text).toBe('codeBlock:# **a** |')
    desk.destroy()
    typed('a # ')
    expect(desk.text).toBe('paragraph:a # |')
  })

  it('keeps the block’s id, place and words behind the caret', () => {
    desk = new Desk([['rest', { indent: 1 }]]).caret(0, 0)
    const { id } = desk.state.doc.child(0).attrs
    desk.type('# ')
    expect(desk.text).toBe('heading1>1:|rest')
    expect(desk.state.doc.child(0).attrs.id).toBe(id)
  })

  it('is not typed again by undo and more letters', () => {
    typed('# ')
    desk.press('Mod-z')
    desk.type('a')
    expect(desk.text).toBe('paragraph:# a|')
  })
})

describe('Markdown around words', () => {
  it.each([
    ['**bold**', 'bold', 'bold'],
    ['__bold__', 'bold', 'bold'],
    ['*so*', 'italic', 'so'],
    ['_so_', 'italic', 'so'],
    ['~~gone~~', 'strike', 'gone'],
    ['`x = 1`', 'code', 'x = 1'],
  ])('%j becomes %s, and one undo gives the letters back', (text, mark, words) => {
    typed(`a ${text}`)
    expect(desk.note.body.toDelta().slice(1)).toEqual([
      { insert: 'a ' },
      { insert: words, attributes: { [mark]: true } },
      { insert: '\u2029' },
    ])
    desk.press('Mod-z')
    expect(desk.text).toBe(`paragraph:a ${text}|`)
  })

  it('what is typed next is plain', () => {
    typed('**a** b')
    const runs = desk.note.body.toDelta() as { insert: unknown; attributes?: object }[]
    expect(runs.find(run => run.insert === 'a')?.attributes).toEqual({ bold: true })
    expect(runs.at(-1)).toEqual({ insert: ' b\u2029' })
  })

  it.each(['2 * 3 * 4', 'snake_case_name', '** a**', '*', '**', '``', 'a*b'])('%j stays as it is', text => {
    typed(text)
    expect(desk.text).toBe(`paragraph:${text}|`)
    expect(
      desk.note.body.toDelta().every((run: { attributes?: object }) => run.attributes === undefined),
    ).toBe(true)
  })

  it('makes a link of an address that may be opened, and of no other', () => {
    typed('[Skein](https://example.org)')
    expect(desk.note.body.toDelta()[1]).toEqual({
      insert: 'Skein',
      attributes: { link: { href: 'https://example.org' } },
    })
    desk.destroy()
    typed('[bad](javascript:alert)')
    expect(desk.text).toBe('paragraph:[bad](javascript:alert)|')
  })
})
