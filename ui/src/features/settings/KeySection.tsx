import { useId } from 'react'
import { Button } from '../../shared/Button'
import field from '../../shared/Field.module.css'
import { m } from '../../shared/messages'
import css from './KeySection.module.css'
import { type KeySource, useKey } from './useKey'

/** Where the secret key of this device lies, what that means, and the way to the other place. */
export function KeySection({ backend }: { backend: KeySource }) {
  const { now, error, arrived, move, callOff } = useKey(backend)
  const id = useId()
  const isInFile = now?.place === 'file'
  const isMoving = now !== null && now.moving !== null
  return (
    <section className={css.section} aria-labelledby={id} data-testid="key-section">
      <h3 id={id} className={css.title}>
        {m.key.title}
      </h3>
      {now !== null && (
        <>
          <p className={css.detail} data-testid="key-place">
            {isInFile ? m.key.inFile : m.key.inKeystore}
          </p>
          <p className={css.detail} id={`${id}-meaning`}>
            {isInFile ? m.key.move : m.key.back}
          </p>
          {now.copyLeft && !isMoving && (
            <p className={css.detail} data-testid="key-copy">
              {isInFile ? m.key.copyInKeystore : m.key.copyInFile}
            </p>
          )}
          <div className={css.ways}>
            <Button
              look="line"
              // Keeps the focus while it moves.
              aria-disabled={isMoving || undefined}
              aria-describedby={`${id}-meaning`}
              onClick={() => isMoving || void move(isInFile ? 'keystore' : 'file')}
              data-testid="key-move"
            >
              {isMoving ? m.key.moving : isInFile ? m.key.toKeystore : m.key.toFile}
            </Button>
            {isMoving && (
              <Button onClick={callOff} data-testid="key-call-off">
                {m.key.callOff}
              </Button>
            )}
          </div>
        </>
      )}
      <output className={css.detail} data-testid="key-said">
        {isMoving ? m.key.asking : arrived !== null && m.key.moved[arrived]}
      </output>
      <output className={field.error} role="alert">
        {error !== null && m.key.failed(error)}
      </output>
    </section>
  )
}
