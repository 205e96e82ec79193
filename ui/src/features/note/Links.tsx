import { Popover } from '@base-ui/react/popover'
import { ExternalLink, Unlink, X } from 'lucide-react'
import { useState } from 'react'
import type { LinkRequest } from '../../editor/Editor'
import { openableLink } from '../../editor/schema/links'
import { Button } from '../../shared/Button'
import { CopyButton } from '../../shared/CopyButton'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import popup from '../../shared/Popup.module.css'
import { useStore } from '../../shared/store'
import css from './Links.module.css'
import type { NoteSession } from './NoteSession'

/** What a person wants with a link: to follow it, or to say where it leads. */
export type LinkWish = { kind: 'follow'; url: string } | { kind: 'edit'; request: LinkRequest }

/** Shows an address before it is opened, and asks for one where a link is wanted. */
export function Links({ session }: { session: NoteSession }) {
  const wish = useStore(session.link)
  if (wish === null) return null
  if (wish.kind === 'follow') return <Follow url={wish.url} session={session} />
  return <Edit key={wish.request.href} request={wish.request} session={session} />
}

/** Beside the text, without taking the focus: nothing opens that a person has not read. */
function Follow({ url, session }: { url: string; session: NoteSession }) {
  const open = () => {
    session.openLink(url)
    session.link.set(null)
  }
  return (
    <section className={css.card} aria-label={m.link.follow}>
      <output>
        {m.link.follow} <code>{url}</code>
      </output>
      <div className={css.actions}>
        <Button look="primary" onClick={open}>
          {m.link.open}
        </Button>
        <CopyButton text={url} />
        <Button look="icon" aria-label={m.menu.dismiss} onClick={() => session.link.set(null)}>
          <X size={15} aria-hidden />
        </Button>
      </div>
    </section>
  )
}

function Edit({ request, session }: { request: LinkRequest; session: NoteSession }) {
  const [address, setAddress] = useState(request.href ?? '')
  const [wrong, setWrong] = useState(false)
  const close = () => {
    session.link.set(null)
    session.focus()
  }
  const apply = (href: string | null) => {
    if (request.apply(href)) session.link.set(null)
    else setWrong(true)
  }
  const openable = openableLink(request.href)
  const { left, right, top, bottom } = request.at
  const anchor = {
    getBoundingClientRect: () => new DOMRect(left, top, Math.max(1, right - left), bottom - top),
  }

  return (
    <Popover.Root open onOpenChange={now => now || close()}>
      <Popover.Portal>
        <Popover.Positioner
          anchor={anchor}
          side="bottom"
          align="start"
          sideOffset={6}
          className={popup.layer}
        >
          <Popover.Popup className={popup.card} aria-label={m.link.edit} finalFocus={false}>
            <form
              onSubmit={event => {
                event.preventDefault()
                apply(withScheme(address))
              }}
            >
              <input
                className={field.input}
                aria-label={m.link.address}
                aria-invalid={wrong || undefined}
                placeholder="https://"
                spellCheck={false}
                autoComplete="off"
                value={address}
                onChange={event => {
                  setAddress(event.target.value)
                  setWrong(false)
                }}
              />
              {wrong && (
                <p className={field.error} role="alert">
                  {m.link.wrong}
                </p>
              )}
              <div className={css.actions}>
                <Button look="primary" type="submit">
                  {m.link.apply}
                </Button>
                {openable !== null && (
                  <Button onClick={() => session.link.set({ kind: 'follow', url: openable })}>
                    <ExternalLink size={15} aria-hidden />
                    {m.link.open}
                  </Button>
                )}
                {request.href !== null && (
                  <Button onClick={() => apply(null)}>
                    <Unlink size={15} aria-hidden />
                    {m.link.remove}
                  </Button>
                )}
              </div>
            </form>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

/** What people type without a scheme is a web address, or one for mail. Nothing typed: no link. */
export function withScheme(address: string): string | null {
  const text = address.trim()
  if (text === '') return null
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[\w.-]+:\d+(\/|$)/.test(text)) return text
  return /^[^\s/@]+@[^\s/@]+\.[^\s/@]+$/.test(text) ? `mailto:${text}` : `https://${text}`
}
