//! What the tray knows, and the one line it says of it. Pure.
//!
//! The same facts and words as in the window (`ui/src/features/status`), for all spaces at once. It never says more than is
//! proven: that others have everything needs their own word for every note.

use std::collections::{BTreeMap, BTreeSet};

use skein_app::view::{NoteLine, NoteState, NoteStatus, Status};
use skein_app::{DeviceKey, NoteId, SpaceId};

/// How the line is meant; the icon follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// All is as it should be.
    Well,
    /// The offline switch is on.
    Offline,
    /// A person should look.
    NeedsYou,
}

/// One line, and how it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// For people.
    pub text: String,
    /// For the icon.
    pub tone: Tone,
}

/// What is counted of one space's notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Notes {
    all: usize,
    only_here: usize,
    broken: usize,
}

/// Another device, over all spaces that it shares with this one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Other {
    name: String,
    /// Spaces of which it has everything, by its own word, and in a version that can show it.
    has: BTreeSet<SpaceId>,
}

/// Everything the line is made of.
#[derive(Debug, Default)]
pub struct Facts {
    offline: bool,
    disk_low: bool,
    spaces: BTreeMap<SpaceId, Notes>,
    /// Spaces this device takes no part in: their notes are here to be read, and are nobody's business any more.
    out: BTreeSet<SpaceId>,
    others: BTreeMap<DeviceKey, Other>,
    /// Notes with words that have not reached the disk.
    unsaved: BTreeSet<NoteId>,
    /// Why words of a window's session do not reach the disk.
    troubles: BTreeMap<u32, String>,
    /// Why nothing is open any more.
    ended: Option<String>,
}

impl Facts {
    /// Whether the offline switch is on.
    pub fn offline(&self) -> bool {
        self.offline
    }

    /// All notes of a space.
    pub fn take_notes(&mut self, space: SpaceId, rows: &[NoteLine]) {
        if self.out.contains(&space) {
            return;
        }
        let count = |is: fn(&&NoteLine) -> bool| rows.iter().filter(is).count();
        let notes = Notes {
            all: rows.len(),
            only_here: count(|row| !row.held_by_others),
            broken: count(|row| row.state == NoteState::Broken),
        };
        self.spaces.insert(space, notes);
    }

    /// What is true of the whole device.
    pub fn take_status(&mut self, status: &Status) {
        self.offline = status.offline;
        self.disk_low = status.disk_low;
        self.others.clear();
        for space in &status.spaces {
            for peer in &space.peers {
                let other = self.others.entry(peer.device).or_insert_with(|| Other {
                    name: device_words(&peer.person, &peer.device_name),
                    has: BTreeSet::new(),
                });
                if peer.behind == Some(0) && !peer.needs_newer {
                    other.has.insert(space.id);
                }
            }
        }
        let out = status.spaces.iter().filter(|space| space.out);
        self.out = out.map(|space| space.id).collect();
        let here: BTreeSet<SpaceId> = inside(status).collect();
        self.spaces.retain(|space, _| here.contains(space));
    }

    /// Spaces of this device whose notes have not been counted.
    pub fn uncounted(&self, status: &Status) -> Vec<SpaceId> {
        inside(status)
            .filter(|space| !self.spaces.contains_key(space))
            .collect()
    }

    /// The truth about one note.
    pub fn take_note_status(&mut self, status: &NoteStatus) {
        match status.saved {
            true => self.unsaved.remove(&status.note),
            false => self.unsaved.insert(status.note),
        };
    }

    /// The switch was turned.
    pub fn take_offline(&mut self, offline: bool) {
        self.offline = offline;
    }

    /// Words of a session do not reach the disk, and why; `None` when they do again, or it is over.
    pub fn take_trouble(&mut self, session: u32, why: Option<String>) {
        match why {
            Some(why) => self.troubles.insert(session, why),
            None => self.troubles.remove(&session),
        };
    }

    /// Nothing is open any more.
    pub fn take_end(&mut self, why: String) {
        self.ended = Some(why);
    }

    /// The line, worst first.
    pub fn line(&self) -> Line {
        let needs_you = |text: String| Line {
            text,
            tone: Tone::NeedsYou,
        };
        let well = |text: String| Line {
            text,
            tone: Tone::Well,
        };
        if let Some(why) = &self.ended {
            return needs_you(format!("Your notes are closed: {why}"));
        }
        if let Some(why) = self.troubles.values().next() {
            return needs_you(format!("Not saved: {why}"));
        }
        let sum = |of: fn(&Notes) -> usize| self.spaces.values().map(of).sum::<usize>();
        match sum(|notes| notes.broken) {
            0 => {}
            1 => return needs_you("1 note cannot be shown in full here".into()),
            many => return needs_you(format!("{many} notes cannot be shown in full here")),
        }
        if self.disk_low {
            return needs_you("The disk is nearly full: what others write waits".into());
        }
        if !self.unsaved.is_empty() {
            return well("Saving…".into());
        }
        if self.offline {
            return Line {
                text: "Offline: changes are saved here".into(),
                tone: Tone::Offline,
            };
        }
        if self.others.is_empty() || sum(|notes| notes.all) == 0 {
            return well("Everything is saved on this device".into());
        }
        well(match sum(|notes| notes.only_here) {
            0 => self.everywhere(),
            1 => "1 note has words only here".into(),
            many => format!("{many} notes have words only here"),
        })
    }

    /// Every note is held by some other device: by which?
    fn everywhere(&self) -> String {
        let written = self.spaces.iter().filter(|(_, notes)| notes.all > 0);
        let written: Vec<&SpaceId> = written.map(|(space, _)| space).collect();
        let has_all = |other: &Other| written.iter().all(|space| other.has.contains(space));
        let all = self.others.values().all(has_all);
        let mut names = self.others.values().map(|other| &other.name);
        match (names.next(), self.others.len(), all) {
            (Some(name), 1, true) => format!("{name} has everything"),
            (_, many, true) => format!("All {many} other devices have everything"),
            _ => "Everything is on another device too".into(),
        }
    }
}

/// The spaces this device takes part in.
fn inside(status: &Status) -> impl Iterator<Item = SpaceId> {
    let inside = status.spaces.iter().filter(|space| !space.out);
    inside.map(|space| space.id)
}

/// "Ben’s laptop", as the window names a device (`ui/src/shared/names.ts`).
fn device_words(person: &str, device: &str) -> String {
    let (person, device) = (person.trim(), device.trim());
    match (person, device) {
        ("", "") => "An unnamed device".into(),
        (person, "") => format!("{person}’s device"),
        ("", device) => device.into(),
        (person, device) if names_it(device, person) => device.into(),
        (person, device) => format!("{person}’s {device}"),
    }
}

/// "Ben’s laptop" names Ben already; so does "ben-thinkpad". A part of a longer word does not.
fn names_it(device: &str, person: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let text = text.to_lowercase();
        let words = text.split(|letter: char| !letter.is_alphanumeric());
        words
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let first = words(person).into_iter().next();
    first.is_some_and(|first| words(device).contains(&first))
}

#[cfg(test)]
#[path = "facts_tests.rs"]
mod tests;
