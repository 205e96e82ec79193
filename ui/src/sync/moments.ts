/** When the replica may send: the end of a frame, a little later, and the moments a page may not come back from. */
export interface Moments {
  /** Calls back at the end of this frame, or after `LONGEST_WAIT_MS` if no frame comes. Returns what cancels it. */
  soon(callback: () => void): () => void
  /** Calls back after so many milliseconds. Returns what cancels it. */
  after(milliseconds: number, callback: () => void): () => void
  /** Calls back whenever the window loses focus, is hidden or goes away. Returns what ends it. */
  onLeaving(callback: () => void): () => void
}

/** A window that paints nothing gets no frames; what was typed last must not wait for one. */
const LONGEST_WAIT_MS = 30

export const browserMoments: Moments = {
  soon(callback) {
    let done = false
    const once = (): void => {
      cancel()
      callback()
    }
    const frame = requestAnimationFrame(once)
    const timer = setTimeout(once, LONGEST_WAIT_MS)
    const cancel = (): void => {
      if (done) return
      done = true
      cancelAnimationFrame(frame)
      clearTimeout(timer)
    }
    return cancel
  },

  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds)
    return () => clearTimeout(timer)
  },

  onLeaving(callback) {
    const hidden = (): void => {
      if (document.visibilityState === 'hidden') callback()
    }
    window.addEventListener('blur', callback)
    window.addEventListener('pagehide', callback)
    document.addEventListener('visibilitychange', hidden)
    return () => {
      window.removeEventListener('blur', callback)
      window.removeEventListener('pagehide', callback)
      document.removeEventListener('visibilitychange', hidden)
    }
  },
}
