import { Plugin } from '@tiptap/pm/state'

/** Calls back after every change of an editor's state, selections included. To be the last plugin. */
export function watch(onChange: () => void): Plugin {
  return new Plugin({ view: () => ({ update: onChange }) })
}
