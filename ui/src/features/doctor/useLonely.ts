import { useEffect, useState } from 'react'
import type { MemberRow } from '../../ipc/backend'

/** So long a device may take to be found before anybody wonders. */
export const LONELY_AFTER_MS = 10_000

/** Whether there are others and none of them has been connected for a while. Offline is no wonder. */
export function useLonely(members: MemberRow[], offline: boolean): boolean {
  const others = members.filter(({ self, role }) => !self && role !== null)
  const missing = !offline && others.length > 0 && others.every(({ online }) => !online)
  const [lonely, setLonely] = useState(false)
  useEffect(() => {
    if (!missing) return
    const timer = setTimeout(() => setLonely(true), LONELY_AFTER_MS)
    return () => {
      clearTimeout(timer)
      setLonely(false)
    }
  }, [missing])
  return missing && lonely
}
