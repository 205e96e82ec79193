import type { Node } from '@tiptap/pm/model'
import type { NodeView } from '@tiptap/pm/view'

/** Words for what this version cannot edit. */
export interface FrozenLabels {
  /** A block of a kind this version does not know. */
  block: (kind: string) => string
  /** Something inside a line that this version does not know. */
  atom: string
}

/** A block that is only shown: its name, and its text if it has any. Nothing in it can be edited or lost by typing. */
export class FrozenBlockView implements NodeView {
  readonly dom = document.createElement('div')
  readonly contentDOM?: HTMLElement

  constructor(node: Node, labels: FrozenLabels) {
    const kind = node.attrs.kind as string
    this.dom.contentEditable = 'false'
    this.dom.dataset.unknown = kind
    const indent = node.attrs.indent as number
    if (indent > 0) this.dom.dataset.indent = String(indent)
    this.dom.setAttribute('role', 'group')
    this.dom.setAttribute('aria-label', labels.block(kind))
    const name = document.createElement('div')
    name.className = 'unknown-name'
    name.textContent = labels.block(kind)
    this.dom.append(name)
    if (!node.isLeaf) {
      this.contentDOM = document.createElement('div')
      this.dom.append(this.contentDOM)
    }
  }

  ignoreMutation(mutation: { type: string }): boolean {
    return mutation.type !== 'selection'
  }
}

/** An atom that is only shown: its own words if it has any. */
export class FrozenAtomView implements NodeView {
  readonly dom = document.createElement('span')

  constructor(node: Node, labels: FrozenLabels) {
    this.dom.contentEditable = 'false'
    this.dom.dataset.unknown = ''
    this.dom.textContent = wordsOf(node.attrs.record) ?? labels.atom
  }
}

/** What an unknown atom most likely wants to be read as. */
function wordsOf(record: unknown): string | null {
  if (typeof record !== 'object' || record === null) return null
  const { label, title, text, tex } = record as Record<string, unknown>
  const words = [label, title, text, tex].find(value => typeof value === 'string' && value.trim() !== '')
  return (words as string | undefined) ?? null
}
