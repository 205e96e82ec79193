import { useEffect, useRef } from 'react'
import { Button } from '../../shared/Button'
import { CopyButton } from '../../shared/CopyButton'
import { m } from '../../shared/messages'
import { SheetEnds } from '../../shared/Sheet'
import css from './RecoveryKey.module.css'

interface Props {
  space: string
  /** Groups of characters between dashes; a line ends at one of them. */
  text: string
  /** Somebody tried to close the sheet in another way than by saying that the key is kept. */
  warned: boolean
  onKept: () => void
}

/** The key that is shown this once: to print, to write down, to copy. */
export function RecoveryKey({ space, text, warned, onKept }: Props) {
  const key = useRef<HTMLParagraphElement>(null)
  // What had the focus is gone; the key is what comes next.
  useEffect(() => key.current?.focus(), [])
  return (
    <>
      <div className={css.paper} data-print>
        <p className={css.of}>{m.recovery.of(space)}</p>
        <p ref={key} tabIndex={-1} className={css.key} data-testid="recovery-key">
          {text}
        </p>
        <p className={css.how}>{m.recovery.how}</p>
      </div>
      <output className={css.warned} role="alert">
        {warned && m.recovery.once}
      </output>
      <SheetEnds>
        <CopyButton text={text} />
        <Button look="line" onClick={() => window.print()} data-testid="recovery-print">
          {m.recovery.print}
        </Button>
        <Button look="primary" onClick={onKept} data-testid="recovery-kept">
          {m.recovery.kept}
        </Button>
      </SheetEnds>
    </>
  )
}
