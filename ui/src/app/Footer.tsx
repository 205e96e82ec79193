import { useEffect, useMemo } from 'react'
import { useLonely } from '../features/doctor/useLonely'
import type { NoteSession } from '../features/note/NoteSession'
import { ComingsWatch } from '../features/people/Comings'
import { StatusLine } from '../features/status/StatusLine'
import { statusSentence } from '../features/status/sentence'
import { useCalm } from '../features/status/useCalm'
import { Button } from '../shared/Button'
import { m } from '../shared/messages'
import { useStore } from '../shared/store'
import css from './App.module.css'
import { useSpoken, type Voice } from './LiveRegion'
import type { WindowModel } from './WindowModel'

interface Props {
  session: NoteSession
  model: WindowModel
  voice: Voice
  /** Opens the doctor's sheet. */
  onCheck: () => void
  /** Shows what is kept and not in the note. */
  onAside: () => void
}

/** The one honest line, and how many words there are. */
export function Footer({ session, model, voice, onCheck, onAside }: Props) {
  const phase = useStore(session.phase)
  const replica = useStore(session.replica)
  const status = useStore(model.status)
  const people = useStore(session.people)
  const words = useStore(session.words.now)
  const members = useStore(model.members)
  const offline = useStore(model.overview)?.offline ?? false
  const lonely = useLonely(members, offline)
  // Told with every change from then on. Of a new note there is nothing to tell before its first letter is on disk.
  const asks = phase.kind === 'open' && status === null && replica?.kind === 'saved'
  useEffect(() => {
    if (asks) void model.refreshStatus()
  }, [asks, model])
  const canWrite = phase.kind === 'open' && phase.canWrite
  const sentence = useCalm(statusSentence({ replica, canWrite }, status))
  // While one writes the line changes with every pause; only another state of things is worth interrupting for.
  const settled = sentence.tone !== 'pending' && sentence.tone !== 'unknown'
  useSpoken(voice, 'status', settled ? sentence.tone : '', settled ? sentence.text : null)
  const comings = useMemo(() => new ComingsWatch(said => voice.announcer.announce('people', said)), [voice])
  useEffect(() => comings.take(people), [comings, people])
  useEffect(() => () => comings.stop(), [comings])

  return (
    <footer className={css.foot} aria-label={m.status.label}>
      <StatusLine sentence={sentence} status={status} onCheck={onCheck} />
      {(status?.setAside ?? 0) > 0 && (
        <Button className={css.why} aria-label={m.aside.showLabel} onClick={onAside} data-testid="aside-show">
          {m.aside.show}
        </Button>
      )}
      {lonely && (
        <Button className={css.why} aria-label={m.doctor.whyLabel} onClick={onCheck} data-testid="doctor-why">
          {m.doctor.why}
        </Button>
      )}
      {words > 0 && <span className={css.words}>{m.note.words(words)}</span>}
    </footer>
  )
}
