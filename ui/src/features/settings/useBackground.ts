import { useCallback, useEffect, useRef, useState } from 'react'
import type { Backend, Background } from '../../ipc/backend'
import { reason } from '../../shared/reason'

/** What the sheet asks of Rust. */
export type BackgroundBackend = Pick<Backend, 'background' | 'setKeepSyncing' | 'setAtLogin' | 'subscribe'>

export interface BackgroundState {
  /** Nothing until the first answer. */
  now: Background | null
  error: string | null
  setKeepSyncing: (keep: boolean) => Promise<void>
  setAtLogin: (on: boolean) => Promise<void>
}

/**
 * How things are, never how they were left: asked at first, after each change, when the desktop's tray comes or
 * goes, and when the window is looked at again, since the file that starts Skein at login is anybody's to remove.
 */
export function useBackground(backend: BackgroundBackend): BackgroundState {
  const [now, setNow] = useState<Background | null>(null)
  const [error, setError] = useState<string | null>(null)
  const asked = useRef(0)

  const read = useCallback(async () => {
    const mine = ++asked.current
    try {
      const answer = await backend.background()
      // Answers may overtake each other; the one to the last question is the newest.
      if (mine === asked.current) setNow(answer)
    } catch (failure) {
      if (mine === asked.current) setError(reason(failure))
    }
  }, [backend])

  const change = useCallback(
    async (work: () => Promise<void>) => {
      setError(null)
      try {
        await work()
      } catch (failure) {
        setError(reason(failure))
      }
      await read()
    },
    [read],
  )

  useEffect(() => {
    const look = () => void read()
    const subscribed = backend.subscribe(event => event.kind === 'tray' && look())
    look()
    window.addEventListener('focus', look)
    return () => {
      window.removeEventListener('focus', look)
      void subscribed.then(stop => stop())
    }
  }, [backend, read])

  return {
    now,
    error,
    setKeepSyncing: keep => change(() => backend.setKeepSyncing(keep)),
    setAtLogin: on => change(() => backend.setAtLogin(on)),
  }
}
