/** The catalogue's sentences around the doctor; what it finds it says in sentences of its own. Part of `messages.ts`. */
import type { Ended } from '../ipc/backend'

const ended: Record<Ended, string> = {
  reached: 'a member answered',
  refused: 'refused',
  no_answer: 'no answer',
  no_way: 'no way there',
  stranger: 'a Skein that is in none of your spaces',
  unknown: 'something that does not know this device',
  myself: 'this device itself',
}

export const doctor = {
  why: 'Why?',
  whyLabel: 'Why is no other device here?',
  check: 'Check the connection',
  title: 'Connection',
  intro: 'What works and what does not, as far as it can be seen from this device.',
  looking: 'Looking, for about six seconds…',
  failed: (why: string) => `The look did not come to an end: ${why}.`,
  again: 'Try again',
  address: 'Add an address…',
  tried: 'Addresses tried just now',
  announced: 'announced here',
  typed: 'typed',
  ended,
}
