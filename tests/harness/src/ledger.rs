//! What was promised to people: which words were called saved, and what became of every character.
//!
//! Every character that people type is another one, so that each can be looked for.

use std::collections::{BTreeMap, BTreeSet};

use skein_space::{EntryHash, EntryRef, NoteId};
use skein_sync::SessionHandle;

/// First and last of the characters that are handed out: CJK ideographs, then Hangul, each one UTF-16 unit.
const RANGES: [(u32, u32); 2] = [(0x4E00, 0x9FFF), (0xAC00, 0xD7A3)];

/// What a push did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Characters typed.
    pub typed: Vec<char>,
    /// Characters taken away.
    pub erased: Vec<char>,
}

/// An edit that was called saved.
#[derive(Clone, Debug)]
pub struct Saved {
    /// By which device.
    pub device: usize,
    /// In which note.
    pub note: NoteId,
    /// What it did.
    pub change: Change,
}

/// The books.
#[derive(Debug, Default)]
pub struct Ledger {
    handed_out: u32,
    /// Edits called saved, by the last entry each became.
    pub saved: BTreeMap<EntryRef, Saved>,
    /// Characters that somebody's engine was asked to take away.
    pub erased: BTreeSet<char>,
    /// Characters put back after they were taken away: there may be two of each.
    pub put_back: BTreeSet<char>,
    /// Edits that nobody can have any more: the disk lied, or a person put back an older copy of the only one.
    pub excused: BTreeSet<EntryRef>,
    /// Entries that everybody holds and that are built on what nobody can have any more.
    pub waiting: BTreeSet<EntryRef>,
    /// Devices that were given less than they had: what they wrote without knowing it is held, and perhaps not shown.
    pub lowered: BTreeSet<usize>,
    /// Entries that nobody may hold, with the lie.
    pub never_held: BTreeMap<EntryHash, &'static str>,
    /// Entries that may be held and must be refused, with the lie.
    pub refused: BTreeMap<EntryHash, &'static str>,
    /// Characters that must never be seen.
    pub poison: BTreeMap<char, &'static str>,
    /// Which pushes were called saved: device, session, number.
    pub acked: BTreeSet<(usize, SessionHandle, u64)>,
    /// Acknowledgements.
    pub acks: u64,
    /// Pushes that ended with their window or process before they were called saved.
    pub never_saved: u64,
    /// Pushes kept as drafts.
    pub drafts: u64,
}

impl Ledger {
    /// A character nobody has used.
    pub fn fresh(&mut self) -> char {
        let mut number = self.handed_out;
        self.handed_out += 1;
        for (first, last) in RANGES {
            let many = last - first + 1;
            if number < many {
                return char::from_u32(first + number).expect("inside one block of letters");
            }
            number -= many;
        }
        'x'
    }

    /// Some of them.
    pub fn fresh_text(&mut self, many: u64) -> String {
        (0..many).map(|_| self.fresh()).collect()
    }

    /// Whether a character is one of those handed out.
    pub fn is_ours(letter: char) -> bool {
        RANGES
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&u32::from(letter)))
    }

    /// Edits that must be somewhere.
    pub fn owed(&self) -> impl Iterator<Item = (&EntryRef, &Saved)> {
        self.saved
            .iter()
            .filter(|(reference, _)| !self.excused.contains(reference))
    }

    /// Of those, what must show in a note.
    fn shown(&self, note: NoteId) -> impl Iterator<Item = &Saved> {
        let here = move |(reference, saved): &(&EntryRef, &Saved)| {
            saved.note == note
                && !self.waiting.contains(reference)
                && !self.lowered.contains(&saved.device)
        };
        self.owed().filter(here).map(|(_, saved)| saved)
    }

    /// Characters that must be seen in a note: saved, and nobody took them away.
    pub fn must_show(&self, note: NoteId) -> BTreeSet<char> {
        let shown = self.shown(note);
        let typed = shown.flat_map(|saved| saved.change.typed.iter().copied());
        typed
            .filter(|letter| !self.erased.contains(letter))
            .collect()
    }

    /// Characters that must not be seen in a note: taking them away was saved.
    pub fn must_hide(&self, note: NoteId) -> BTreeSet<char> {
        let shown = self.shown(note);
        let erased = shown.flat_map(|saved| saved.change.erased.iter().copied());
        erased
            .filter(|letter| !self.put_back.contains(letter))
            .collect()
    }
}
