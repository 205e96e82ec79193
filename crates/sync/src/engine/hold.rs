//! Holding an entry: its chain moves on, the roster or its note takes it in, the disk gets it, windows hear of it.

use std::sync::Arc;

use skein_space::{ChainId, Entry, EntryRef, Kind, NoteId, SpaceId, planted};

use super::Engine;
use super::chains::ChainState;
use super::commit::Pending;
use super::judge::Judge;
use super::load::take_in_from;
use super::note::{Applied, Loaded};
use super::removal::changed_roles;
use crate::api::{Effect, Event, Held, Notice, StoreOp, StreamId};
use crate::heads::Tip;

/// How an entry is held.
pub(super) struct Holding {
    /// Its branch.
    pub id: ChainId,
    /// Number of the branch it begins, and the one it leaves.
    pub forks: Option<(u8, ChainId)>,
    /// The session's clock after it.
    pub end_clock: u64,
    /// Why the gate refuses it.
    pub refused: Option<String>,
}

impl Engine {
    /// Makes an entry ours: chain, roster or note, disk; then tells windows.
    pub(super) fn hold(
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
        // Who showed a higher place may have meant this branch: what is beside it is sent, now, as its Heads may not
        // change any more.
        let mut lack = Vec::new();
        for (stream, link) in &mut self.links {
            let Some(up) = link.up().filter(|up| up.space == space) else {
                continue;
            };
            if let Some(has) = up.has.get_mut(&parent).filter(|has| **has > before.seq) {
                *has = before.seq;
                lack.push(*stream);
            }
        }
        for stream in lack {
            self.catch_up(stream);
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
        let mut unread = false;
        // A note that was just read has taken the entry in with what is on its way to disk.
        if was_loaded || !loaded.knows(&entry.reference()) {
            unread =
                take_in_from(s, held, &mut loaded, id, Arc::clone(entry), Some(taken)).is_err();
            if built_on_aside(&loaded, entry) {
                loaded.judge_again();
            }
            applied = loaded.settle(s.judge());
        }
        if loaded.broken {
            s.recheck.insert(note);
        }
        s.loaded.insert(note, loaded);
        if unread {
            // The entry is held, and the note does not have it.
            self.read_later(space, note);
        }
        applied
    }

    /// Tells windows and lists what was applied; returns the row to be written with it.
    pub(super) fn after_apply(
        &mut self,
        space: SpaceId,
        note: NoteId,
        applied: Vec<Applied>,
    ) -> Option<StoreOp> {
        let readers = self.readers(space, note, None);
        for one in &applied {
            self.queue_delivery(one, &readers);
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
        let before = s.roster.clone();
        s.roster = s.roster.with(Arc::clone(entry));
        s.want_secret(self.now.mono_ms);
        s.own_role_was(before.role(s.me));
        if s.roster.has_lowered() {
            s.recheck.extend(s.rows.keys().copied());
        }
        let changed_roles = changed_roles(&before, &s.roster);
        let mut changed = Vec::new();
        for (note, loaded) in &mut s.loaded {
            if loaded.aside.is_empty() {
                continue;
            }
            loaded.judge_again();
            changed.push((*note, loaded.settle(Judge::new(&s.roster, s.me))));
            if loaded.broken {
                s.recheck.insert(*note);
            }
        }
        for (note, applied) in changed {
            if let Some(op) = self.after_apply(space, note, applied) {
                self.commit(vec![op], Pending::nothing());
            }
        }
        self.tell_roles(space, entry.header().chain.device, changed_roles);
        self.event(Event::Members { space });
        self.forget_people(space);
        self.authorise_links(space);
    }
}

/// What its session wrote before it counts as well: no dependency names it.
fn built_on_aside(loaded: &Loaded, entry: &Entry) -> bool {
    let unapplied = loaded.waiting.get(&entry.reference());
    let aside = |r: &EntryRef| loaded.aside.contains_key(r);
    if planted!(AsideForgotten) {
        return entry.header().deps.iter().any(aside);
    }
    unapplied.is_some_and(|one| one.needs().any(aside))
}
