//! Taking something out of a note again.
//!
//! A document cannot un-apply. When the roster sets aside what a note is made of, the note is built anew from the
//! log, and every window on it gets a reset (protocol.md, "Taken out again"). What counts is a function of the
//! entries held: an entry in standing, and whatever an entry in standing was built on.

use std::collections::{BTreeMap, BTreeSet};

use skein_space::{EntryRef, NoteId, RosterPast, SpaceId};

use super::Engine;
use super::commit::Pending;
use super::load::{read, row_of, widen};
use super::note::{LineKey, Loaded};
use super::space::Space;
use super::steps::{line_of, walk};
use crate::api::{EndReason, Event, GraphRow, Held, HeldError, StoreOp};
use crate::config;

impl Engine {
    /// Looks again at notes that a change of the roster may have changed, open ones first.
    pub(super) fn recheck(&mut self, held: &dyn Held) {
        let now_ms = self.now.mono_ms;
        let mut due: Vec<(SpaceId, NoteId)> = Vec::new();
        for s in self.spaces.values_mut() {
            let again = s.reread.iter().filter(|(_, at_ms)| **at_ms <= now_ms);
            s.recheck.extend(again.map(|(note, _)| *note));
            s.reread.retain(|_, at_ms| *at_ms > now_ms);
            let open = |note: &NoteId| s.loaded.get(note).is_some_and(|l| !l.open.is_empty());
            let (first, rest): (Vec<NoteId>, Vec<NoteId>) =
                s.recheck.iter().copied().partition(open);
            let turn = first.into_iter().chain(rest);
            let turn: Vec<NoteId> = turn.take(config::RECHECKED_PER_TURN).collect();
            for note in turn {
                s.recheck.remove(&note);
                due.push((s.id, note));
            }
        }
        for (space, note) in due {
            self.recheck_note(held, space, note);
            self.keep_own_words(space, note);
        }
    }

    fn recheck_note(&mut self, held: &dyn Held, space: SpaceId, note: NoteId) {
        let Some(s) = self.spaces.get(&space) else {
            return;
        };
        let Some(loaded) = s.loaded.get(&note) else {
            // Reading it judges it anew, and its row is then right again.
            return match self.load(held, space, note) {
                Ok(_) => self.renew_row(space, note),
                Err(_) => self.judge_later(space, note),
            };
        };
        if loaded.spoiled {
            return self.rebuild(held, space, note, EndReason::ReadAgain);
        }
        if loaded.broken {
            return self.rebuild(held, space, note, EndReason::Broken);
        }
        let rows = held.graph(space, note);
        match rows.and_then(|rows| gone(s, held, note, &rows, loaded)) {
            Ok(0) => {}
            Ok(gone) => self.rebuild(held, space, note, EndReason::Rebuilt { gone }),
            Err(_) => self.judge_later(space, note),
        }
    }

    /// The disk did not show what a verdict on a note needs: it is asked again.
    fn judge_later(&mut self, space: SpaceId, note: NoteId) {
        let at_ms = self.now.mono_ms + config::REREAD_MS;
        if let Some(s) = self.spaces.get_mut(&space) {
            s.reread.insert(note, at_ms);
        }
    }

    /// The disk did not show what a note is made of. Its form in memory stays on the screen, and takes nothing more
    /// until it was read again.
    pub(super) fn read_later(&mut self, space: SpaceId, note: NoteId) {
        let s = self.spaces.get_mut(&space);
        if let Some(loaded) = s.and_then(|s| s.loaded.get_mut(&note)) {
            (loaded.broken, loaded.spoiled) = (true, true);
        }
        self.judge_later(space, note);
    }

    /// Builds a note from the log alone and resets every window on it.
    pub(super) fn rebuild(
        &mut self,
        held: &dyn Held,
        space: SpaceId,
        note: NoteId,
        reason: EndReason,
    ) {
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        let Ok(mut fresh) = read(s, held, note) else {
            return self.read_later(space, note);
        };
        let before = s.loaded.remove(&note);
        let open = before.map(|l| l.open).unwrap_or_default();
        fresh.open = open.clone();
        // The snapshot on disk holds what does not count any more.
        fresh.entries_since_snapshot = config::SNAPSHOT_ENTRIES;
        s.loaded.insert(note, fresh);
        for session in open {
            self.end_session(session, reason.clone());
        }
        self.refresh(space, note);
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        let Some(loaded) = s.loaded.get(&note) else {
            return;
        };
        let row = row_of(loaded);
        s.rows.insert(note, row.clone());
        self.commit(
            vec![StoreOp::NoteRow { space, note, row }],
            Pending::nothing(),
        );
        self.event(Event::NoteChanged { space, note });
    }
}

/// How many entries are applied that do not count: neither in standing nor in the past of one that is.
pub(super) fn gone(
    space: &Space,
    held: &dyn Held,
    note: NoteId,
    rows: &[GraphRow],
    loaded: &Loaded,
) -> Result<u32, HeldError> {
    if !space.roster.has_lowered() {
        return Ok(0);
    }
    let judge = space.judge();
    let mut pasts: BTreeMap<LineKey, (EntryRef, RosterPast)> = BTreeMap::new();
    let mut built_on: BTreeMap<EntryRef, Vec<EntryRef>> = BTreeMap::new();
    let mut counting: Vec<EntryRef> = Vec::new();
    let mut suspects: BTreeSet<EntryRef> = BTreeSet::new();
    let inflight = space.inflight.values().map(|e| {
        let h = e.header();
        (e.reference(), h.kind, h.session, &h.deps)
    });
    let stored = rows.iter().map(|row| {
        let r = EntryRef::new(row.chain, row.seq, row.hash);
        (r, row.kind, row.session, &row.deps)
    });
    for (r, kind, session, deps) in stored.chain(inflight) {
        if !loaded.has_applied(&r) || built_on.contains_key(&r) {
            continue;
        }
        let id = space.branch_of(held, &r)?.unwrap_or(r.chain);
        let key = line_of(id, kind, r.seq, session);
        let mut before = pasts.get(&key).cloned();
        if before.is_none() && space.holder(id, key.1) != id {
            let began = (space.holder(id, key.1), key.1);
            let writing = walk(space, held, note, began, id, r.seq)?;
            before = writing.map(|w| (w.last, w.past));
        }
        let past = match &before {
            Some((_, past)) => widen(space, past, deps),
            None => widen(space, &RosterPast::empty(), deps),
        };
        let needs = deps.iter().copied().chain(before.map(|(last, _)| last));
        built_on.insert(r, needs.collect());
        let author = space.chains.get(&r.chain).map(|c| c.chain.device);
        let aside = author.is_none_or(|device| judge.sets_aside(device, r.chain, r.seq, &past));
        if aside {
            suspects.insert(r);
        } else {
            counting.push(r);
        }
        pasts.insert(key, (r, past));
    }
    for (r, unapplied) in &loaded.waiting {
        let h = unapplied.entry.header();
        if !judge.sets_aside(h.chain.device, r.chain, r.seq, &unapplied.past) {
            let needs = h.deps.iter().chain(unapplied.previous.as_ref());
            built_on.insert(*r, needs.copied().collect());
            counting.push(*r);
        }
    }
    while let Some(r) = counting.pop() {
        for needed in built_on.get(&r).into_iter().flatten() {
            if suspects.remove(needed) {
                counting.push(*needed);
            }
        }
    }
    Ok(suspects.len() as u32)
}
