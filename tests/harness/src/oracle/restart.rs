//! The end of every schedule: all machines lose their power at rest and are switched on again.

use std::collections::BTreeMap;

use skein_note::Note;
use skein_space::EntryRef;
use skein_store::Hooks;

use super::contents::{valid, waiting};
use crate::cluster::Cluster;
use crate::disk::Left;

impl Cluster {
    /// What a store says about itself when it is asked to check everything.
    pub(crate) fn check_store(&mut self, device: usize) {
        let Some(process) = &mut self.devices[device].process else {
            return;
        };
        let report = process.store.verify(Hooks {
            decode: &mut |_, _, state| {
                Note::from_state(state)
                    .map(drop)
                    .map_err(|error| error.to_string())
            },
            progress: &mut |_, _| {},
        });
        match report {
            Ok(report) if report.problems.is_empty() => {}
            Ok(report) => self.fail("a store is sound", report.problems.join("; ")),
            Err(fault) => self.fail("a store is sound", fault.to_string()),
        }
    }

    /// The rows of notes say what the graph says.
    pub(crate) fn check_rows(&mut self, device: usize) {
        if self.has_lowered() {
            return;
        }
        let Some(process) = &self.devices[device].process else {
            return;
        };
        let Ok(contents) = super::contents::of(process.held.reader()) else {
            return;
        };
        for (space, note, row) in &contents.rows {
            if self.bait.contains(note) {
                continue;
            }
            let Some(graph) = contents.graphs.get(&(*space, *note)) else {
                continue;
            };
            let waiting = waiting(graph, &contents);
            let mut valid = valid(graph);
            valid.retain(|row| !waiting.contains(&EntryRef::new(row.chain, row.seq, row.hash)));
            let mut tips = BTreeMap::new();
            for entry in &valid {
                let top = tips.entry(entry.chain).or_insert(0);
                *top = entry.seq.max(*top);
            }
            let said: BTreeMap<_, _> = row.tips.iter().copied().collect();
            if said != tips {
                let seen = format!("device {device}, note {note}: {said:?} for {tips:?}");
                return self.fail("a note's row says what is held", seen);
            }
            let on = |hash: skein_space::ShortHash| {
                valid
                    .iter()
                    .any(|other| other.deps.iter().any(|dep| dep.hash == hash))
            };
            if let Some(dep) = row.frontier.iter().find(|dep| on(dep.hash)) {
                let seen = format!("device {device}, note {note}: {dep:?} is built upon");
                return self.fail("a note's row says what is held", seen);
            }
        }
    }

    /// Nobody connected, everybody's power goes; what was shown is shown again.
    pub(crate) fn check_restart(&mut self) {
        for device in self.honest() {
            let before = self.note_hashes(device);
            let disk = self.devices[device].disk.clone();
            // One that lied and was not made to tell the truth since may lose anything.
            let image = if disk.has_lied() {
                disk.live()
            } else {
                disk.after_power_cut(Left::Nothing, &mut self.rng)
            };
            self.end_process(device, image, true);
            // Who is out gets nothing back.
            if self.inside().contains(&device) {
                self.devices[device].missing.clear();
            }
            self.switch_on(device);
            if self.failure.is_some() {
                return;
            }
            if self.note_hashes(device) != before {
                let seen = format!("device {device}");
                return self.fail("a note says the same after a restart", seen);
            }
        }
        self.check_words();
    }
}
