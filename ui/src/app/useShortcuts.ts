import { useEffect } from 'react'

export interface Shortcuts {
  newNote: () => void
  toggleList: () => void
  /** Between the list of notes and the text. */
  switchRegion: () => void
}

/** Keys that work wherever the focus is, dialogs aside. */
export function useShortcuts(shortcuts: Shortcuts, active: boolean): void {
  useEffect(() => {
    if (!active) return
    const onKey = (event: KeyboardEvent) => {
      const action = actionFor(event, shortcuts)
      if (action === null) return
      event.preventDefault()
      event.stopPropagation()
      action()
    }
    // Before the editor, which has keys of its own.
    window.addEventListener('keydown', onKey, { capture: true })
    return () => window.removeEventListener('keydown', onKey, { capture: true })
  }, [shortcuts, active])
}

function actionFor(event: KeyboardEvent, shortcuts: Shortcuts): (() => void) | null {
  if (event.isComposing || event.altKey || event.shiftKey) return null
  if (event.key === 'F6' && !event.ctrlKey && !event.metaKey) return shortcuts.switchRegion
  if (!event.ctrlKey && !event.metaKey) return null
  if (event.key.toLowerCase() === 'n') return shortcuts.newNote
  if (event.key === '\\' || event.code === 'Backslash') return shortcuts.toggleList
  return null
}
