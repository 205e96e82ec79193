import { describe, expect, it } from 'vitest'
import { Desk } from '../../../test/support/desk'
import { blockId } from '../../../test/support/notes'

describe('a block that two people moved at once', () => {
  it('is marked in both places, and joined by a click: words of either copy stay', () => {
    const twin = blockId(7)
    const desk = new Desk([
      ['milk', { b: twin }],
      'x',
      ['milk and bread', { b: twin }],
      ['milk', { b: twin }],
    ])
    const buttons = () => [...desk.view.dom.querySelectorAll<HTMLButtonElement>('.twin button')]
    expect(buttons()).toHaveLength(3)
    buttons()[2]?.click()
    desk.check()
    expect(desk.text.replace('|', '')).toBe('paragraph:x\nparagraph:milk\nmilk and bread')
    expect(buttons()).toHaveLength(0)
    desk.editor.undo()
    expect(buttons()).toHaveLength(3)
    desk.destroy()
  })
})
