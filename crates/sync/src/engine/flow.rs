//! What is taken in of others, and how fast: nobody's flood delays anybody else, and a full disk takes nothing.
//!
//! What this device asked for is paced by its asking ([`super::pull`]). What comes unasked is counted against its
//! author; beyond the allowance it is left unread where it is, and asked for in its turn. So nothing is lost by it,
//! and a flood costs the sender's line and a header's worth of reading.

use std::collections::BTreeMap;

use skein_space::{DeviceKey, Entry, Log, SpaceId};

use super::Engine;
use super::links::{Link, Phase};
use super::pull::Pull;
use crate::api::{Event, Notice, StreamId};
use crate::config;

/// How an entry comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// It was asked for, or is part of the roster.
    Free,
    /// It counts against its author once it is held.
    Counted,
    /// Not now.
    Leave,
}

/// What each author may still have taken in without being asked for.
#[derive(Default)]
pub(super) struct Allowances {
    of: BTreeMap<DeviceKey, Allowance>,
}

/// Counted in thousandths, so that a refill by the millisecond loses nothing.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    entries: u64,
    bytes: u64,
    at_ms: u64,
}

const PARTS: u64 = 1_000;

impl Allowance {
    fn full(now_ms: u64) -> Self {
        Self {
            entries: config::UNASKED_ENTRIES * PARTS,
            bytes: config::UNASKED_BYTES * PARTS,
            at_ms: now_ms,
        }
    }

    fn refill(&mut self, now_ms: u64) {
        let ms = now_ms.saturating_sub(self.at_ms);
        self.at_ms = now_ms;
        let refilled = |left: u64, each: u64, most: u64| {
            left.saturating_add(ms.saturating_mul(each))
                .min(most * PARTS)
        };
        self.entries = refilled(
            self.entries,
            config::UNASKED_ENTRIES_PER_S,
            config::UNASKED_ENTRIES,
        );
        self.bytes = refilled(
            self.bytes,
            config::UNASKED_BYTES_PER_S,
            config::UNASKED_BYTES,
        );
    }

    fn is_full(&self) -> bool {
        self.entries == config::UNASKED_ENTRIES * PARTS
            && self.bytes == config::UNASKED_BYTES * PARTS
    }
}

impl Allowances {
    /// Whether one more entry of so many bytes may be taken in.
    fn covers(&mut self, author: DeviceKey, bytes: usize, now_ms: u64) -> bool {
        let Some(left) = self.of.get_mut(&author) else {
            return true;
        };
        left.refill(now_ms);
        left.entries >= PARTS && left.bytes >= bytes as u64 * PARTS
    }

    /// One entry was taken in. Only what is held counts, so nobody can use up somebody else's.
    fn charge(&mut self, author: DeviceKey, bytes: usize, now_ms: u64) {
        let left = self.of.entry(author).or_insert(Allowance::full(now_ms));
        left.refill(now_ms);
        left.entries = left.entries.saturating_sub(PARTS);
        left.bytes = left.bytes.saturating_sub(bytes as u64 * PARTS);
        if self.of.len() > config::HEADS_CHAINS_MAX {
            self.of.retain(|_, left| !left.is_full());
        }
    }
}

impl Engine {
    /// How an entry that came in is to be read.
    pub(super) fn reading(
        &mut self,
        space: SpaceId,
        entry: &Entry,
        from: Option<StreamId>,
    ) -> Reading {
        let now_ms = self.now.mono_ms;
        let (low, chain) = (self.low_disk, entry.header().chain);
        let Some(s) = self.spaces.get_mut(&space) else {
            return Reading::Leave;
        };
        // Who may read and write is always heard: it is little, only owners write it, and a removal cannot wait.
        if chain.log == Log::Roster {
            return Reading::Free;
        }
        if low {
            self.peer_showed(from, entry);
            return Reading::Leave;
        }
        let bytes = entry.payload().len();
        let id = entry.chain_id();
        let seq = entry.header().seq;
        if let (Some(stream), Some(pull)) = (from, s.pulls.get_mut(&id))
            && pull.answers(stream, seq, bytes)
        {
            return Reading::Free;
        }
        if s.allowances.covers(chain.device, bytes, now_ms) {
            return Reading::Counted;
        }
        if seq > s.top(id) && s.pulls.len() < config::HEADS_CHAINS_MAX {
            s.pulls.entry(id).or_insert_with(|| Pull::due(now_ms));
        }
        self.peer_showed(from, entry);
        Reading::Leave
    }

