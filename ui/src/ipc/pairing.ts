/** What is said while a device is let in. Part of `backend.ts`. */
import type { Role } from './backend'

export interface Joined {
  space: string
  name: string
  role: Role
}

/** One of four pictures, with the word for it. */
export interface Picture {
  picture: string
  name: string
}

/** Why whoever asked last did not come in, while the invitation stays open. */
export type Missed = 'not_seen' | 'went_away' | 'too_late'

/** A space that an own device does not get: this device is no owner of it, or it is more than one invitation takes. */
export interface LeftOut {
  name: string
  why: 'not_owner' | 'too_much'
}

/** What an invitation of this device gives: its space, or to another device of this person all that they own, by name. */
export type Giving = { gives: 'space'; role: Role } | { gives: 'own'; spaces: string[]; leftOut: LeftOut[] }

/** What somebody nearby offers: a space, or to be another device of the same person, an owner of so many spaces. */
export type Offering = { gives: 'space'; spaceName: string; role: Role } | { gives: 'own'; spaces: number }

/** The invitation of this device. */
export type Inviting =
  | { state: 'closed' }
  | { state: 'waiting'; giving: Giving; closesAtMs: number; missed: Missed | null }
  | {
      state: 'asking'
      question: number
      /** What a right pick gives. */
      giving: Giving
      person: string
      deviceName: string
      /** One of these is on the other screen. */
      rows: Picture[][]
      untilMs: number
    }
  | { state: 'joined'; giving: Giving; person: string; deviceName: string }
  | { state: 'over'; why: 'wrong_pick' | 'time_is_over' | 'used_up' | 'offline' | 'failed'; message: string }

/** Somebody nearby who invites. What it says of itself; nothing of it is proven. */
export interface Nearby {
  id: string
  person: string
  deviceName: string
  offering: Offering
}

/** What this device's person shows to the other. */
export interface Shown {
  from: Nearby
  pictures: Picture[]
}

/** The other side says that this device is a member; its person has to confirm that. */
export interface Welcomed {
  from: Nearby
  /** This device, as the other screen names it. */
  person: string
  deviceName: string
}
