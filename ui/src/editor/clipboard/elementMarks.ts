import type { Mark } from '@tiptap/pm/model'
import { openableLink } from '../schema/links'
import { type MarkName, schema } from '../schema/schema'

const TAGS: Record<string, MarkName> = {
  B: 'bold',
  STRONG: 'bold',
  I: 'italic',
  EM: 'italic',
  CITE: 'italic',
  U: 'underline',
  INS: 'underline',
  S: 'strike',
  DEL: 'strike',
  STRIKE: 'strike',
  CODE: 'code',
  KBD: 'code',
  SAMP: 'code',
  TT: 'code',
}

/** Marks inside an element: those around it, its tag's, and what its style says, which can also take some away. */
export function elementMarks(element: HTMLElement, around: readonly Mark[]): readonly Mark[] {
  let marks = around
  const add = (name: MarkName): void => {
    marks = schema.marks[name].create().addToSet(marks)
  }
  const name = TAGS[element.tagName.toUpperCase()]
  if (name) add(name)
  const href = element.tagName.toUpperCase() === 'A' ? openableLink(element.getAttribute('href')) : null
  if (href !== null) marks = schema.marks.link.create({ href }).addToSet(marks)

  const style = (element.getAttribute('style') ?? '').toLowerCase()
  const weight = /font-weight:\s*(\w+)/.exec(style)?.[1]
  if (weight === 'bold' || weight === 'bolder' || Number(weight) >= 600) add('bold')
  // Google Docs wraps everything in a <b> that is not bold.
  else if (weight !== undefined) marks = schema.marks.bold.removeFromSet(marks)
  if (/font-style:\s*italic/.test(style)) add('italic')
  const line = /text-decoration(?:-line)?:\s*([^;]*)/.exec(style)?.[1] ?? ''
  // A link is underlined anyway.
  if (line.includes('underline') && href === null && !schema.marks.link.isInSet(marks)) add('underline')
  if (line.includes('line-through')) add('strike')
  return marks
}
