/** What leaving a space means now. */
export interface Leaving {
  /** Other devices in it. */
  others: number
  /** No other device is an owner. */
  lastOwner: boolean
  /** Edits held here that nobody else in it is known to have, and those of them that were written here. */
  onlyHere: number
  ownOnlyHere: number
}

/** A note that was moved to another space. */
export interface Moved {
  /** The new note. */
  note: string
  /** Why the old one is not in the trash; null when it is. */
  kept: string | null
}
