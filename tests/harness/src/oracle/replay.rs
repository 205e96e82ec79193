//! A note is what its entries say, in whatever order they come: replayed here in a random one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rand::Rng;
use skein_note::{Note, gate};
use skein_space::{ChainId, Entry, EntryRef, Kind, Log, NoteId, SessionPayload};

use crate::cluster::Cluster;

/// One held entry of a note.
struct Held {
    entry: Arc<Entry>,
    /// What must come before: dependencies of the notes log and the session's entry before.
    before: Vec<EntryRef>,
    /// Ids its bytes name.
    names: Vec<(u64, u64)>,
    /// The client it writes under and the clock after it.
    wrote: Option<(u64, u64)>,
}

impl Cluster {
    /// Replays every note from one device's log and compares with what its engine shows.
    pub(crate) fn check_replay(&mut self, device: usize) {
        if self.has_lowered() {
            // What the roster sets aside only the engine knows; that all agree on it is checked elsewhere.
            return;
        }
        for note in self.notes.clone() {
            let Some(held) = self.held_of(device, note) else {
                continue;
            };
            if let Some(broken) = self.unfounded(&held) {
                return self.fail("an honest edit names all it is built on", broken);
            }
            let replayed = self.replayed(held);
            let space = self.space;
            let Some(process) = &mut self.devices[device].process else {
                return;
            };
            let shown = process.engine.note(&process.held, space, note);
            let shown = shown.ok().flatten().map(Note::hash);
            match replayed {
                Ok(hash) if Some(hash) == shown => {}
                Ok(_) => {
                    let seen = format!("device {device}, note {note}");
                    return self.fail("every causal order gives the same note", seen);
                }
                Err(error) => {
                    return self.fail("every causal order gives the same note", error);
                }
            }
        }
    }

    /// The valid entries of a note as a store holds them.
    fn held_of(&mut self, device: usize, note: NoteId) -> Option<Vec<Held>> {
        let process = self.devices[device].process.as_ref()?;
        let reader = process.held.reader();
        let roster: BTreeSet<ChainId> = process
            .engine
            .tips(self.space)
            .into_iter()
            .filter(|(chain, _)| chain.log == Log::Roster)
            .map(|(chain, _)| chain.id())
            .collect();
        let mut rows = reader.graph(self.space, note).ok()?;
        rows.sort_by_key(|row| (row.chain, row.seq));
        // Of a client id that says two things only the engine knows what counts; that all agree is checked elsewhere.
        let branches = |pair: &[skein_store::GraphRow]| {
            (pair[0].chain, pair[0].seq) == (pair[1].chain, pair[1].seq)
        };
        if rows.windows(2).any(branches) {
            return None;
        }
        let mut last: BTreeMap<(ChainId, u64), EntryRef> = BTreeMap::new();
        let mut clients: BTreeMap<(ChainId, u64), (u64, u64)> = BTreeMap::new();
        let mut all = Vec::new();
        for row in rows.into_iter().filter(|row| row.refused.is_none()) {
            let reference = EntryRef::new(row.chain, row.seq, row.hash);
            let entry = reader.entry_by_ref(&reference).ok()??;
            let session = if row.kind == Kind::Session {
                row.seq
            } else {
                row.session
            };
            let key = (row.chain, session);
            let (mut names, mut wrote) = (Vec::new(), None);
            match row.kind {
                Kind::Session => {
                    let payload = SessionPayload::decode(entry.payload()).ok()?;
                    let client = payload.client_id(&entry.header().chain.device, &note)?;
                    if clients.values().any(|(other, _)| *other == client) {
                        return None;
                    }
                    clients.insert(key, (client, 0));
                }
                Kind::Edit => {
                    let (client, clock) = clients.get_mut(&key)?;
                    let facts = gate::check(entry.payload(), *client, *clock).ok()?;
                    *clock = facts.end_clock;
                    names = facts.names;
                    wrote = Some((*client, facts.end_clock));
                }
                // Kinds from 128 on do nothing to a note; below, they wait with all that is built on them.
                kind if kind.touches_content() => continue,
                _ => {}
            }
            let deps = row.deps.iter().filter(|dep| !roster.contains(&dep.chain));
            let before = deps.copied().chain(last.insert(key, reference)).collect();
            all.push(Held {
                entry,
                before,
                names,
                wrote,
            });
        }
        Some(all)
    }

    /// An edit of an honest device whose past does not hold every id it names: its dependencies lack something.
    fn unfounded(&self, held: &[Held]) -> Option<String> {
        let honest: BTreeSet<_> = self
            .honest()
            .into_iter()
            .map(|device| self.devices[device].key)
            .collect();
        let mut clocks: BTreeMap<EntryRef, BTreeMap<u64, u64>> = BTreeMap::new();
        let mut open: Vec<&Held> = held.iter().collect();
        loop {
            let before = open.len();
            let mut later = Vec::new();
            for one in open {
                if !one.before.iter().all(|dep| clocks.contains_key(dep)) {
                    later.push(one);
                    continue;
                }
                let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
                for (client, clock) in one.before.iter().flat_map(|dep| &clocks[dep]) {
                    let top = seen.entry(*client).or_insert(0);
                    *top = (*top).max(*clock);
                }
                let header = one.entry.header();
                let lacking = one
                    .names
                    .iter()
                    .find(|(client, clock)| seen.get(client).is_none_or(|top| clock >= top));
                if let Some((client, clock)) = lacking
                    && honest.contains(&header.chain.device)
                {
                    return Some(format!(
                        "entry {} of {} names ({client}, {clock})",
                        header.seq, header.chain.device
                    ));
                }
                if let Some((client, end)) = one.wrote {
                    let top = seen.entry(client).or_insert(0);
                    *top = (*top).max(end);
                }
                clocks.insert(one.entry.reference(), seen);
            }
            if later.is_empty() || later.len() == before {
                return None;
            }
            open = later;
        }
    }

    /// Applies entries in a random order that respects what each is built on.
    fn replayed(&mut self, mut held: Vec<Held>) -> Result<[u8; 32], String> {
        let mut note = Note::new();
        let mut done: BTreeSet<EntryRef> = BTreeSet::new();
        loop {
            let ready: Vec<usize> = (0..held.len())
                .filter(|at| {
                    let one = &held[*at];
                    one.before.iter().all(|dep| done.contains(dep))
                        && one
                            .names
                            .iter()
                            .all(|(client, clock)| note.holds(*client, *clock))
                })
                .collect();
            if ready.is_empty() {
                return Ok(note.hash());
            }
            let one = held.swap_remove(ready[self.rng.random_range(0..ready.len())]);
            if one.entry.header().kind == Kind::Edit {
                note.apply(one.entry.payload())
                    .map_err(|error| error.to_string())?;
            }
            done.insert(one.entry.reference());
        }
    }
}
