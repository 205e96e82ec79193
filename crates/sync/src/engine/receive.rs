//! From a peer's bytes to a verdict on holding them: follows its chain → signature → role. [`super::hold`] is what comes next.

use std::sync::Arc;

use skein_note::gate;
use skein_space::{ChainId, Entry, EntryRef, Kind, Log, NotAdmitted, Role, SpaceId, planted};

use super::chains::Place;
use super::flow::Reading;
use super::hold::Holding;
use super::load::{log_of, named_roster};
use super::note::known;
use super::steps::standing_at;
use super::{Engine, Space};
use crate::api::{Held, StreamId};
use crate::config;

/// What became of one entry.
enum Fate {
    /// Held already, on this branch.
    Known(ChainId),
    /// Something must come first.
    Park,
    /// Not held, for good: bad signature, no right to write, one branch too many.
    Drop,
    /// Held now.
    Hold(Holding),
}

/// What role, session and gate say.
enum Judged {
    Park,
    Drop,
    Hold {
        end_clock: u64,
        refused: Option<String>,
    },
}

impl Engine {
    /// Takes in one entry from a peer, and whatever it lets in behind it.
    pub(super) fn receive(
        &mut self,
        held: &dyn Held,
        space: SpaceId,
        entry: Arc<Entry>,
        from: Option<StreamId>,
    ) {
        let mut queue = vec![(entry, from)];
        while let Some((entry, from)) = queue.pop() {
            if entry.header().chain.space != space {
                continue;
            }
            let reading = self.reading(space, &entry, from);
            if reading == Reading::Leave {
                continue;
            }
            match self.fate(held, space, &entry) {
                Fate::Drop => {}
                Fate::Known(id) => self.peer_has(space, from, id, &entry),
                Fate::Park => {
                    self.peer_showed(from, &entry);
                    self.park(space, entry, from);
                }
                Fate::Hold(holding) => {
                    let id = holding.id;
                    if reading == Reading::Counted {
                        self.charge(space, &entry);
                    }
                    self.hold(held, space, Arc::clone(&entry), from, holding);
                    self.peer_has(space, from, id, &entry);
                    self.pulled(space, entry.chain_id());
                    if let Some(s) = self.spaces.get_mut(&space)
                        && !s.parked.is_empty()
                    {
                        queue.extend(s.parked.take().into_iter().rev());
                    }
                }
            }
        }
    }

    /// Takes in a Member entry that somebody shows who may be nobody: only where it can be judged at once. It takes no place
    /// among what waits, and nothing is asked for on its account.
    pub(super) fn receive_shown(&mut self, held: &dyn Held, space: SpaceId, entry: Arc<Entry>) {
        let of_roster =
            entry.header().chain.space == space && entry.header().chain.log == Log::Roster;
        if of_roster && matches!(self.fate(held, space, &entry), Fate::Hold(_)) {
            self.receive(held, space, entry, None);
        }
    }

    fn fate(&mut self, held: &dyn Held, space: SpaceId, entry: &Arc<Entry>) -> Fate {
        let Some(s) = self.spaces.get(&space) else {
            return Fate::Drop;
        };
        // A read that fails proves nothing: the entry is shown again by a peer's Heads.
        let place = s.place(held, entry).unwrap_or(Place::Unknown);
        let (id, forks) = match place {
            Place::Known(id) => return Fate::Known(id),
            Place::Unknown => return Fate::Park,
            Place::Next(id) => (id, None),
            Place::Fork(parent) => {
                let Some((branch, id)) = s.next_branch(entry.chain_id()) else {
                    return Fate::Drop;
                };
                (id, Some((branch, parent)))
            }
        };
        if entry.verify().is_err() && !planted!(SignatureUnchecked) {
            return Fate::Drop;
        }
        let h = entry.header();
        let judged = match h.kind {
            Kind::Member => self.judge_member(space, entry),
            _ if h.chain.log == Log::Roster => Judged::Drop,
            _ => self.judge_note(held, space, entry, forks.map_or(id, |(_, parent)| parent)),
        };
        match judged {
            Judged::Park => Fate::Park,
            Judged::Drop => Fate::Drop,
            Judged::Hold { end_clock, refused } => Fate::Hold(Holding {
                id,
                forks,
                end_clock,
                refused,
            }),
        }
    }

