/** Where this device's secret key lies, and moving it. Part of `backend.ts`. */

/** A file of the profile, or the system's key store. */
export type KeyPlace = 'file' | 'keystore'

export interface KeyState {
  place: KeyPlace
  /** Where it is being moved to. */
  moving: KeyPlace | null
  /** A copy may lie at the other place too: a move was cut short. The next start erases it. */
  copyLeft: boolean
}

export interface KeyBackend {
  /** Changes come as events. */
  key(): Promise<KeyState>
  /** Answers when it lies there: as long as a person needs to find a password. Rejected, it lies where it was. */
  moveKey(to: KeyPlace): Promise<KeyState>
  /** Ends a move that waits; what came of it is the move's own answer. */
  callOffMovingKey(): Promise<void>
}
