/** What the window itself knows about the safety of the note it shows. It claims nothing about other devices. */
export type ReplicaStatus =
  /** A new note in which nothing has been written; nothing of it is stored anywhere. */
  | { kind: 'untouched' }
  /** Every edit of this window is on this device's disk. */
  | { kind: 'saved' }
  /** So many pushes are under way to the disk, what is being collected included. */
  | { kind: 'saving'; unacked: number }
  /** Nothing is being saved at the moment; `message` is a lower-case sentence for people. */
  | { kind: 'trouble'; unacked: number; message: string }

export function sameStatus(a: ReplicaStatus, b: ReplicaStatus): boolean {
  if (a.kind !== b.kind) return false
  if (a.kind === 'saving' && b.kind === 'saving') return a.unacked === b.unacked
  if (a.kind === 'trouble' && b.kind === 'trouble') return a.unacked === b.unacked && a.message === b.message
  return true
}
