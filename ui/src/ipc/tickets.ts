/** What the window may ask of Rust about tickets. Part of `backend.ts`. */

/** A ticket just made. */
export interface Invitation {
  ticket: string
  expiresAtMs: number
  /** The rows of its QR code, without the light edge around it: `#` is dark, `.` light. */
  qr: string[]
}

/** A ticket that was found in a file. */
export interface ReadTicket {
  ticket: string
  /** Until when it says that it is good. Only the inviter judges that. */
  expiresAtMs: number
}

export interface ChosenTicket extends ReadTicket {
  /** The file's name. */
  name: string
}

/** Which file, the person says in a dialog of the system: no path comes from the page. */
export interface TicketFiles {
  /** Where it was saved; null when the person thought better of it. */
  saveTicket(ticket: string): Promise<string | null>
  /** Null when the person thought better of it. */
  chooseTicket(): Promise<ChosenTicket | null>
  /** The file of which the event `drag` said that it was dropped on the window; null when it was taken already. */
  droppedTicket(): Promise<ChosenTicket | null>
  /** The bytes of a file that the web view itself got: a ticket's text, or a PNG of its QR code. */
  readTicket(bytes: Uint8Array): Promise<ReadTicket>
}
