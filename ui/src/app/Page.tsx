import type { ReactNode } from 'react'
import type { NoteSession } from '../features/note/NoteSession'
import { People } from '../features/people/People'
import { m } from '../shared/messages'
import { useStore } from '../shared/store'
import css from './App.module.css'

/** The page beside the list; calm while somebody writes. */
export function Page({ session, children }: { session: NoteSession | null; children: ReactNode }) {
  return session ? (
    <WritingPage session={session}>{children}</WritingPage>
  ) : (
    <div className={css.page}>{children}</div>
  )
}

function WritingPage({ session, children }: { session: NoteSession; children: ReactNode }) {
  const writing = useStore(session.writing.now)
  return (
    <div className={css.page} data-writing={writing || undefined}>
      {children}
    </div>
  )
}

/** Who is in the open note. */
export function Here({ session }: { session: NoteSession }) {
  const people = useStore(session.people)
  return <People people={people} onGoTo={person => session.goTo(person)} />
}

/** A space without a note that could be shown. */
export function NoNote() {
  return (
    <main className={css.alone}>
      <p>{m.app.noNotes}</p>
    </main>
  )
}
