import { useEffect, useState } from 'react'

/** Milliseconds until then, told anew every few seconds. Only the inviter's own core judges what is over; this is for display. */
export function useTimeLeft(untilMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5000)
    return () => clearInterval(timer)
  }, [])
  return untilMs - now
}
