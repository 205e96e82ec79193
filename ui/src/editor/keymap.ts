import { baseKeymap, chainCommands, deleteSelection, selectAll } from '@tiptap/pm/commands'
import { keydownHandler } from '@tiptap/pm/keymap'
import { type Command, Plugin, TextSelection } from '@tiptap/pm/state'
import {
  currentBlock,
  duplicateBlocks,
  indent,
  moveBlocks,
  setKind,
  structural,
  toggleCurrentTask,
} from './commands/blocks'
import { deadEnd, enter, exitBlock, insertParagraph, lineBreak } from './commands/enter'
import { backspaceAtStart, deleteAtEnd } from './commands/erase'
import { toggle } from './commands/marks'
import { schema } from './schema/schema'

/** What the keys need from outside the body. */
export interface KeyTargets {
  undo: () => boolean
  redo: () => boolean
  /** The caret leaves the body upwards: to the title. Says whether there is one. */
  leaveUp: () => boolean
  /** Somebody wants to link the selection. */
  editLink: () => boolean
}

/** The body's keys. Tab indents; Escape and then Tab leaves the editor, so that nobody is trapped in it. */
export function bodyKeymap(targets: KeyTargets): Plugin {
  const bindings = bindingsFor(targets)
  const handle = keydownHandler(bindings)
  let leaving = false
  return new Plugin({
    props: {
      handleKeyDown(view, event) {
        if (event.key === 'Tab' && leaving) return false
        // Shift alone must not forget that Escape came before Shift+Tab.
        if (event.key !== 'Shift') leaving = event.key === 'Escape'
        return handle(view, event)
      },
      handleDOMEvents: {
        blur: () => {
          leaving = false
          return false
        },
      },
    },
  })
}

function bindingsFor({ undo, redo, leaveUp, editLink }: KeyTargets): Record<string, Command> {
  const backspace = chainCommands(deleteSelection, backspaceAtStart, upFromStart(leaveUp))
  const erase = chainCommands(deleteSelection, deleteAtEnd)
  return {
    ...baseKeymap,
    Enter: enter,
    'Shift-Enter': lineBreak,
    'Mod-Enter': chainCommands(exitBlock, toggleCurrentTask),
    Backspace: backspace,
    'Shift-Backspace': backspace,
    Delete: erase,
    Tab: chainCommands(codeTab, indent(1)),
    'Shift-Tab': indent(-1),
    'Alt-ArrowUp': moveBlocks(-1),
    'Alt-ArrowDown': moveBlocks(1),
    ArrowUp: upFromStart(leaveUp),
    ArrowDown: downFromEnd,
    'Mod-d': duplicateBlocks,
    'Mod-a': selectAll,
    'Mod-b': toggle('bold'),
    'Mod-i': toggle('italic'),
    'Mod-u': toggle('underline'),
    'Mod-e': toggle('code'),
    'Mod-Shift-x': toggle('strike'),
    'Mod-k': () => editLink(),
    'Mod-Alt-0': setKind('paragraph'),
    'Mod-Alt-1': setKind('h1', true),
    'Mod-Alt-2': setKind('h2', true),
    'Mod-Alt-3': setKind('h3', true),
    'Mod-Shift-7': setKind('ordered', true),
    'Mod-Shift-8': setKind('bullet', true),
    'Mod-Shift-9': setKind('task', true),
    'Mod-z': () => undo(),
    'Mod-y': () => redo(),
    'Mod-Shift-z': () => redo(),
  }
}

/** In code a tab is a tab. */
const codeTab: Command = (state, dispatch) => {
  if (currentBlock(state)?.node.type !== schema.nodes.codeBlock || !state.selection.empty) return false
  dispatch?.(state.tr.insertText('\t').scrollIntoView())
  return true
}

/** On the first line of the first block: to the title. */
function upFromStart(leaveUp: () => boolean): Command {
  return (state, _dispatch, view) => {
    const { selection } = state
    const block = currentBlock(state)
    if (!block || block.index > 0 || !selection.empty || !(selection instanceof TextSelection)) return false
    const firstLine = view ? view.endOfTextblock('up') : selection.$head.parentOffset === 0
    return firstLine && leaveUp()
  }
}

/** Below code, a divider or a block that is only shown, at the end of the note: a paragraph to go on in. */
const downFromEnd: Command = (state, dispatch, view) => {
  const last = deadEnd(state)
  if (!last || state.selection.to < last.position) return false
  if (state.selection instanceof TextSelection && view && !view.endOfTextblock('down')) return false
  dispatch?.(structural(insertParagraph(state.tr, last)).scrollIntoView())
  return true
}
