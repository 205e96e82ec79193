import { BookOpen, Hourglass, Plus, TriangleAlert } from 'lucide-react'
import {
  type KeyboardEvent,
  memo,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react'
import type { NoteRow } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import { m } from '../../shared/messages'
import { shortWhen } from '../../shared/time'
import css from './NotesList.module.css'
import { grouped } from './rows'

interface Props {
  rows: NoteRow[]
  /** The open note; of a new one nothing is stored, so it has no row of its own yet. */
  open: string | null
  /** Somebody else is in the space, so that "only here" means something. */
  shared: boolean
  mayWrite: boolean
  onOpen: (note: string) => void
  onNew: () => void
  /** The person is done with the list: the caret goes back into the note. */
  onLeave: () => void
}

export function NotesList({ rows, open, shared, mayWrite, onOpen, onNew, onLeave }: Props) {
  const now = useMinute()
  const { draft, pinned, recent } = grouped(rows, open, now)
  const own = useRef<HTMLDivElement>(null)
  const shown = [...(draft ? [draft] : []), ...pinned, ...recent]

  const onKey = useCallback((event: KeyboardEvent) => move(event, own.current, onLeave), [onLeave])

  const item = (row: NoteRow) => (
    <Row
      key={row.id}
      row={row}
      when={shortWhen(row.modifiedMs, now, m.list.now)}
      current={row.id === open}
      // One stop for Tab in the whole list: the open note, or the first one.
      reachable={row.id === open || (row === shown[0] && !shown.some(({ id }) => id === open))}
      onlyHere={shared && !row.heldByOthers && row !== draft}
      onOpen={onOpen}
      onKey={onKey}
    />
  )

  return (
    <div className={css.scroll} data-testid="note-list">
      <div ref={own}>
        {draft && <ul aria-label={m.list.newNote}>{item(draft)}</ul>}
        {pinned.length > 0 && <Section name={m.list.pinned}>{pinned.map(item)}</Section>}
        {pinned.length > 0 && recent.length > 0 && <Section name={m.list.recent}>{recent.map(item)}</Section>}
        {pinned.length === 0 && recent.length > 0 && <ul aria-label={m.list.recent}>{recent.map(item)}</ul>}
      </div>
      {mayWrite && (
        <Button className={css.new} onClick={onNew} aria-keyshortcuts="Control+N" data-testid="new-note">
          <Plus size={16} aria-hidden />
          {m.list.newNote}
          <kbd aria-hidden>Ctrl N</kbd>
        </Button>
      )}
      {shown.length <= 1 && <p className={css.empty}>{m.list.empty}</p>}
    </div>
  )
}

function Section({ name, children }: { name: string; children: ReactNode }) {
  const heading = useId()
  return (
    <section aria-labelledby={heading}>
      <h2 id={heading} className={css.group}>
        {name}
      </h2>
      <ul>{children}</ul>
    </section>
  )
}

interface RowProps {
  row: NoteRow
  when: string
  current: boolean
  reachable: boolean
  onlyHere: boolean
  onOpen: (note: string) => void
  onKey: (event: KeyboardEvent) => void
}

/** Rows come new from Rust with every change of any note; only those that read differently are drawn again. */
const Row = memo(
  function Row({ row, when, current, reachable, onlyHere, onOpen, onKey }: RowProps) {
    return (
      <li className={css.item}>
        <button
          type="button"
          className={css.row}
          aria-current={current || undefined}
          tabIndex={reachable ? 0 : -1}
          data-row
          data-testid="note-row"
          onClick={() => onOpen(row.id)}
          onKeyDown={onKey}
        >
          <span className={css.head}>
            {onlyHere && <OnlyHere />}
            <State row={row} />
            <b>{row.title || m.list.untitled}</b>
            <time>{when}</time>
          </span>
          <span className={css.preview}>
            {row.preview || (row.words === 0 ? m.list.startWriting : m.list.noText)}
          </span>
        </button>
      </li>
    )
  },
  (a, b) =>
    a.when === b.when &&
    a.current === b.current &&
    a.reachable === b.reachable &&
    a.onlyHere === b.onlyHere &&
    a.onOpen === b.onOpen &&
    a.onKey === b.onKey &&
    a.row.id === b.row.id &&
    a.row.title === b.row.title &&
    a.row.preview === b.row.preview &&
    a.row.pinned === b.row.pinned &&
    a.row.state === b.row.state,
)

function OnlyHere() {
  return (
    <i className={css.onlyHere} title={m.list.onlyHere}>
      <span className="sr-only">{m.list.onlyHere}</span>
    </i>
  )
}

function State({ row }: { row: NoteRow }) {
  if (row.state === 'waiting')
    return <Hourglass size={12} className={css.state} aria-label={m.list.waiting} />
  if (row.state === 'read_only')
    return <BookOpen size={12} className={css.state} aria-label={m.list.readOnly} />
  if (row.state === 'broken')
    return <TriangleAlert size={12} className={css.broken} aria-label={m.list.broken} />
  return null
}

/** Arrows, Home and End move the focus; Enter opens (it is a button); Escape goes back to the note. */
function move(event: KeyboardEvent, list: HTMLElement | null, leave: () => void): void {
  if (list === null) return
  const rows = [...list.querySelectorAll<HTMLElement>('[data-row]')]
  const at = rows.indexOf(document.activeElement as HTMLElement)
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key]
  if (event.key === 'Escape') leave()
  else if (to !== undefined) rows[Math.max(0, Math.min(to, rows.length - 1))]?.focus()
  else return
  event.preventDefault()
}

/** The time, anew each minute, for "now" and "14:02". */
function useMinute(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000)
    return () => clearInterval(timer)
  }, [])
  return now
}
