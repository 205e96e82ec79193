import { DOMParser, DOMSerializer, Fragment, type Node, Slice } from '@tiptap/pm/model'
import { Plugin, TextSelection } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { structural } from '../commands/blocks'
import { linkRange, setLink } from '../commands/marks'
import { linkFromInput } from '../schema/links'
import { schema } from '../schema/schema'
import { fromHtml } from './fromHtml'
import { fromText } from './fromText'
import { toHtml } from './toHtml'
import { toText } from './toText'

/** Copies flat blocks as nested HTML and Markdown, and reads both, and plain text, back into flat blocks. */
export function clipboard(): Plugin {
  return new Plugin({
    props: {
      clipboardSerializer: new FlatSerializer(),
      clipboardParser: new FlatParser(schema, []),
      clipboardTextSerializer: toText,
      clipboardTextParser: (text, $context, plain) => {
        // A line inside a line is only words, whatever it begins with.
        const inLine = !text.trim().includes('\n') && $context.parent.content.size > 0
        return open(fromText(text, plain || inLine))
      },
      handlePaste(view, event, slice) {
        const { state } = view
        const address = linkFromInput(event.clipboardData?.getData('text/plain') ?? '')
        const range = address === null || state.selection.empty ? null : linkRange(state)
        if (range && range.href === null && setLink(range, address)(state, tr => view.dispatch(tr)))
          return true
        return pasteBlocks(view, slice)
      },
    },
  })
}

/**
 * Blocks pasted over an empty paragraph take its place, and a list or heading pasted into a line begins below it: neither
 * loses what it is. All else goes the usual way.
 */
function pasteBlocks(view: EditorView, slice: Slice): boolean {
  const { selection, tr } = view.state
  const { $from } = selection
  const { content } = slice
  const first = content.firstChild
  if (!(selection instanceof TextSelection) || !first?.isBlock) return false
  if (first.type === schema.nodes.paragraph || $from.parent.type !== schema.nodes.paragraph) return false
  if (selection.empty && $from.parent.content.size === 0) {
    const start = $from.before(1)
    tr.replaceWith(start, $from.after(1), content)
    tr.setSelection(TextSelection.near(tr.doc.resolve(start + content.size), -1))
  } else if (content.childCount > 1) tr.replaceSelection(new Slice(content, 0, slice.openEnd))
  else return false
  view.dispatch(structural(tr).setMeta('paste', true).scrollIntoView())
  return true
}

/** Blocks open at both ends, so that a line pasted into a line joins it. */
function open(blocks: readonly Node[]): Slice {
  return Slice.maxOpen(Fragment.from(blocks))
}

class FlatSerializer extends DOMSerializer {
  constructor() {
    const { nodes, marks } = DOMSerializer.fromSchema(schema)
    super(nodes, marks)
  }

  override serializeFragment(
    fragment: Fragment,
    options: { document?: Document } = {},
    target?: HTMLElement | DocumentFragment,
  ): HTMLElement | DocumentFragment {
    const into = target ?? (options.document ?? document).createDocumentFragment()
    const blocks: Node[] = []
    const inline: Node[] = []
    fragment.forEach(node => (node.isBlock ? blocks : inline).push(node))
    if (inline.length > 0) blocks.unshift(schema.nodes.paragraph.create(null, inline))
    into.append(toHtml(blocks, options.document ?? document))
    return into
  }
}

class FlatParser extends DOMParser {
  override parseSlice(dom: globalThis.Node): Slice {
    return open(fromHtml(dom as HTMLElement))
  }
}