    fn judge_member(&self, space: SpaceId, entry: &Entry) -> Judged {
        let Some(s) = self.spaces.get(&space) else {
            return Judged::Drop;
        };
        if entry.header().chain.log != Log::Roster {
            return Judged::Drop;
        }
        match s.roster.admits(entry) {
            Ok(()) => Judged::Hold {
                end_clock: 0,
                refused: None,
            },
            Err(NotAdmitted::Missing(_)) => Judged::Park,
            Err(NotAdmitted::Refused(_)) => Judged::Drop,
        }
    }

    /// Role and gate of an entry of the notes log.
    fn judge_note(
        &mut self,
        held: &dyn Held,
        space: SpaceId,
        entry: &Arc<Entry>,
        id: ChainId,
    ) -> Judged {
        let h = entry.header();
        let Some(s) = self.spaces.get(&space) else {
            return Judged::Drop;
        };
        let Some(named) = named_roster(s, &h.deps) else {
            return Judged::Park;
        };
        let Ok(mut past) = s.roster.past(&named) else {
            return Judged::Park;
        };
        if self.load(held, space, h.note).is_err() {
            return Judged::Park;
        }
        let Some(s) = self.spaces.get(&space) else {
            return Judged::Drop;
        };
        let loaded = &s.loaded[&h.note];
        let Ok(writing) = standing_at(s, held, loaded, id, entry) else {
            return Judged::Park;
        };
        if let Some(writing) = &writing {
            past = s.roster.join(&past, &writing.past);
        }
        let needed = if known(h.kind) && !matches!(h.kind, Kind::Edit | Kind::Session) {
            Role::Viewer
        } else {
            Role::Editor
        };
        if s.roster
            .role_in(&past, h.chain.device)
            .is_none_or(|role| role < needed)
            && !planted!(RoleUnchecked)
        {
            return Judged::Drop;
        }
        match (h.kind, writing) {
            (Kind::Edit, None) => Judged::Hold {
                end_clock: 0,
                refused: Some("it names no session of this note".into()),
            },
            (Kind::Edit, Some(w)) if w.stopped && !planted!(RefusedCounted) => Judged::Hold {
                end_clock: w.end_clock,
                refused: Some("an earlier edit of its session was refused".into()),
            },
            (Kind::Edit, Some(w)) => match gate::check(entry.payload(), w.client, w.end_clock) {
                Ok(facts) => Judged::Hold {
                    end_clock: facts.end_clock,
                    refused: None,
                },
                Err(refusal) => Judged::Hold {
                    end_clock: w.end_clock,
                    refused: Some(refusal.to_string()),
                },
            },
            _ => Judged::Hold {
                end_clock: 0,
                refused: None,
            },
        }
    }

    fn park(&mut self, space: SpaceId, entry: Arc<Entry>, from: Option<StreamId>) {
        let now_ms = self.now.mono_ms;
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        for chain in missing_chains(s, &entry) {
            s.pulls
                .entry(chain)
                .or_insert_with(|| super::pull::Pull::due(now_ms + config::GAP_WAIT_MS));
        }
        s.parked.push(entry, from);
    }
}

/// Chains in which something must come before a parked entry.
fn missing_chains(space: &Space, entry: &Entry) -> Vec<ChainId> {
    let mut out = Vec::new();
    if entry.header().seq > space.top(entry.chain_id()) + 1 {
        out.push(entry.chain_id());
    }
    let ahead =
        |dep: &&EntryRef| log_of(space, dep.chain) != Some(Log::Notes) && !space.roster.holds(dep);
    out.extend(
        entry
            .header()
            .deps
            .iter()
            .filter(ahead)
            .map(|dep| dep.chain),
    );
    out
}
