import type { SpaceRow } from '../ipc/backend'

/** Whether this device may write in a space. */
export function mayWrite({ role }: SpaceRow): boolean {
  return role === 'owner' || role === 'editor'
}
