import { useEffect, useRef } from 'react'
import { Button } from '../../shared/Button'
import { m } from '../../shared/messages'
import { useStore } from '../../shared/store'
import css from './NotePane.module.css'
import type { NoteSession, Places } from './NoteSession'
import './prose.css'

/** The note: a column for the framework-free editor, and beside it nothing. */
export function NotePane({ session }: { session: NoteSession }) {
  const phase = useStore(session.phase)
  if (phase.kind === 'failed')
    return (
      <main className={css.scroll}>
        <div className={css.problem}>
          <p role="alert">{m.note.failed(phase.why)}</p>
          <Button look="line" onClick={() => session.retry()}>
            {m.note.retry}
          </Button>
        </div>
      </main>
    )
  return <Column session={session} busy={phase.kind === 'opening'} />
}

function Column({ session, busy }: { session: NoteSession; busy: boolean }) {
  const scroller = useRef<HTMLElement>(null)
  const title = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLDivElement>(null)
  const layer = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const places = {
      title: title.current,
      body: body.current,
      layer: layer.current,
      scroller: scroller.current,
    }
    if (places.title && places.body && places.layer && places.scroller) return session.mount(places as Places)
  }, [session])

  return (
    <main ref={scroller} className={css.scroll} aria-busy={busy}>
      <div className={css.column}>
        <div ref={title} className="note-title" data-testid="title" />
        <div ref={body} className="note-body" data-testid="editor" />
        <div ref={layer} />
      </div>
    </main>
  )
}
