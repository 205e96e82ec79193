import type { EditorLabels } from '../../editor/Editor'
import { m } from '../../shared/messages'

/** What the editor calls its parts. */
export const labels: EditorLabels = {
  title: m.note.title,
  titlePlaceholder: m.note.titlePlaceholder,
  body: m.note.body,
  bodyPlaceholder: m.note.bodyPlaceholder,
  task: m.note.task,
  twins: { moved: m.note.twins, join: m.note.joinTwins },
  frozen: { block: m.note.unknownBlock, atom: m.note.unknownAtom },
}
