import type { Node } from '@tiptap/pm/model'

/** A document as lines of text, for messages of failing tests. */
export function show(doc: Node): string {
  const lines: string[] = []
  doc.forEach(block => {
    const content: string[] = []
    block.forEach(node => {
      const marks = node.marks.map(mark => mark.type.name + JSON.stringify(mark.attrs)).join(' ')
      const text = node.isText ? JSON.stringify(node.text) : JSON.stringify(node.attrs.record)
      content.push(marks === '' ? text : `${text}{${marks}}`)
    })
    lines.push(`${block.type.name}${JSON.stringify(block.attrs)}(${content.join(' ')})`)
  })
  return lines.join('\n')
}

/** Where two documents differ, line by line. */
export function difference(view: Node, stored: Node): string {
  const a = show(view).split('\n')
  const b = show(stored).split('\n')
  const out: string[] = []
  for (let i = 0; i < Math.max(a.length, b.length) && out.length < 6; i++) {
    if (a[i] !== b[i]) out.push(`  view   ${a[i]}\n  stored ${b[i]}`)
  }
  return out.join('\n')
}
