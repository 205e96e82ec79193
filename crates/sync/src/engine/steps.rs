//! The entries of a note as branches hold them: where a session stands on each, and where it goes on in several.

use std::collections::BTreeMap;
use std::sync::Arc;

use skein_note::gate;
use skein_space::{
    ChainId, Entry, EntryHash, EntryRef, Kind, NoteId, RosterPast, SessionPayload, client_id,
};

use super::load::widen;
use super::note::{LineKey, Loaded, Writing};
use super::space::Space;
use crate::api::{GraphRow, Held, HeldError};

/// An entry of a note.
pub(super) struct Step {
    /// The branch that holds it.
    pub id: ChainId,
    pub r: EntryRef,
    pub hash: EntryHash,
    pub kind: Kind,
    /// Its session: the branch that holds the Session entry, and its place.
    pub session: (ChainId, u64),
    pub deps: Vec<EntryRef>,
}

impl Step {
    pub fn line(&self) -> LineKey {
        (self.id, self.session.1)
    }
}

/// A session and the client id it writes under.
pub(super) struct Began {
    pub session: (ChainId, u64),
    pub hash: EntryHash,
    pub client: u64,
}

/// All entries held of a note, those on their way to disk included.
pub(super) struct Steps<'a> {
    space: &'a Space,
    held: &'a dyn Held,
    note: NoteId,
    pub all: Vec<Step>,
}

impl<'a> Steps<'a> {
    pub fn of(
        space: &'a Space,
        held: &'a dyn Held,
        note: NoteId,
        rows: &[GraphRow],
    ) -> Result<Self, HeldError> {
        let mut all: BTreeMap<EntryRef, Step> = BTreeMap::new();
        for row in rows {
            let r = EntryRef::new(row.chain, row.seq, row.hash);
            if let Some(id) = space.branch_of(held, &r)? {
                let session = session_of(space, id, row.kind, row.seq, row.session);
                let (hash, kind, deps) = (row.hash, row.kind, row.deps.clone());
                all.insert(
                    r,
                    Step {
                        id,
                        r,
                        hash,
                        kind,
                        session,
                        deps,
                    },
                );
            }
        }
        for ((id, _), entry) in &space.inflight {
            let (r, h) = (entry.reference(), entry.header());
            if h.note == note {
                let session = session_of(space, *id, h.kind, h.seq, h.session);
                let (id, hash, kind, deps) = (*id, entry.hash(), h.kind, h.deps.clone());
                all.entry(r).or_insert(Step {
                    id,
                    r,
                    hash,
                    kind,
                    session,
                    deps,
                });
            }
        }
        let mut all: Vec<Step> = all.into_values().collect();
        all.sort_by_key(|step| (step.session, step.r.seq));
        Ok(Self {
            space,
            held,
            note,
            all,
        })
    }

    /// The sessions that can write.
    pub fn sessions(&self) -> Result<Vec<Began>, HeldError> {
        let mut out = Vec::new();
        for step in self.all.iter().filter(|step| step.kind == Kind::Session) {
            let (session, hash) = (step.session, step.hash);
            let entry = entry_at(self.space, self.held, step.id, step.r.seq)?;
            if let Some(client) = entry.and_then(|entry| client_of(&entry)) {
                out.push(Began {
                    session,
                    hash,
                    client,
                });
            }
        }
        Ok(out)
    }

    /// Whether entries of a session are held on more than one branch.
    pub fn on_several(&self, session: (ChainId, u64)) -> bool {
        let mut of = self.of_session(session);
        let first = of.next().map(|step| step.id);
        of.any(|step| Some(step.id) != first)
    }

    fn of_session(&self, session: (ChainId, u64)) -> impl Iterator<Item = &Step> {
        let from = self.all.partition_point(|step| step.session < session);
        self.all[from..]
            .iter()
            .take_while(move |step| step.session == session)
    }

    /// The first place above `from` at which branches that hold more of a session leave this one, and those branches.
    pub fn next_parting(
        &self,
        session: (ChainId, u64),
        id: ChainId,
        from: u64,
    ) -> Option<(u64, Vec<ChainId>)> {
        let leaving = self.space.chains.iter().filter_map(|(branch, state)| {
            let (parent, place) = state.parent?;
            let more = parent == id && place > from && self.holds_more(session, *branch, 0);
            more.then_some((place, *branch))
        });
        let mut leaving: Vec<(u64, ChainId)> = leaving.collect();
        leaving.sort_unstable();
        let place = leaving.first()?.0;
        let at_once = leaving.into_iter().take_while(|(other, _)| *other == place);
        Some((place, at_once.map(|(_, branch)| branch).collect()))
    }

    /// Whether a session goes on, on a branch itself or on one that leaves it later.
    pub fn holds_more(&self, session: (ChainId, u64), branch: ChainId, from: u64) -> bool {
        self.of_session(session).any(|step| {
            let mut seq = step.r.seq;
            let mut id = step.id;
            while id != branch {
                let Some((parent, first)) = self.space.chains.get(&id).and_then(|c| c.parent)
                else {
                    return false;
                };
                // What leaves at `from` itself is not the branch going on.
                (id, seq) = (parent, first - 1);
            }
            seq >= from
        })
    }

