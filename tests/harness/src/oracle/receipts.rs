//! "Ana has everything": believed only while it is so.

use skein_space::{EntryHash, EntryRef, Kind};
use skein_store::GraphRow;
use skein_sync::frame::kind;
use skein_sync::{Event, NoteState, StreamId};

use super::contents::{valid, waiting};
use crate::cluster::Cluster;

/// Devices up to which receipts are looked at as often as there are frames.
const ROOM: f64 = 8.0;

impl Cluster {
    /// After something of a peer's own stream: what it is believed to hold, it durably holds. Looked at often, not
    /// always: it reads every note.
    pub(crate) fn heard_on_stream(&mut self, stream: StreamId, frame: u8) {
        if matches!(frame, kind::RELAYED | kind::RELAYED_SHORT) {
            return self.heard_of_others(stream);
        }
        if !matches!(frame, kind::HEADS | kind::HEADS_DIGEST | kind::ENTRY) {
            return;
        }
        let often = if frame == kind::ENTRY { 0.02 } else { 0.25 };
        // In a big room there are as many more frames as each look costs more.
        let often = often * (ROOM / self.devices.len() as f64).powi(2).min(1.0);
        let Some(side) = self.net.sides.get(&stream) else {
            return;
        };
        let (me, peer) = (side.life.device, side.peer);
        let reads = |process: &crate::device::Process| process.trouble.is_none();
        if !self.devices[me].process.as_ref().is_some_and(reads) {
            // While its disk fails it reads nothing: this waits.
            return;
        }
        if frame == kind::HEADS && self.devices[me].stale && self.knows_more(peer, me) {
            // It was shown that it went back: whoever writes there now does so under a new incarnation.
            self.devices[me].stale = false;
        }
        // What a process said that has ended since was true of the disk it had.
        let still = self
            .net
            .sides
            .get(&side.other)
            .is_some_and(|other| other.life == self.life(peer) && !other.ended);
        let honest = self.devices[me].part.is_honest() && self.devices[peer].part.is_honest();
        if still && honest && self.is_up(peer) && self.is_up(me) && self.chance(often) {
            self.check_receipts(me, peer);
        }
    }

    /// After Heads that somebody handed on: who never went back holds what it is believed to hold.
    fn heard_of_others(&mut self, stream: StreamId) {
        let back = ["older image put back", "lost sync", "clone"];
        let often = 0.5 * (ROOM / self.devices.len() as f64).powi(2).min(1.0);
        if back.iter().any(|fault| self.fired.contains_key(fault)) || !self.chance(often) {
            return;
        }
        let Some(me) = self.net.sides.get(&stream).map(|side| side.life.device) else {
            return;
        };
        let other = self.between(0, self.devices.len() as u64 - 1) as usize;
        let honest = self.devices[me].part.is_honest() && self.devices[other].part.is_honest();
        if me != other && honest && self.is_up(me) && self.is_up(other) {
            self.check_receipts(me, other);
        }
    }

    /// Whose lost entries nobody has is told by nobody that it went back, and its person goes on.
    pub(crate) fn forget_what_nobody_knows(&mut self) {
        for of in 0..self.devices.len() {
            let mut others = 0..self.devices.len();
            if self.devices[of].stale && !others.any(|other| self.knows_more(other, of)) {
                self.devices[of].stale = false;
            }
        }
    }

    /// Whether a device durably holds entries of another one's own chains that this one lacks.
    fn knows_more(&self, device: usize, of: usize) -> bool {
        let (Some(theirs), Some(own)) = (&self.devices[device].process, &self.devices[of].process)
        else {
            return false;
        };
        let key = self.devices[of].key;
        let tips = theirs.engine.tips(self.space).into_iter();
        tips.filter(|(chain, _)| chain.device == key)
            .any(|(chain, tip)| {
                let own = own.engine.tip(self.space, chain.id());
                own.is_none_or(|(seq, _)| seq < tip.seq)
            })
    }

    fn check_receipts(&mut self, me: usize, peer: usize) {
        let space = self.space;
        let key = self.devices[peer].key;
        for note in self.notes.clone() {
            let Some(process) = &mut self.devices[me].process else {
                return;
            };
            let status = process.engine.status(&process.held, space, note);
            if process.held.take_failed() {
                return self.storage_failed(me);
            }
            let Ok(Some(status)) = status else {
                continue;
            };
            // What waits, is refused or is set aside is not part of the note, and not counted.
            if status.state != NoteState::Ok || status.set_aside > 0 {
                continue;
            }
            let green = status
                .peers
                .iter()
                .any(|known| known.device == key && known.behind == Some(0));
            let by_row = process.engine.held_by_others(space, note);
            if green && let Some(lacks) = self.lacks(me, peer, note) {
                let seen = format!("device {me} believes {peer} has all of note {note}; {lacks}");
                return self.fail("a receipt is true", seen);
            }
            let others: Vec<usize> = (0..self.devices.len()).filter(|d| *d != me).collect();
            // Who lies may send what it does not hold.
            let liars = others
                .iter()
                .any(|other| !self.devices[*other].part.is_honest());
            let all_up = others.iter().all(|other| self.is_up(*other));
            if by_row
                && all_up
                && !liars
                && !self.fired.contains_key("older image put back")
                && !self.fired.contains_key("lost sync")
                && others
                    .iter()
                    .all(|other| self.lacks(me, *other, note).is_some())
            {
                let seen = format!("device {me}, note {note}: nobody else has it");
                return self.fail("a receipt is true", seen);
            }
        }
    }

    /// What a peer's disk lacks of a note as held durably on this device.
    fn lacks(&self, me: usize, peer: usize, note: skein_space::NoteId) -> Option<String> {
        let mine = self.devices[me].process.as_ref()?.held.reader();
        let theirs = self.devices[peer].process.as_ref()?.held.reader();
        let here = mine.graph(self.space, note).ok()?;
        let there = theirs.graph(self.space, note).ok()?;
        let there: std::collections::BTreeSet<EntryHash> =
            there.into_iter().map(|row| row.hash).collect();
        // What stands on an entry that is not durable here yet may stand on a refused one.
        let waits = waiting(&here, mine);
        let counts = |row: &&GraphRow| {
            row.kind == Kind::Edit && !waits.contains(&EntryRef::new(row.chain, row.seq, row.hash))
        };
        let edits = valid(&here).into_iter().filter(counts);
        let lacking = edits.filter(|row| !there.contains(&row.hash)).count();
        (lacking > 0).then(|| format!("it lacks {lacking}"))
    }

    /// Whether a device was told something.
    pub fn was_told(&self, device: usize, what: impl Fn(&Event) -> bool) -> bool {
        self.told
            .iter()
            .any(|(who, event)| *who == device && what(event))
    }
}
