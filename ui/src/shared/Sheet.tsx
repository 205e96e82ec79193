import { Dialog } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { type ReactNode, type RefObject, useEffect, useRef } from 'react'
import { Button } from './Button'
import { m } from './messages'
import css from './Sheet.module.css'

interface Props {
  open: boolean
  onClose: () => void
  /** Called when the sheet is gone: the caret goes back to where it was. */
  onClosed: () => void
  title: string
  intro?: ReactNode
  initialFocus?: RefObject<HTMLElement | null>
  children: ReactNode
}

/** A dialog that a person asked for. Nothing opens one by itself. */
export function Sheet({ open, onClose, onClosed, title, intro, initialFocus, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null)
  const before = useRef(title)
  useEffect(() => {
    // Another title is another question: what had the focus is gone, and a screen reader reads what is asked now.
    if (open && before.current !== title) heading.current?.focus()
    before.current = title
  }, [open, title])
  return (
    <Dialog.Root
      open={open}
      onOpenChange={now => now || onClose()}
      onOpenChangeComplete={now => now || onClosed()}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className={css.veil} />
        <Dialog.Popup className={css.sheet} initialFocus={initialFocus} finalFocus={false}>
          <Dialog.Title ref={heading} tabIndex={-1} className={css.title}>
            {title}
          </Dialog.Title>
          {intro !== undefined && <Dialog.Description className={css.intro}>{intro}</Dialog.Description>}
          {children}
          <Dialog.Close
            render={
              <Button look="icon" className={css.close} aria-label={m.menu.close}>
                <X size={16} aria-hidden />
              </Button>
            }
          />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** The row of buttons at a sheet's end, with a word on the left. */
export function SheetEnds({ note, children }: { note?: ReactNode; children: ReactNode }) {
  return (
    <div className={css.ends}>
      {note !== undefined && <span className={css.note}>{note}</span>}
      <span className={css.actions}>{children}</span>
    </div>
  )
}
