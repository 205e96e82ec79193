import { useEffect, useRef, useState } from 'react'
import type { Backend, Joined, ReadTicket } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import { reason } from '../../shared/reason'
import { SheetEnds } from '../../shared/Sheet'
import { untilWhen } from '../../shared/time'
import css from './Ticket.module.css'
import { useFileDrop } from './useFileDrop'

/** Largest file that is handed to Rust, in bytes. It has the same bound; larger ones need not cross. */
const FILE_BYTES = 16 * 1024 * 1024

export type FilesToJoin = Pick<Backend, 'chooseTicket' | 'droppedTicket' | 'readTicket' | 'subscribe'>

interface Props {
  join: (ticket: string) => Promise<Joined>
  files: FilesToJoin
  onJoined: (joined: Joined) => void
  onClose: () => void
  ref: React.RefObject<HTMLTextAreaElement | null>
}

/** "I have a ticket": its text pasted, its file chosen or dropped. What a file holds is shown before anything is joined. */
export function TicketForm({ ref, join, files, onJoined, onClose }: Props) {
  const [text, setText] = useState('')
  const [busy, setBusy] = useState<'reading' | 'joining' | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [from, setFrom] = useState<{ says: string } | null>(null)
  const action = useRef<HTMLButtonElement>(null)
  // Next is to join, and Enter does. An effect: before the page is drawn anew the button is disabled and takes no focus.
  useEffect(() => {
    if (from !== null) action.current?.focus()
  }, [from])

  const change = (next: string) => {
    setText(next)
    setError(null)
    setFrom(null)
  }
  const fail = (why: string) => {
    setBusy(null)
    setError(why)
    ref.current?.focus()
  }
  const submit = async () => {
    // Mail programs wrap long lines; a ticket has no spaces of its own.
    const ticket = text.replace(/\s+/g, '')
    if (ticket === '') return setError(m.join.empty)
    setBusy('joining')
    setError(null)
    try {
      onJoined(await join(ticket))
      onClose()
    } catch (failure) {
      fail(m.join.failed(reason(failure)))
    }
  }
  const take = async (look: () => Promise<(ReadTicket & { name: string }) | null>) => {
    if (busy !== null) return
    setBusy('reading')
    setError(null)
    try {
      const found = await look()
      setBusy(null)
      if (found === null) return
      change(found.ticket)
      setFrom({ says: said(found) })
    } catch (failure) {
      fail(m.join.unread(reason(failure)))
    }
  }
  const over = useFileDrop(files.subscribe, {
    onFile: file =>
      void take(async () => {
        if (file.size > FILE_BYTES) throw m.join.tooLarge
        return { ...(await files.readTicket(new Uint8Array(await file.arrayBuffer()))), name: file.name }
      }),
    onDropped: () => void take(files.droppedTicket),
  })

  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        void submit()
      }}
    >
      <div className={field.field}>
        <label className={field.label} htmlFor="join-ticket">
          {m.join.ticket}
        </label>
        <textarea
          ref={ref}
          id="join-ticket"
          data-testid="ticket-input"
          data-over={over || undefined}
          className={`${field.input} ${field.code} ${css.ticket}`}
          spellCheck={false}
          autoComplete="off"
          placeholder={m.join.placeholder}
          value={text}
          readOnly={busy !== null}
          aria-invalid={error !== null || undefined}
          aria-describedby={error !== null ? 'join-error' : 'join-file'}
          onChange={event => change(event.target.value)}
          onKeyDown={event => {
            if (event.key !== 'Enter' || event.shiftKey) return
            event.preventDefault()
            event.currentTarget.form?.requestSubmit()
          }}
        />
        {error !== null && (
          <p className={field.error} id="join-error" role="alert">
            {error}
          </p>
        )}
      </div>
      <div className={css.file}>
        <Button
          look="line"
          type="button"
          disabled={busy !== null}
          onClick={() => void take(files.chooseTicket)}
          data-testid="ticket-choose"
        >
          {m.join.choose}
        </Button>
        <span id="join-file">{m.join.drop}</span>
      </div>
      <output className={css.grants}>{from?.says}</output>
      <SheetEnds>
        <Button look="line" type="button" onClick={onClose}>
          {m.menu.cancel}
        </Button>
        <Button ref={action} look="primary" type="submit" disabled={busy !== null} data-testid="join-submit">
          {busy === 'joining' ? m.join.joining : m.join.action}
        </Button>
      </SheetEnds>
    </form>
  )
}

/** Whose clock is right is not known here, so a ticket that looks old may still be tried. */
function said({ name, expiresAtMs }: ReadTicket & { name: string }): string {
  const until = untilWhen(expiresAtMs, Date.now())
  return expiresAtMs > Date.now() ? m.join.found(name, until) : m.join.foundOld(name, until)
}
