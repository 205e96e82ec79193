//! From a peer's bytes to a held entry: follows its chain → signature → role → held → applied where it can be.

use std::sync::Arc;

use skein_note::gate;
use skein_space::{
    ChainId, Entry, EntryRef, Kind, Log, NotAdmitted, NoteId, Role, SpaceId, planted,
};

use super::chains::{ChainState, Place};
use super::commit::Pending;
use super::flow::Reading;
use super::links::Link;
use super::load::{log_of, named_roster, take_in_from};
use super::note::{Applied, Loaded, known};
use super::steps::standing_at;
use super::{Engine, Space};
use crate::api::{Effect, Event, Held, Notice, StoreOp, StreamId};
use crate::config;
use crate::heads::Tip;

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

/// How an entry is held.
struct Holding {
    /// Its branch.
    id: ChainId,
    /// Number of the branch it begins, and the one it leaves.
    forks: Option<(u8, ChainId)>,
    end_clock: u64,
    refused: Option<String>,
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

    /// Makes an entry ours: chain, roster or note, disk; then tells windows.
    fn hold(
        &mut self,
        held: &dyn Held,
        space: SpaceId,
        entry: Arc<Entry>,
        from: Option<StreamId>,
        holding: Holding,
    ) {
        let Holding {
            id,
            forks,
            end_clock,
            refused,
        } = holding;
        if let Some((branch, parent)) = forks {
            self.begin_branch(space, &entry, branch, id, parent);
        }
        self.advance(space, id, &entry);
        let (note, kind) = (entry.header().note, entry.header().kind);
        let mut ops = vec![StoreOp::Append {
            entry: Arc::clone(&entry),
            end_clock,
            refused: refused.clone(),
            forks: forks.is_some(),
        }];
        if kind == Kind::Member {
            self.roster_grew(space, &entry);
        } else {
            let taken = (end_clock, refused.is_some());
            let applied = self.take_into_note(held, space, id, &entry, taken);
            ops.extend(self.after_apply(space, note, applied));
        }
        if let Some(reason) = refused {
            let device = entry.header().chain.device;
            self.event(Event::Notice(Notice::EntryRefused {
                space,
                note,
                device,
                reason,
            }));
        }
        self.commit(ops, Pending::held(space, id, entry, from));
    }

    /// Another entry is held at this one's place: both count, as two chains that share their beginning.
    fn begin_branch(
        &mut self,
        space: SpaceId,
        entry: &Arc<Entry>,
        branch: u8,
        id: ChainId,
        parent: ChainId,
    ) {
        let h = entry.header();
        let me = self.device();
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        let before = Tip {
            seq: h.seq - 1,
            hash: h.prev,
        };
        s.chains.insert(
            id,
            ChainState {
                chain: h.chain,
                branch,
                parent: Some((parent, h.seq)),
                tip: before,
                durable: before,
            },
        );
        let own = s.own_chain(me, h.chain.log) == h.chain;
        // Who showed a higher place may have meant this branch: what is beside it is sent again.
        for up in self.links.values_mut().filter_map(Link::up) {
            if let Some(has) = up.has.get_mut(&parent).filter(|_| up.space == space) {
                *has = (*has).min(before.seq);
            }
        }
        self.event(Event::Notice(Notice::Fork {
            device: h.chain.device,
            seq: h.seq,
        }));
        if own && !planted!(IncarnationKept) {
            self.event(Event::Notice(Notice::RolledBack { space }));
            self.out.push(Effect::NeedIncarnation { space });
        }
    }

    /// Moves a branch's tip onto an entry that is on its way to disk.
    pub(super) fn advance(&mut self, space: SpaceId, id: ChainId, entry: &Arc<Entry>) {
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        let state = s
            .chains
            .entry(id)
            .or_insert_with(|| ChainState::new(entry.header().chain));
        state.tip = Tip {
            seq: entry.header().seq,
            hash: entry.hash(),
        };
        s.inflight
            .insert((id, entry.header().seq), Arc::clone(entry));
    }

    fn take_into_note(
        &mut self,
        held: &dyn Held,
        space: SpaceId,
        id: ChainId,
        entry: &Arc<Entry>,
        taken: (u64, bool),
    ) -> Vec<Applied> {
        let note = entry.header().note;
        let was_loaded = self
            .spaces
            .get(&space)
            .is_some_and(|s| s.loaded.contains_key(&note));
        if self.load(held, space, note).is_err() {
            return Vec::new();
        }
        if self.renames(held, space, entry) {
            return Vec::new();
        }
        let Some(s) = self.spaces.get_mut(&space) else {
            return Vec::new();
        };
        let Some(mut loaded) = s.loaded.remove(&note) else {
            return Vec::new();
        };
        let mut applied = Vec::new();
        // A note that was just read has taken the entry in with what is on its way to disk.
        if was_loaded || !loaded.knows(&entry.reference()) {
            let _ = take_in_from(s, held, &mut loaded, id, Arc::clone(entry), Some(taken));
            if built_on_aside(&loaded, entry) {
                loaded.judge_again();
            }
            applied = loaded.settle(&s.roster);
        }
        if loaded.broken {
            s.recheck.insert(note);
        }
        s.loaded.insert(note, loaded);
        applied
    }

    /// Tells windows and lists what was applied; returns the row to be written with it.
    pub(super) fn after_apply(
        &mut self,
        space: SpaceId,
        note: NoteId,
        applied: Vec<Applied>,
    ) -> Option<StoreOp> {
        for one in &applied {
            self.queue_delivery(space, one, None);
            let h = one.entry.header();
            if h.kind == Kind::Edit {
                self.event(Event::Edit {
                    space,
                    note,
                    device: h.chain.device,
                    incarnation: h.chain.incarnation,
                    seq: h.seq,
                });
            }
        }
        self.refresh(space, note);
        self.event(Event::NoteChanged { space, note });
        let row = self.spaces.get(&space)?.rows.get(&note)?.clone();
        Some(StoreOp::NoteRow { space, note, row })
    }

    /// A Member entry is held: fold it, judge again what was set aside, look again at who may be connected.
    pub(super) fn roster_grew(&mut self, space: SpaceId, entry: &Arc<Entry>) {
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        let before: Vec<_> = s
            .roster
            .members()
            .into_iter()
            .filter(|m| m.role.is_some())
            .map(|m| m.device)
            .collect();
        s.roster = s.roster.with(Arc::clone(entry));
        if s.roster.has_lowered() {
            s.recheck.extend(s.rows.keys().copied());
        }
        let joined: Vec<_> = s
            .roster
            .members()
            .into_iter()
            .filter(|m| m.role.is_some() && !before.contains(&m.device))
            .map(|m| (m.device, m.added_by))
            .collect();
        let mut changed = Vec::new();
        for (note, loaded) in &mut s.loaded {
            if loaded.aside.is_empty() {
                continue;
            }
            loaded.judge_again();
            changed.push((*note, loaded.settle(&s.roster)));
            if loaded.broken {
                s.recheck.insert(*note);
            }
        }
        for (note, applied) in changed {
            if let Some(op) = self.after_apply(space, note, applied) {
                self.commit(vec![op], Pending::nothing());
            }
        }
        for (device, by) in joined {
            if device != self.device() && by != device {
                self.event(Event::Notice(Notice::MemberJoined { space, device, by }));
            }
        }
        self.event(Event::Members { space });
        self.authorise_links(space);
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

fn built_on_aside(loaded: &Loaded, entry: &Entry) -> bool {
    entry
        .header()
        .deps
        .iter()
        .any(|dep| loaded.aside.contains_key(dep))
}
