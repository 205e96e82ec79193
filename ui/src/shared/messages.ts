/**
 * Every sentence of the window, in one typed catalogue: a missing or misspelt one does not compile, and a translation is
 * another object of type `Messages`. Words for people: devices "have" words or are "behind", nothing is "synced".
 */
import { doctor } from './messagesOfDoctor'
import { key } from './messagesOfKey'
import { spaces } from './messagesOfSpaces'
import { count, listed } from './words'

const en = {
  ...spaces,
  doctor,
  key,
  app: {
    loading: 'Opening your notes',
    closed: (why: string) => `Your notes are closed: ${why}.`,
    takeOver: 'Stop it and open here',
    takingOver: 'Opening…',
    again: 'Try again',
    noNotes: 'There is nothing in this space yet, and you can only read here.',
  },

  list: {
    label: 'Notes',
    space: 'Space',
    pinned: 'Pinned',
    recent: 'Recent',
    newNote: 'New note',
    untitled: 'Untitled',
    startWriting: 'Start writing',
    noText: 'No text yet',
    emptyTitle: 'One page, so far',
    empty: 'Every note you write is listed here.',
    hide: 'Hide the list of notes',
    show: 'Show the list of notes',
    onlyHere: 'Only on this device so far',
    waiting: 'Waiting for words from another device',
    readOnly: 'Can only be read here',
    broken: 'Cannot be shown in full here',
    now: 'now',
    yesterday: 'Yesterday',
  },

  note: {
    title: 'Title',
    titlePlaceholder: 'Untitled',
    body: 'Note',
    bodyPlaceholder: 'Start writing',
    task: 'Done',
    unknownBlock: (kind: string) => `“${kind}” needs a newer Skein`,
    unknownAtom: 'something from a newer Skein',
    twins: 'Moved by two people at once',
    joinTwins: 'Keep this one',
    words: (n: number) => count(n, 'word', 'words'),
    failed: (why: string) => `This note could not be opened: ${why}`,
    retry: 'Try again',
    lostCount: 'this window keeps losing count of what it is told',
  },

  link: {
    follow: 'Open this address?',
    edit: 'Link',
    address: 'Address',
    open: 'Open',
    apply: 'Link',
    remove: 'Remove',
    wrong: 'Only web and mail addresses can be links.',
  },

  nearby: {
    offline: 'Working offline',
    alone: 'Only this device so far',
    nobody: 'No other device nearby',
    some: (n: number) => `${count(n, 'device', 'devices')} nearby`,
    invites: 'A device nearby invites',
    out: 'Removed from this space',
    left: 'You left this space',
    elsewhere: (only: number) =>
      only === 0
        ? 'Everything is on another device too'
        : `${count(only, 'note has', 'notes have')} words only here`,
  },

  status: {
    label: 'Where this note is kept',
    notSaved: (why: string) => `Not saved: ${why}`,
    broken: 'This note cannot be shown in full here. Nothing is lost',
    saving: 'Saving…',
    opening: 'Opening…',
    waiting: (from: string) => `Waiting for words of ${from} that nobody here holds`,
    waitingSomebody: 'Waiting for words that nobody here holds',
    setAside: (n: number) =>
      n === 1
        ? '1 edit is kept, but not in the note'
        : `${count(n, 'edit', 'edits')} are kept, but not in the note`,
    readOnly: 'You can read this note here, not change it',
    readOnlyNewer: (who: string) => `You can only read this note: ${who} uses a newer Skein`,
    empty: 'What you write stays on this device',
    emptyShared: (device: string) => `What you write goes to ${device} too`,
    emptySharedByAll: (n: number) => `What you write goes to ${n} other devices too`,
    offline: 'Offline: changes are saved here',
    here: 'Saved on this device',
    unconfirmed: 'Saved on this device. Nobody else has confirmed it yet',
    has: (device: string) => `${device} has everything`,
    allHave: (n: number) => `All ${n} other devices have everything`,
    someHave: (n: number, all: number) => `${n} of ${all} other devices have everything`,
    behind: (device: string, n: number) => `${device} is ${count(n, 'edit', 'edits')} behind`,
    needsNewer: (device: string) => `${device} has it, but needs a newer Skein to show it`,
    and: (first: string, second: string) => `${first}. ${second}`,
    othersNotYet: (n: number) => (n === 1 ? '1 other does not yet' : `${n} others do not yet`),
    lineHas: 'Has everything',
    lineBehind: (n: number) => `${count(n, 'edit', 'edits')} behind`,
    lineNewer: 'Has it, but needs a newer Skein to show it',
    lineUnknown: 'Has not said yet what it has',
    reachable: 'Nearby',
    away: 'Away',
    details: 'Who has this note',
  },

  people: {
    label: 'Who is here',
    editing: 'editing',
    viewing: 'reading',
    idle: 'idle',
    offline: 'away',
    face: (device: string, state: string) => `${device}, ${state}`,
    goTo: (device: string, state: string) => `${device}, ${state}. Go to where they are`,
    more: (n: number) => `${count(n, 'more device', 'more devices')}`,
    arrived: (names: string[]) => `${listed(names)} ${names.length === 1 ? 'is' : 'are'} here`,
    left: (names: string[]) => `${listed(names)} left`,
  },

  menu: {
    label: 'More',
    theme: 'Appearance',
    system: 'Like the system',
    light: 'Light',
    dark: 'Dark',
    offline: 'Work offline',
    addPeer: 'Add a device by address…',
    settings: 'Settings…',
    join: 'Join a space…',
    close: 'Close',
    cancel: 'Cancel',
    copy: 'Copy',
    copied: 'Copied',
    dismiss: 'Dismiss',
  },

  peer: {
    title: 'Add a device by address',
    intro:
      'For networks where devices do not find each other by themselves. The device must be a member already.',
    address: 'Address',
    placeholder: '192.168.1.20:4001',
    action: 'Connect',
    connecting: 'Connecting…',
    empty: 'Type an address first.',
    failed: (why: string) => `That did not work: ${why}.`,
    added: 'The address is kept and tried from now on.',
    mine: 'This device listens on',
    mineNone: 'This device does not listen on any address now.',
  },

  settings: {
    title: 'Settings',
    intro: 'What Skein does on this device while its window is closed, and where its key lies.',
    keepSyncing: 'Keep syncing when the window is closed',
    stays: 'Skein stays in the tray. Open it from there, or start it again.',
    quits: 'Closing the window ends Skein. What others write comes when you open it again.',
    noTray: 'Nothing on this desktop shows an icon for Skein, so closing the window ends it.',
    atLogin: 'Start Skein when I log in',
    startsHidden: 'It starts in the tray, without its window.',
    startsShown: 'It starts with its window, since nothing here shows an icon for it.',
    noLogin: 'Skein cannot arrange that on this system.',
    failed: (why: string) => `That did not work: ${why}.`,
    done: 'Done',
  },

  notices: {
    label: 'Messages',
    copyWords: 'Copy the words',
    slowRoute: (why: string) => `This window talks to its core the slow way: ${why}. Please report this.`,
    failed: (what: string) => `That did not work: ${what}.`,
    unsaved: 'The last words of a note could not be saved here. You can still copy its text.',
    reset: (why: string) => `This note was opened anew: ${why}.`,
  },
}

export type Messages = typeof en

/** The catalogue in use. */
export const m: Messages = en