    /// An entry that nobody had asked for is held now.
    pub(super) fn charge(&mut self, space: SpaceId, entry: &Entry) {
        let now_ms = self.now.mono_ms;
        if let Some(s) = self.spaces.get_mut(&space) {
            let author = entry.header().chain.device;
            s.allowances.charge(author, entry.payload().len(), now_ms);
        }
    }

    /// Whether the disk is below the floor, so that nothing of others is held.
    #[must_use]
    pub fn disk_is_low(&self) -> bool {
        self.low_disk
    }

    /// Below the floor what is asked for and what waits in memory is let go; above it, everybody is asked anew.
    pub(super) fn disk_room(&mut self, low: bool) {
        if low == self.low_disk {
            return;
        }
        self.low_disk = low;
        let notice = if low {
            Notice::DiskLow
        } else {
            Notice::DiskRoom
        };
        self.event(Event::Notice(notice));
        for s in self.spaces.values_mut() {
            s.pulls.clear();
            s.parked = Default::default();
        }
        if low {
            return;
        }
        let up = self
            .links
            .iter()
            .filter(|(_, l)| matches!(l.phase, Phase::Up(_)));
        for stream in up.map(|(id, _)| *id).collect::<Vec<_>>() {
            // What it lacks is sent on these Heads, or waits to be asked for.
            self.send_heads(stream);
            self.ask_for_shown(stream);
        }
    }

    /// Everything a peer has shown and this device lacks is to be asked for.
    pub(super) fn ask_for_shown(&mut self, stream: StreamId) {
        let now_ms = self.now.mono_ms;
        let low = self.low_disk;
        let Some(up) = self.links.get_mut(&stream).and_then(Link::up) else {
            return;
        };
        let Some(s) = self.spaces.get_mut(&up.space).filter(|_| !low) else {
            return;
        };
        let ahead = up.shown.iter().filter_map(|(chain, seq)| {
            let lacks = seq.saturating_sub(s.top(*chain));
            (lacks > 0).then_some((*chain, lacks))
        });
        let ahead: Vec<(skein_space::ChainId, u64)> = ahead.collect();
        // Up to one chunk comes by itself (T9).
        let all = ahead
            .iter()
            .fold(0_u64, |all, (_, lacks)| all.saturating_add(*lacks));
        let by_itself = all <= config::RANGE_CHUNK_ENTRIES;
        let due_ms = if by_itself {
            now_ms + config::PULL_RETRY_MS
        } else {
            now_ms
        };
        for (chain, _) in ahead {
            let pull = s.pulls.entry(chain).or_insert_with(|| Pull::due(due_ms));
            pull.hurry(due_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHOR: DeviceKey = DeviceKey([7; 32]);

    #[test]
    fn t11_bytes_count_as_entries_do_and_come_back_with_time() {
        let mut allowances = Allowances::default();
        let each = 1024 * 1024;
        let many = config::UNASKED_BYTES / each;
        for _ in 0..many {
            assert!(allowances.covers(AUTHOR, each as usize, 0));
            allowances.charge(AUTHOR, each as usize, 0);
        }
        assert!(!allowances.covers(AUTHOR, 1, 0), "the last byte is used up");
        let again_ms = each * 1_000 / config::UNASKED_BYTES_PER_S;
        assert!(!allowances.covers(AUTHOR, each as usize, again_ms - 1));
        assert!(allowances.covers(AUTHOR, each as usize, again_ms));
        assert!(
            allowances.covers(DeviceKey([8; 32]), each as usize, 0),
            "nobody else's"
        );
    }
}