    /// Each entry's predecessor in its session, along its branch.
    pub fn previous(&self) -> BTreeMap<EntryRef, EntryRef> {
        let mut out = BTreeMap::new();
        for of_session in self.all.chunk_by(|a, b| a.session == b.session) {
            for (at, step) in of_session.iter().enumerate() {
                let before = of_session[..at].iter().rev().find(|other| {
                    other.r.seq < step.r.seq && self.space.holder(step.id, other.r.seq) == other.id
                });
                if let Some(before) = before {
                    out.insert(step.r, before.r);
                }
            }
        }
        out
    }

    /// The hash of the entry at a place of a branch, whichever note it is of.
    pub fn hash_at(&self, branch: ChainId, place: u64) -> Result<Option<EntryHash>, HeldError> {
        self.space.hash_at(self.held, branch, place)
    }

    /// The clock a session had reached on a branch before a place.
    pub fn clock_before(
        &self,
        session: (ChainId, u64),
        branch: ChainId,
        place: u64,
    ) -> Result<u64, HeldError> {
        let writing = walk(self.space, self.held, self.note, session, branch, place)?;
        Ok(writing.map_or(0, |writing| writing.end_clock))
    }
}

/// The line an entry on a branch belongs to.
pub(super) fn line_of(id: ChainId, kind: Kind, seq: u64, session: u64) -> LineKey {
    if kind == Kind::Session {
        (id, seq)
    } else {
        (id, session)
    }
}

/// The session an entry on a branch belongs to: the branch that holds its Session entry, and its place.
fn session_of(space: &Space, id: ChainId, kind: Kind, seq: u64, session: u64) -> (ChainId, u64) {
    if kind == Kind::Session {
        (id, seq)
    } else {
        (space.holder(id, session), session)
    }
}

/// Where a session stands before `entry`, which comes next on the branch `id` or leaves it. None where the session is
/// not one of this note's.
pub(super) fn standing_at(
    space: &Space,
    held: &dyn Held,
    loaded: &Loaded,
    id: ChainId,
    entry: &Entry,
) -> Result<Option<Writing>, HeldError> {
    let h = entry.header();
    let next = h.prev == space.tip(id).hash;
    let line = line_of(id, h.kind, h.seq, h.session);
    if let Some(writing) = loaded.writings.get(&line).filter(|_| next) {
        return Ok(Some(writing.clone()));
    }
    let session = session_of(space, id, h.kind, h.seq, h.session);
    walk(space, held, h.note, session, id, h.seq)
}

/// Follows a session along one branch, up to a place.
pub(super) fn walk(
    space: &Space,
    held: &dyn Held,
    note: NoteId,
    session: (ChainId, u64),
    id: ChainId,
    before: u64,
) -> Result<Option<Writing>, HeldError> {
    let Some(first) = entry_at(space, held, session.0, session.1)? else {
        return Ok(None);
    };
    let h = first.header();
    let client = client_of(&first).filter(|_| h.kind == Kind::Session && h.note == note);
    let Some(client) = client else {
        return Ok(None);
    };
    let mut writing = Writing {
        client,
        end_clock: 0,
        stopped: false,
        first: first.reference(),
        last: first.reference(),
        past: widen(space, &RosterPast::empty(), &h.deps),
    };
    let rows = held.graph(space.id, note)?;
    let steps = Steps::of(space, held, note, &rows)?;
    let along = steps.of_session(session).filter(|step| {
        let own_path = space.holder(id, step.r.seq) == step.id;
        own_path && step.r.seq > session.1 && step.r.seq < before
    });
    for step in along {
        let Some(entry) = entry_at(space, held, step.id, step.r.seq)? else {
            continue;
        };
        writing.past = widen(space, &writing.past, &entry.header().deps);
        writing.last = step.r;
        if entry.header().kind != Kind::Edit || writing.stopped {
            continue;
        }
        match gate::check(entry.payload(), client, writing.end_clock) {
            Ok(facts) => writing.end_clock = facts.end_clock,
            Err(_) => writing.stopped = true,
        }
    }
    Ok(Some(writing))
}

/// The client id of a Session entry's writing; none where it claims none.
pub(super) fn client_of(entry: &Entry) -> Option<u64> {
    let h = entry.header();
    let payload = SessionPayload::decode(entry.payload()).ok()?;
    client_id(&h.chain.device, &h.note, &payload.nonce)
}

fn entry_at(
    space: &Space,
    held: &dyn Held,
    id: ChainId,
    seq: u64,
) -> Result<Option<Arc<Entry>>, HeldError> {
    let id = space.holder(id, seq);
    if let Some(entry) = space.inflight.get(&(id, seq)) {
        return Ok(Some(Arc::clone(entry)));
    }
    match space.chains.get(&id) {
        Some(state) => held.entry(state.chain.id(), state.branch, seq),
        None => Ok(None),
    }
}
