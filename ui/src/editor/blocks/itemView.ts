import type { Node } from '@tiptap/pm/model'
import type { EditorView, NodeView } from '@tiptap/pm/view'
import { toggleChecked } from '../commands/blocks'
import { schema } from '../schema/schema'
import type { ListPlace, PlacedItem, PlacedItems } from './listPlaces'

/**
 * One list item. Each item is a list of one to the browser, because blocks are flat; level and place are said outright.
 * Ticking or indenting changes the element instead of making a new one, so nothing flickers and focus stays.
 */
export class ItemView implements NodeView, PlacedItem {
  readonly dom: HTMLElement
  readonly contentDOM = document.createElement('div')
  private readonly list = document.createElement('div')
  private readonly line = document.createElement('div')
  private box: HTMLInputElement | null = null

  constructor(
    private node: Node,
    private readonly view: EditorView,
    private readonly position: () => number | undefined,
    private readonly items: PlacedItems,
    private readonly label: string,
  ) {
    this.list.className = 'item'
    this.list.setAttribute('role', 'list')
    this.line.setAttribute('role', 'listitem')
    this.contentDOM.className = 'item-text'
    this.line.append(this.contentDOM)
    this.list.append(this.line)
    this.dom = quoted(this.list, node.attrs.quote as number)
    this.items.hasNew = true
    this.show()
  }

  update(node: Node): boolean {
    // A quotation is another element.
    if (node.type !== schema.nodes.item || node.attrs.quote !== this.node.attrs.quote) return false
    this.node = node
    this.show()
    return true
  }

  place({ position, size }: ListPlace): void {
    set(this.line, 'aria-posinset', String(position))
    set(this.line, 'aria-setsize', String(size))
    set(this.line, 'data-number', this.node.attrs.kind === 'ordered' ? String(position) : null)
  }

  stopEvent(event: Event): boolean {
    return event.target === this.box
  }

  ignoreMutation(mutation: { type: string; target: unknown }): boolean {
    return mutation.type !== 'selection' && !this.contentDOM.contains(mutation.target as globalThis.Node)
  }

  private show(): void {
    this.items.show(this.node, this)
    const { kind, indent } = this.node.attrs as { kind: string; indent: number }
    this.list.dataset.kind = kind
    set(this.list, 'data-indent', indent > 0 ? String(indent) : null)
    this.line.setAttribute('aria-level', String(indent + 1))
    this.showBox(kind === 'task')
  }

  private showBox(wanted: boolean): void {
    const checked = this.node.attrs.checked === true
    if (!wanted) {
      this.box?.remove()
      this.box = null
      this.list.removeAttribute('data-checked')
      return
    }
    this.box ??= this.makeBox()
    this.box.checked = checked
    this.box.disabled = !this.view.editable
    this.list.toggleAttribute('data-checked', checked)
  }

  private makeBox(): HTMLInputElement {
    const box = document.createElement('input')
    box.type = 'checkbox'
    box.contentEditable = 'false'
    // Reached by Mod+Enter in the line; as a tab stop each box would stand between a person and the way out.
    box.tabIndex = -1
    box.setAttribute('aria-label', this.label)
    // The caret stays where it is.
    box.addEventListener('mousedown', event => event.preventDefault())
    box.addEventListener('change', () => {
      const position = this.position()
      if (position !== undefined) toggleChecked(position)(this.view.state, tr => this.view.dispatch(tr))
      box.checked = this.node.attrs.checked === true
    })
    this.line.prepend(box)
    return box
  }
}

function quoted(block: HTMLElement, depth: number): HTMLElement {
  if (depth === 0) return block
  const quotation = document.createElement('blockquote')
  quotation.dataset.quote = String(depth)
  quotation.append(block)
  return quotation
}

function set(element: Element, name: string, value: string | null): void {
  if (value === element.getAttribute(name)) return
  if (value === null) element.removeAttribute(name)
  else element.setAttribute(name, value)
}
