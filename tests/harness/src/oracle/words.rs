//! Whether every word is where it must be.

use std::collections::{BTreeMap, BTreeSet};

use skein_space::{DeviceKey, EntryRef, NoteId};

use super::contents::{self, Contents, waiting};
use crate::cluster::Cluster;
use crate::disk::SimDisk;

impl Cluster {
    /// After a start: what this device called saved is in its log.
    pub(crate) fn check_saved_here(&mut self, who: usize) {
        let space = self.space;
        let of = &mut self.devices[who];
        let Some(process) = &of.process else {
            return;
        };
        of.joined = process.engine.spaces().contains(&space);
        let reader = process.held.reader();
        let lost = self.ledger.owed().find(|(reference, saved)| {
            saved.device == who
                && !of.missing.contains(reference)
                && !matches!(reader.entry_by_ref(reference), Ok(Some(_)))
        });
        let lost = lost.map(|(reference, saved)| format!("{reference:?} {:?}", saved.change));
        if let Some(lost) = lost {
            self.fail(
                "what was called saved is there after every restart",
                format!("device {who}: {lost}"),
            );
        }
    }

    /// A device has an older disk: what nobody else has is gone by its owner's hand, not by ours.
    pub(crate) fn put_back(&mut self, who: usize) {
        let here = self.contents_of(who);
        let others: Vec<Contents> = (0..self.devices.len())
            .filter(|other| *other != who && self.devices[*other].part.is_honest())
            .map(|other| self.contents_of(other))
            .collect();
        let lacking: Vec<_> = self
            .ledger
            .owed()
            .filter(|(reference, _)| !here.holds(reference))
            .map(|(reference, _)| *reference)
            .collect();
        let key = self.devices[who].key;
        for reference in lacking {
            if others.iter().any(|other| other.holds(&reference)) {
                self.devices[who].missing.insert(reference);
            } else {
                self.ledger.excused.insert(reference);
            }
            let author = self.ledger.saved[&reference].device;
            if self.devices[author].key == key {
                self.devices[who].stale = true;
            }
        }
        // Entries that were never called saved may have left all the same.
        let own_elsewhere = others.iter().flat_map(|other| &other.chains);
        let beyond = own_elsewhere
            .filter(|chain| chain.chain.device == key)
            .any(|chain| {
                !here
                    .entries
                    .contains_key(&(chain.chain.id(), chain.branch, chain.tip_seq))
            });
        self.devices[who].stale |= beyond;
    }

    fn contents_of(&self, device: usize) -> Contents {
        let of = &self.devices[device];
        let contents = match &of.process {
            Some(process) => contents::of(process.held.reader()),
            None => {
                let disk = SimDisk::holding(of.disk.live());
                let store = skein_store::Store::create_with_backend(disk);
                store.map_or(Ok(Contents::default()), |store| {
                    contents::of(&store.reader())
                })
            }
        };
        contents.unwrap_or_default()
    }

    /// All stores hold the same, every edit called saved among it, and every character is seen or was taken away.
    pub(crate) fn check_words(&mut self) {
        let (inside, out) = (self.inside(), self.never_left());
        self.excuse_what_only_removed_devices_have(&inside);
        self.ledger.lowered = self.of_keys(|key| self.lowered.contains(&key));
        self.ledger.lowered.extend(&out);
        let mut first: Option<Contents> = None;
        for device in inside.clone() {
            let contents = self.contents_of(device);
            let lost = self.ledger.owed().find(|(reference, saved)| {
                !contents.holds(reference) && !out.contains(&saved.device)
            });
            if let Some((reference, saved)) = lost {
                let seen = format!("device {device} lacks {reference:?} of {}", saved.device);
                return self.fail("everybody holds what was called saved", seen);
            }
            match &first {
                None => first = Some(contents),
                Some(other) if other.hashes() != contents.hashes() => {
                    let seen = format!("device {device} differs");
                    return self.fail("all hold the same entries", seen);
                }
                Some(_) => {}
            }
        }
        // All hold them, and they show again should a copy of what is lost come back.
        if let Some(all) = &first {
            let waits = all.graphs.values().flat_map(|graph| waiting(graph, all));
            self.ledger.waiting.extend(waits);
        }
        for note in self.all_notes() {
            for device in inside.clone() {
                self.check_shown(device, note);
            }
        }
    }

