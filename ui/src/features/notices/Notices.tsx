import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Notice } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import { CopyButton } from '../../shared/CopyButton'
import { m } from '../../shared/messages'
import css from './Notices.module.css'

export interface ShownNotice extends Notice {
  key: number
}

interface Props {
  notices: ShownNotice[]
  onDismiss: (key: number) => void
  /** What stands below them, nearest to the corner. */
  children?: ReactNode
}

/** Sentences beside the text: they never take the focus and never cover what is being written for long. */
export function Notices({ notices, onDismiss, children }: Props) {
  return (
    <section className={css.stack} aria-label={m.notices.label}>
      {notices.map(notice => (
        <article key={notice.key} className={css.notice}>
          <p>{notice.message}</p>
          <div className={css.actions}>
            {notice.copy !== undefined && <CopyButton text={notice.copy} label={m.notices.copyWords} />}
            <Button look="icon" aria-label={m.menu.dismiss} onClick={() => onDismiss(notice.key)}>
              <X size={15} aria-hidden />
            </Button>
          </div>
        </article>
      ))}
      {children}
    </section>
  )
}
