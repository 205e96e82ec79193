import { useCallback, useEffect, useRef, useState } from 'react'
import type { Backend } from '../../ipc/backend'
import type { KeyBackend, KeyPlace, KeyState } from '../../ipc/backendOfKey'
import { reason } from '../../shared/reason'

/** What the sheet asks of Rust. */
export type KeySource = KeyBackend & Pick<Backend, 'subscribe'>

export interface KeyShown {
  /** Nothing until the first answer. */
  now: KeyState | null
  error: string | null
  /** Where it has just been moved to from here. */
  arrived: KeyPlace | null
  move: (to: KeyPlace) => Promise<void>
  callOff: () => void
}

/** Where the key lies. A move goes on when the sheet is closed, and is found again when it is opened. */
export function useKey(backend: KeySource): KeyShown {
  const [now, setNow] = useState<KeyState | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [arrived, setArrived] = useState<KeyPlace | null>(null)
  const heard = useRef(false)

  useEffect(() => {
    // What happened between an answer and the first event that is heard would never be known.
    const subscribed = backend.subscribe(event => {
      if (event.kind !== 'key') return
      heard.current = true
      setNow(event.key)
    })
    void subscribed
      .then(() => backend.key())
      .then(
        // An answer never overrides an event.
        answer => heard.current || setNow(answer),
        failure => setError(reason(failure)),
      )
    return () => void subscribed.then(stop => stop())
  }, [backend])

  const move = useCallback(
    async (to: KeyPlace) => {
      setError(null)
      setArrived(null)
      try {
        setNow(await backend.moveKey(to))
        setArrived(to)
      } catch (failure) {
        if (!isCalledOff(failure)) setError(reason(failure))
      }
    },
    [backend],
  )

  return { now, error, arrived, move, callOff: () => void backend.callOffMovingKey() }
}

/** The person did that, and sees it. */
function isCalledOff(failure: unknown): boolean {
  return (failure as { code?: unknown } | null)?.code === 'called_off'
}
