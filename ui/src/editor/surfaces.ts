import type { EditorView } from '@tiptap/pm/view'
import type * as Y from 'yjs'
import type { Surface } from './presence/RemotePeople'

/** Where a text is on the screen, by index of the stored text. Reads the layout, changes nothing. */
export function surfaceOf(text: Y.Text, view: EditorView, toShown: (index: number) => number): Surface {
  const position = (index: number): number => Math.min(toShown(index), view.state.doc.content.size)
  return {
    text,
    coordsAt(index) {
      if (view.isDestroyed) return null
      try {
        const { left, top, bottom } = view.coordsAtPos(position(index), -1)
        return { left, top, bottom }
      } catch {
        // A block without text, or one not laid out yet.
        return null
      }
    },
    rangeOf(from, to) {
      if (view.isDestroyed) return null
      const start = view.domAtPos(position(from), 1)
      const end = view.domAtPos(position(to), -1)
      return new StaticRange({
        startContainer: start.node,
        startOffset: start.offset,
        endContainer: end.node,
        endOffset: end.offset,
      })
    },
  }
}
