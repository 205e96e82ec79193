import type { NoteRow } from '../../ipc/backend'
import { m } from '../../shared/messages'
import { type Store, useStore } from '../../shared/store'
import type { ReplicaStatus } from '../../sync/replicaStatus'
import css from './Elsewhere.module.css'
import { useCalm } from './useCalm'

interface Props {
  rows: NoteRow[]
  /** The note that is open here, and how far its edits have come. */
  open: { id: string; replica: Store<ReplicaStatus | null> } | null
}

/** Whether the lid can be closed: what some other device is proven to hold too, trash included. */
export function Elsewhere({ rows, open }: Props) {
  if (open === null) return <Line rows={rows} unsaved={null} />
  return <BesideOpen rows={rows} open={open} />
}

function BesideOpen({ rows, open }: { rows: NoteRow[]; open: NonNullable<Props['open']> }) {
  const replica = useStore(open.replica)
  const unsaved = replica?.kind === 'saving' || replica?.kind === 'trouble'
  return <Line rows={rows} unsaved={unsaved ? open.id : null} />
}

function Line({ rows, unsaved }: { rows: NoteRow[]; unsaved: string | null }) {
  const only = onlyHere(rows, unsaved)
  const said = useCalm({ text: m.nearby.elsewhere(only), tone: only === 0 ? 'held' : 'behind' })
  if (rows.length === 0) return null
  return (
    <p className={css.line} data-tone={said.tone} data-testid="elsewhere">
      {said.text}
    </p>
  )
}

/** Notes with words that no other device is proven to hold. What is not even saved here no row knows of yet. */
export function onlyHere(rows: NoteRow[], unsaved: string | null): number {
  return rows.filter(({ id, heldByOthers }) => !heldByOthers || id === unsaved).length
}
