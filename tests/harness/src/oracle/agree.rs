//! Whether everybody agrees: same entries, same notes, nothing waits, and everybody knows it.

use std::collections::BTreeSet;

use skein_space::{Chain, DeviceKey, NoteId};
use skein_sync::NoteState;
use skein_sync::heads::Tip;

use super::contents::waiting;
use crate::cluster::Cluster;

impl Cluster {
    /// Nothing, or what somebody still lacks. What reads whole notes is looked at last.
    pub fn disagreement(&mut self) -> Option<String> {
        self.unsettled()
            .or_else(|| self.different_tips())
            .or_else(|| self.different_secrets())
            .or_else(|| self.doubts())
            .or_else(|| self.different_windows())
            .or_else(|| self.different_notes())
    }

    fn unsettled(&self) -> Option<String> {
        for device in self.honest() {
            let of = &self.devices[device];
            // With no owner left nobody can be let in any more.
            let joined = of.joined || self.has_lowered();
            let Some(process) = of.process.as_ref().filter(|_| joined) else {
                return Some(format!("device {device} is not there"));
            };
            if process.trouble.is_some() || process.committing {
                return Some(format!("device {device} still writes"));
            }
            let kept = process
                .windows
                .values()
                .chain(process.leaving.values())
                .any(|window| !window.kept.is_empty());
            if kept {
                return Some(format!("a push of device {device} is not saved"));
            }
        }
        None
    }

    /// Who holds other entries than another.
    pub(crate) fn different_tips(&self) -> Option<String> {
        let mut first: Option<(usize, BTreeSet<(Chain, Tip)>)> = None;
        for device in self.inside() {
            let process = self.devices[device].process.as_ref()?;
            let tips: BTreeSet<_> = process.engine.tips(self.space).into_iter().collect();
            match &first {
                None => first = Some((device, tips)),
                Some((other, theirs)) if *theirs != tips => {
                    let differ = theirs.symmetric_difference(&tips).count();
                    return Some(format!(
                        "devices {other} and {device} hold {differ} different ends of chains"
                    ));
                }
                Some(_) => {}
            }
        }
        None
    }

    fn different_notes(&mut self) -> Option<String> {
        for note in self.all_notes() {
            let mut first = None;
            for device in self.inside() {
                let space = self.space;
                let process = self.devices[device].process.as_mut()?;
                let hash = match process.engine.note(&process.held, space, note) {
                    Ok(note) => note.map(skein_note::Note::hash),
                    Err(error) => return Some(format!("note {note} on {device}: {error}")),
                };
                match first {
                    None => first = Some((device, hash)),
                    Some((other, theirs)) if theirs != hash => {
                        return Some(format!("note {note} differs on {other} and {device}"));
                    }
                    Some(_) => {}
                }
            }
        }
        None
    }

    fn different_windows(&mut self) -> Option<String> {
        for device in self.inside() {
            let space = self.space;
            let process = self.devices[device].process.as_mut()?;
            for window in process.windows.values() {
                let Some(writer) = &window.writer else {
                    return Some(format!("a window of device {device} is not open"));
                };
                let note = process
                    .engine
                    .note(&process.held, space, window.note)
                    .ok()??;
                if note.text() != writer.text() || note.projection().title != writer.title() {
                    return Some(format!(
                        "a window of device {device} shows another note {} than its engine",
                        window.note
                    ));
                }
            }
        }
        None
    }

    /// What devices say about their notes, and about those who can tell them: of devices that run with one identity
    /// one alone is connected to somebody, and the others rightly do not know.
    fn doubts(&mut self) -> Option<String> {
        let honest: Vec<(usize, DeviceKey)> = self
            .inside()
            .into_iter()
            .map(|device| (device, self.devices[device].key))
            .collect();
        let notes = self.notes.clone();
        for (device, _) in &honest {
            for note in &notes {
                let space = self.space;
                let process = self.devices[*device].process.as_mut()?;
                let status = process.engine.status(&process.held, space, *note).ok()??;
                let waits =
                    status.state == NoteState::Waiting && self.is_built_on_lost(*device, *note);
                if status.state != NoteState::Ok && !waits {
                    return Some(format!("note {note} is {:?} on {device}", status.state));
                }
                if !status.saved {
                    return Some(format!("note {note} is not saved on {device}"));
                }
                let hears = |key: DeviceKey| self.hears(*device, key);
                let unsure = status
                    .peers
                    .iter()
                    .find(|peer| hears(peer.device) && peer.behind != Some(0));
                if let Some(peer) = unsure {
                    return Some(format!(
                        "device {device} believes {} is {:?} edits behind in note {note}",
                        peer.device_name, peer.behind
                    ));
                }
            }
        }
        None
    }
    /// Whether a note rightly waits: all hold the same, and what it is built on was lost by its owners' hand or never
    /// came from who lied.
    fn is_built_on_lost(&self, device: usize, note: NoteId) -> bool {
        let lost = ["older image put back", "lost sync"];
        let lying = self.devices.iter().any(|of| !of.part.is_honest());
        // Who was removed may have the words that what it wrote before is built on, and nobody else.
        if !lying && !self.has_lowered() && !lost.iter().any(|fault| self.fired.contains_key(fault))
        {
            return false;
        }
        let Some(process) = &self.devices[device].process else {
            return false;
        };
        let reader = process.held.reader();
        let rows = reader.graph(self.space, note).unwrap_or_default();
        !waiting(&rows, reader).is_empty()
    }

    /// Whether a device must know what an honest one has.
    fn hears(&self, device: usize, key: DeviceKey) -> bool {
        let of_key = |other: &usize| self.devices[*other].key == key;
        let mut those = self.inside().into_iter().filter(of_key);
        let connected = |other| self.net.connections.contains_key(&(device, other));
        match self.devices.len() == self.plan.world.parts.len() {
            true => those.next().is_some(),
            false => those.any(connected),
        }
    }
}