    /// A profile was put back, or its disk lied, and whoever has what it lost is out: they do not talk any more.
    fn excuse_what_only_removed_devices_have(&mut self, inside: &[usize]) {
        let back = ["older image put back", "lost sync"];
        if !self.has_lowered() || !back.iter().any(|fault| self.fired.contains_key(fault)) {
            return;
        }
        let held: Vec<Contents> = inside.iter().map(|of| self.contents_of(*of)).collect();
        let nobody = |reference: &&EntryRef| !held.iter().any(|all| all.holds(reference));
        let owed = self.ledger.owed().map(|(reference, _)| reference);
        let lost: Vec<EntryRef> = owed.filter(nobody).copied().collect();
        self.ledger.excused.extend(lost);
    }

    /// Devices that are out: what they wrote before they heard need not have left them.
    fn never_left(&self) -> BTreeSet<usize> {
        let inside = self.inside();
        self.of_keys(|key| !inside.iter().any(|device| self.devices[*device].key == key))
    }

    /// Devices by key: clones share theirs.
    fn of_keys(&self, wanted: impl Fn(DeviceKey) -> bool) -> BTreeSet<usize> {
        let all = 0..self.devices.len();
        all.filter(|device| wanted(self.devices[*device].key))
            .collect()
    }

    fn check_shown(&mut self, device: usize, note: NoteId) {
        let shown = self.letters(device, note);
        let lost: Vec<char> = self
            .ledger
            .must_show(note)
            .difference(&shown)
            .copied()
            .collect();
        if !lost.is_empty() {
            let seen = format!("device {device}, note {note}: {lost:?} are gone");
            return self.fail("every word is seen or was taken away", seen);
        }
        let undead: Vec<char> = self
            .ledger
            .must_hide(note)
            .intersection(&shown)
            .copied()
            .collect();
        if !undead.is_empty() {
            let seen = format!("device {device}, note {note}: {undead:?} are back");
            return self.fail("what was taken away stays away", seen);
        }
        let poison = self.ledger.poison.iter();
        let seen = poison
            .filter(|(letter, _)| shown.contains(letter))
            .map(|(letter, lie)| format!("device {device}, note {note}: {letter} of {lie}"))
            .next();
        if let Some(seen) = seen {
            self.fail("no invalid entry is applied", seen);
        }
    }

    /// The characters a device shows of a note, title included.
    pub fn letters(&mut self, device: usize, note: NoteId) -> BTreeSet<char> {
        let space = self.space;
        let Some(process) = &mut self.devices[device].process else {
            return BTreeSet::new();
        };
        let note = process.engine.note(&process.held, space, note);
        let Ok(Some(note)) = note else {
            return BTreeSet::new();
        };
        let shown = note.projection();
        let mut letters: Vec<char> = shown.text().chars().chain(shown.title.chars()).collect();
        letters.dedup(); // a paste is a mebibyte of one letter
        letters.into_iter().collect()
    }

    /// The hash of every note of a device.
    pub(crate) fn note_hashes(&mut self, device: usize) -> BTreeMap<NoteId, [u8; 32]> {
        let (space, notes) = (self.space, self.all_notes());
        let Some(process) = &mut self.devices[device].process else {
            return BTreeMap::new();
        };
        let mut hashes = BTreeMap::new();
        for id in notes {
            if let Ok(Some(note)) = process.engine.note(&process.held, space, id) {
                hashes.insert(id, note.hash());
            }
        }
        hashes
    }
}
