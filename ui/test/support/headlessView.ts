import type { EditorState, PluginView, Transaction } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import type { Host } from '../../src/editor/binding/bodyBinding'

/** Runs the window's plugins without a DOM: what `EditorView` does to plugins, and nothing else. */
export class HeadlessView implements Host {
  private readonly views: PluginView[] = []

  constructor(public state: EditorState) {
    for (const plugin of state.plugins) {
      // Only plugins that look at state and dispatch are mounted here.
      const view = plugin.spec.view?.(this as unknown as EditorView)
      if (view) this.views.push(view)
    }
  }

  dispatch(tr: Transaction): void {
    const before = this.state
    this.state = before.apply(tr)
    for (const view of this.views) view.update?.(this as unknown as EditorView, before)
  }

  destroy(): void {
    for (const view of this.views) view.destroy?.()
  }
}
