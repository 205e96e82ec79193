/** The catalogue's sentences about spaces: who is in them, letting somebody in, joining. Part of `messages.ts`. */
import type { Offering, Role } from '../ipc/backend'
import { count, listed, sentence } from './words'

const grants: Record<Role, string> = {
  viewer: 'but cannot change anything',
  editor: 'and can edit',
  owner: 'can edit, and can invite others',
}

const all = (spaces: number) => (spaces === 1 ? 'one space' : `all ${spaces} spaces`)

const into = (to: Offering) => (to.gives === 'own' ? all(to.spaces) : to.spaceName)

export const spaces = {
  invite: {
    action: 'Invite',
    title: (space: string) => `Invite a device to ${space}`,
    intro: 'A ticket lets one device in. Send it to the person, or carry it over yourself.',
    role: 'The person',
    editor: 'can edit',
    viewer: 'can only read',
    owner: 'is an owner too',
    valid: 'The ticket is good for',
    minutes: (n: number) =>
      n < 60 ? `${n} minutes` : n < 1440 ? count(n / 60, 'hour', 'hours') : count(n / 1440, 'day', 'days'),
    make: 'Make a ticket',
    making: 'Making a ticket…',
    ready: 'Your ticket',
    code: 'QR code of the ticket',
    good: (until: string) => `It lets one device in, until ${until}; who has it can join once.`,
    save: 'Save as a file…',
    saved: (path: string) => `Saved as ${path}`,
    saveFailed: (why: string) => `It was not saved: ${why}.`,
    grants: (space: string, role: Role) =>
      `Whoever uses it can read every note in ${space}, with its history, ${grants[role]}.`,
    grantsRow: (space: string, role: Role) =>
      `Whoever shows it will read every note in ${space}, with its history, ${grants[role]}.`,
    open: (left: string) => `Works once, for ${left} more`,
    over: 'This ticket is over. Make another one.',
    keepOpen: 'Keep Skein open here until the other device has joined.',
    askTitle: 'Only an owner can invite',
    ask: (owners: string[]) =>
      owners.length === 0
        ? 'This space has no owner who could invite.'
        : `Ask ${listed(owners)} to invite the device.`,
    failed: (why: string) => `The ticket could not be made: ${why}.`,
  },

  members: {
    action: 'People in this space…',
    title: (space: string) => `Who is in ${space}`,
    intro: (devices: number) =>
      devices < 2
        ? 'Nobody else is in it yet.'
        : devices === 2
          ? '1 other device can read every note in it.'
          : `${devices - 1} other devices can read every note in it.`,
    me: 'this device',
    role: { owner: 'owner', editor: 'can edit', viewer: 'can only read' } satisfies Record<Role, string>,
    here: 'Here now',
    heard: (when: string) => `Last heard: ${when}`,
    unheard: 'Not heard since Skein started here',
    out: 'This device was removed from this space. What is here stays here to read and to copy; nothing new comes.',
    left: 'You left this space. What is here stays here to read and to copy; nothing new comes.',
    ownerless: (recoverable: boolean) =>
      `Nobody owns this space any more. Writing in it goes on, but nobody can be let in or taken out. ${
        recoverable
          ? 'Whoever has its recovery key can become an owner.'
          : 'To change who is in, make a new space and move the notes there.'
      }`,
    change: 'Change',
    changes: (device: string) => `Change what ${device} may do`,
    may: (device: string) => `What ${device} may do here`,
    follows: 'A change holds for each of the other devices as soon as it hears of it.',
    removing: 'Remove from this space…',
    removeTitle: (device: string) => `Remove ${device}?`,
    removeIntro: (space: string) =>
      `From now on it gets nothing new of ${space}. What it has copied stays with it, and what it wrote stays in the notes.`,
    remove: 'Remove',
    keep: 'Keep it',
    failed: (why: string) => `That did not work: ${why}.`,
    know: (n: number, of: number) =>
      `Known to have heard of the last change: ${n} of ${count(of, 'other device', 'other devices')}.`,
  },

  aside: {
    title: 'Kept, but not in the notes',
    intro:
      'What somebody wrote before hearing that an owner had changed what they may do. Nothing of it is lost.',
    none: 'Everything that is here is in the notes.',
    by: (device: string, n: number) => `${device}: ${count(n, 'edit', 'edits')}`,
    in: (title: string) => (title === '' ? 'In a note without a title' : `In “${title}”`),
    bring: 'Put it into the notes',
    bringOf: (device: string) => `Put what ${device} wrote into the notes`,
    askOwner: 'An owner of this space can put it into the notes.',
    admission: 'It comes into the notes when its author is let in and may edit.',
    show: 'Show',
    showLabel: 'Show what is kept, but not in the note',
    failed: (why: string) => `That did not work: ${why}.`,
  },

  space: {
    make: 'New space…',
    rename: 'Rename this space…',
    title: { new: 'A new space', rename: 'Rename this space' },
    intro: {
      new: 'A space has its own notes and its own people. Nobody else is in it until you invite them.',
      rename: 'The new name is seen by everybody in the space.',
    },
    name: 'Name',
    placeholder: 'Team',
    action: { new: 'Make it', rename: 'Rename' },
    empty: 'Give it a name first.',
    failed: (why: string) => `That did not work: ${why}.`,
  },

  recovery: {
    wanted: 'With a recovery key',
    meaning:
      'A key on paper that makes a device an owner again, should every owner’s device be lost or removed. It can only be made together with the space.',
    title: 'The recovery key',
    intro:
      'Print it or write it down, and keep it away from your devices. It is shown this once and kept nowhere.',
    of: (space: string) => `Recovery key of ${space}`,
    how: 'On a device that has the notes: “People in this space”, then “Use the recovery key”. That device is an owner then, and nobody can prevent it.',
    once: 'It cannot be shown again. Press “I have kept it” once you have.',
    print: 'Print…',
    kept: 'I have kept it',
    use: 'Use the recovery key…',
    typeTitle: 'Use the recovery key',
    typeIntro: (space: string) => `It makes this device an owner of ${space}. Everybody in it is told.`,
    key: 'Recovery key',
    placeholder: 'SKEINKEY1-…',
    action: 'Become an owner',
    empty: 'Type the key from the paper first.',
    failed: (why: string) => `That did not work: ${why}.`,
    done: (space: string) => `This device is an owner of ${space} now.`,
  },

  leave: {
    action: 'Leave this space…',
    title: (space: string) => `Leave ${space}?`,
    intro:
      'This device stops taking part in it. Its notes stay on this device to be read; nothing is sent to the others or comes from them any more.',
    looking: 'Looking at who has what…',
    safe: 'Every edit that is here is known to be on another device as well.',
    onlyHere: (all: number, own: number) =>
      `Nobody else is known to have ${count(all, 'edit', 'edits')} that ${all === 1 ? 'is' : 'are'} here${own > 0 ? `, ${own} of them written on this device` : ''}. They stay here, and nobody else gets them.`,
    wait: 'To wait for the others instead, keep Skein open on both devices.',
    lastOwner:
      'No other device is an owner. Nobody will be able to let anybody in or take anybody out, and this device cannot come back.',
    nobody:
      'Nobody else is in this space. Nobody can let this device in again, and its notes can never be written again.',
    unlessKey: 'Unless you have the recovery key of this space: with it a device can become an owner again.',
    back: 'To come back, ask an owner for an invitation.',
    stay: 'Stay',
    leave: 'Leave',
    sure: 'Leave all the same',
    done: (space: string) => `You left ${space}. Its notes stay here to be read.`,
    left: 'left',
    removed: 'removed',
    failed: (why: string) => `That did not work: ${why}.`,
  },

  move: {
    action: 'Move this note…',
    title: 'Move this note',
    intro:
      'It becomes a new note in the other space, for everybody who is in that space. The old one goes into the trash here, with its history: in the new one all words count as written by you.',
    to: 'Other spaces',
    nowhere: 'There is no other space in which this device may write.',
    done: (space: string) => `The note is in ${space} now. The old one is in the trash.`,
    kept: (space: string, why: string) => `The note is in ${space} now, and here as well: ${why}.`,
    failed: (why: string) => `That did not work: ${why}.`,
  },

  own: {
    title: 'Invite your other device',
    switch: 'My own other device',
    detail: 'It comes into every space you own, as an owner, under your name',
    spaces: (names: string[]) =>
      `It will read every note in ${listed(names)}, with the history, can edit, and can invite others.`,
    row: (names: string[]) =>
      `Whoever shows it becomes your own device: it will read every note in ${listed(names)}, with the history, can edit, and can invite others.`,
    can: (names: string[]) =>
      `It can read every note in ${listed(names)}, with the history, can edit, and can invite others.`,
    notOwner: (names: string[]) =>
      names.length === 1
        ? `${listed(names)} is left out: ask an owner of it.`
        : `${listed(names)} are left out: ask an owner of each.`,
    tooMuch: (names: string[]) =>
      `One invitation does not take more. Invite the device by itself to ${listed(names)}.`,
  },

  nearbyInvite: {
    intro: (me: string) =>
      `Open Skein on the other device, on the same network. It says that ${me} is nearby: ask to join there.`,
    waiting: 'Waiting for the other device…',
    missed: {
      not_seen: 'Nobody was let in. Still waiting: ask once more on the other device.',
      went_away: 'The other device went away. Still waiting.',
      too_late: 'There was no answer here in time. Still waiting: ask once more on the other device.',
    },
    open: (left: string) => `Open for ${left} more`,
    ticket: 'Use a ticket instead',
    which: (device: string) => `Which row is on ${device}?`,
    rows: 'Rows of pictures',
    none: 'None of these',
    joined: (device: string) => `${device} joined`,
    can: (space: string, role: Role) =>
      `It can read every note in ${space}, with its history, ${grants[role]}.`,
    done: 'Done',
    over: 'Nobody was let in',
    again: 'Invite again',
    failed: (why: string) => `Nobody can be invited now: ${why}.`,
    sentence,
  },

  ask: {
    nearby: (device: string) => `${device} is nearby`,
    invites: (to: Offering) =>
      to.gives === 'own'
        ? `It invites this device as its person’s own, into ${all(to.spaces)}.`
        : to.role === 'viewer'
          ? `It invites you to read ${to.spaceName}.`
          : `It invites you to ${to.spaceName}.`,
    /** What the pick gives, where that is more than one space. */
    gives: (person: string, to: Offering) =>
      to.gives === 'own'
        ? ` This device becomes ${person}’s own, an owner of ${all(to.spaces)}: it reads every note, can edit, and can invite others.`
        : '',
    action: 'Ask to join',
    notNow: 'Not now',
    asking: (device: string) => `Asking ${device}…`,
    nothing: 'Nothing of yours is shared by joining.',
    show: (person: string) => `Show this to ${person}`,
    pick: (device: string) =>
      `On ${device} the row that you see here is to be picked. Nothing of yours is shared by joining.`,
    waiting: (person: string) => `Waiting for ${person}`,
    says: (device: string) => `Look at ${device}`,
    confirm: (me: string, to: Offering) =>
      `It should say now: “${me} joined”. Open ${into(to)} only if it does: then nobody stands between you.`,
    open: (to: Offering) => `Open ${into(to)}`,
    opening: 'Opening…',
    notSaid: 'It does not say that',
    left: 'You did not join',
    discarded: (person: string) =>
      `Somebody else may have answered. What came was thrown away and nothing of yours was shared. Tell ${person}, and try again.`,
    failed: 'That did not work',
    again: 'Ask again',
    sentence,
  },

  join: {
    title: 'Join a space',
    intro:
      'Ask somebody nearby who invites, or use the ticket that somebody made for you. Nothing of yours is shared by joining.',
    nearby: 'Nearby',
    nobody: 'Nobody nearby invites at the moment.',
    ticket: 'I have a ticket',
    placeholder: 'SKEIN1-…',
    action: 'Join',
    joining: 'Joining…',
    empty: 'Paste a ticket first.',
    failed: (why: string) => `That did not work: ${why}.`,
    choose: 'Choose a file…',
    drop: 'or drop it here: the ticket’s file, or a PNG picture of its QR code.',
    found: (name: string, until: string) => `The ticket in ${name}. It says that it is good until ${until}.`,
    foundOld: (name: string, until: string) =>
      `The ticket in ${name}. By this device’s clock it ended ${until}: it may be too late.`,
    unread: (why: string) => `No ticket was read: ${why}.`,
    tooLarge: 'that file is too large to be a ticket. nothing was changed',
    joined: (space: string) => `You joined ${space}.`,
  },
}
