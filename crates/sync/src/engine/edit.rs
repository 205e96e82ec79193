//! A push becomes signed entries: canonical bytes, gate, dependencies of what that window had seen, seal, apply.

use std::sync::Arc;

use skein_note::gate;
use skein_space::{
    Draft, Entry, EntryHash, EntryRef, Kind, Log, NoteId, SessionPayload, SpaceId, planted,
};

use super::Engine;
use super::commit::Pending;
use super::load::take_in;
use super::note::Applied;
use super::sessions::Phase;
use crate::api::{Effect, EndReason, Event, Held, Notice, SessionHandle, StoreOp};
use crate::config;

/// The canonical update that changes nothing: no struct, no delete.
const EMPTY_UPDATE: [u8; 2] = [0, 0];

impl Engine {
    pub(super) fn push(
        &mut self,
        held: &dyn Held,
        handle: SessionHandle,
        sequence: u64,
        last_delivery: u64,
        update: &[u8],
    ) {
        let now_ms = self.now.mono_ms;
        let Some(session) = self.sessions.get_mut(&handle) else {
            return;
        };
        if sequence > session.next_push && !planted!(GapIgnored) {
            let sequence = session.next_push;
            return self.out.push(Effect::ResendFrom {
                session: handle,
                sequence,
            });
        }
        if sequence < session.next_push && !planted!(PushTwice) {
            if let Some(entry) = session.ack_of(sequence) {
                self.out.push(Effect::Ack {
                    session: handle,
                    sequence,
                    entry,
                });
            }
            return;
        }
        session.confirm(last_delivery);
        session.edit_ms = Some(now_ms);
        session.input_ms = now_ms;
        let (space, note) = (session.space, session.note);
        if !self.may_write(space) {
            return self.keep_draft(
                handle,
                sequence,
                update,
                EndReason::NotAllowed,
                "this device may not write in this space",
            );
        }
        // A session that is open keeps its note in memory; this only matters after a failed read.
        let readable = self.load(held, space, note).is_ok();
        if !readable || !self.writable_state(space, note) {
            return self.keep_draft(
                handle,
                sequence,
                update,
                EndReason::Broken,
                "the note cannot be written on this device now",
            );
        }
        match self.seal(handle, update) {
            Ok(None) => {
                let Some(session) = self.sessions.get_mut(&handle) else {
                    return;
                };
                session.next_push += 1;
                self.commit(Vec::new(), Pending::nothing().ack(handle, sequence, None));
            }
            Ok(Some(sealed)) => self.sealed(handle, sequence, sealed),
            Err(reason) => {
                let text = self.words(space, note, update);
                let end = EndReason::PushRefused {
                    reason: reason.clone(),
                    text,
                };
                self.keep_draft(handle, sequence, update, end, &reason);
                if self.loaded(space, note).is_some_and(|l| l.spoiled) {
                    self.rebuild(held, space, note, EndReason::ReadAgain);
                }
            }
        }
        self.person_acted(handle);
    }

    /// Seals a push. `None`: it changes nothing. The error is the gate's sentence.
    fn seal(&mut self, handle: SessionHandle, update: &[u8]) -> Result<Option<Sealed>, String> {
        let session = &self.sessions[&handle];
        let (space, note, client) = (session.space, session.note, session.client);
        let s = &self.spaces[&space];
        let loaded = &s.loaded[&note];
        let chain = s.own_chain(self.device(), Log::Notes);
        let start = match session.phase {
            Phase::Fresh => 0,
            Phase::Writing { session } => loaded
                .writings
                .get(&(chain.id(), session))
                .map_or(0, |w| w.end_clock),
        };
        let canonical = gate::canonical(update, client, start).map_err(|r| r.to_string())?;
        if canonical == EMPTY_UPDATE {
            return Ok(None);
        }
        let parts = if canonical.len() > config::PAYLOAD_MAX_BYTES {
            gate::split(&canonical, client, start, config::PAYLOAD_MAX_BYTES)
        } else {
            vec![canonical]
        };
        let mut clock = start;
        for part in &parts {
            let facts = gate::check(part, client, clock).map_err(|r| r.to_string())?;
            clock = facts.end_clock;
            // Of an id that says two things its window may mean either: that is looked at when the edit is applied.
            let missing = |(c, clock): &&(u64, u64)| {
                !loaded.voices.tells_apart(*c) && !loaded.doc.holds(*c, *clock)
            };
            if let Some((c, clock)) = facts.names.iter().find(missing) {
                return Err(format!(
                    "it names something that is not in the note here ({c}, {clock})"
                ));
            }
        }
        let mut sealed = Sealed::default();
        if matches!(session.phase, Phase::Fresh) {
            let nonce = session.nonce;
            // Another process of this device chose the same: a machine image that runs twice.
            if loaded.writings.values().any(|w| w.client == client) {
                return Err("another window of this device writes under the same id".into());
            }
            let payload = SessionPayload { nonce }.encode();
            let entry = self.seal_one(handle, Kind::Session, 0, payload)?;
            self.sessions.get_mut(&handle).expect("it is open").phase = Phase::Writing {
                session: entry.header().seq,
            };
            self.take_own(handle, &entry, 0, &mut sealed)?;
        }
        let Phase::Writing { session: number } = self.sessions[&handle].phase else {
            unreachable!("set above")
        };
        while self.sessions[&handle].confirmed.len() > config::DEPS_MAX {
            let entry = self.seal_one(handle, Kind::Edit, number, EMPTY_UPDATE.to_vec())?;
            self.take_own(handle, &entry, start, &mut sealed)?;
        }
        let mut clock = start;
        for part in parts {
            clock = gate::check(&part, client, clock)
                .map_err(|r| r.to_string())?
                .end_clock;
            let entry = self.seal_one(handle, Kind::Edit, number, part)?;
            self.take_own(handle, &entry, clock, &mut sealed)?;
        }
        Ok(Some(sealed))
    }

    /// Signs one entry at the end of this device's notes chain, with the dependencies of its session.
    fn seal_one(
        &mut self,
        handle: SessionHandle,
        kind: Kind,
        session: u64,
        payload: Vec<u8>,
    ) -> Result<Arc<Entry>, String> {
        let open = &self.sessions[&handle];
        let s = &self.spaces[&open.space];
        let chain = s.own_chain(self.device(), Log::Notes);
        let key = (chain.id(), session);
        let writing = s.loaded[&open.note]
            .writings
            .get(&key)
            .filter(|_| kind == Kind::Edit);
        let previous = writing.map(|w| w.last);
        let roster = s
            .roster
            .frontier()
            .into_iter()
            .filter(|r| writing.is_none_or(|w| !w.past.contains(r)));
        // What its window still showed when the note was rebuilt is no part of the note any more.
        let counts =
            |r: &&EntryRef| open.leaving_ms.is_none() || s.loaded[&open.note].has_applied(r);
        let seen = open
            .confirmed
            .iter()
            .filter(counts)
            .filter(|r| Some(**r) != previous)
            .copied();
        let seen = seen.filter(|_| !planted!(DepsDropped));
        let mut deps: Vec<EntryRef> = roster.chain(seen).take(config::DEPS_MAX).collect();
        deps.sort_unstable();
        deps.dedup();
        let tip = s.tip(chain.id());
        let draft = Draft {
            chain,
            seq: tip.seq + 1,
            prev: if planted!(WrongPrev) && tip.seq > 2 {
                EntryHash([1; 32])
            } else {
                tip.hash
            },
            kind,
            note: open.note,
            session,
            deps,
            wall_ms: self.now.wall_ms,
        };
        Entry::seal(&self.me.signer, draft, payload)
            .map(Arc::new)
            .map_err(|e| e.to_string())
    }

    /// Takes an own entry into chain, note and session.
    fn take_own(
        &mut self,
        handle: SessionHandle,
        entry: &Arc<Entry>,
        end_clock: u64,
        sealed: &mut Sealed,
    ) -> Result<(), String> {
        let open = &self.sessions[&handle];
        let (space, note) = (open.space, open.note);
        let s = self.spaces.get_mut(&space).expect("its session is open");
        let mut loaded = s.loaded.remove(&note).expect("its session is open");
        let id = entry.chain_id();
        take_in(
            s,
            &mut loaded,
            id,
            Arc::clone(entry),
            Some((end_clock, false)),
        );
        let applied = loaded.settle(s.judge());
        let taken = loaded.has_applied(&entry.reference());
        loaded.spoiled |= !taken;
        s.loaded.insert(note, loaded);
        if !taken {
            return Err("the note could not take the edit on this device".into());
        }
        self.advance(space, entry.chain_id(), entry);
        let session = self.sessions.get_mut(&handle).expect("it is open");
        for one in &applied {
            if one.entry.hash() == entry.hash() {
                session.sealed(entry.reference(), &entry.header().deps, one.previous);
            }
        }
        sealed.ops.push(StoreOp::Append {
            entry: Arc::clone(entry),
            end_clock,
            refused: None,
            forks: false,
        });
        sealed.entries.push(Arc::clone(entry));
        sealed.applied.extend(applied);
        Ok(())
    }

    fn sealed(&mut self, handle: SessionHandle, sequence: u64, sealed: Sealed) {
        let Some(session) = self.sessions.get_mut(&handle) else {
            return;
        };
        session.next_push += 1;
        let (space, note) = (session.space, session.note);
        let Sealed {
            mut ops,
            entries,
            applied,
        } = sealed;
        for entry in entries.iter().filter(|e| e.header().kind == Kind::Edit) {
            let h = entry.header();
            let (device, incarnation, seq) = (h.chain.device, h.chain.incarnation, h.seq);
            self.event(Event::Edit {
                space,
                note,
                device,
                incarnation,
                seq,
            });
        }
        self.refresh(space, note);
        self.event(Event::NoteChanged { space, note });
        if let Some(row) = self
            .spaces
            .get(&space)
            .and_then(|s| s.rows.get(&note))
            .cloned()
        {
            ops.push(StoreOp::NoteRow { space, note, row });
        }
        let last = entries.last().map(|e| e.reference());
        if planted!(AckBeforeCommit) {
            self.out.push(Effect::Ack {
                session: handle,
                sequence,
                entry: last,
            });
        }
        let pending = Pending::own(space, entries)
            .ack(handle, sequence, last)
            .deliver(applied, self.readers(space, note, Some(handle)));
        self.commit(ops, pending);
    }

    /// What a person gets back of an edit that could not be sealed: its words, or the note's where those cannot be read.
    fn words(&self, space: SpaceId, note: NoteId, update: &[u8]) -> String {
        let words = gate::words(update);
        let shown = || self.loaded(space, note).map(|l| l.doc.text());
        Some(words)
            .filter(|words| !words.is_empty())
            .or_else(shown)
            .unwrap_or_default()
    }

    /// What cannot be sealed is kept for the person, and the window opens the note again. The push counts as saved
    /// once the draft is.
    fn keep_draft(
        &mut self,
        handle: SessionHandle,
        sequence: u64,
        update: &[u8],
        end: EndReason,
        reason: &str,
    ) {
        let Some(session) = self.sessions.get_mut(&handle) else {
            return;
        };
        session.next_push += 1;
        let (space, note) = (session.space, session.note);
        let was_leaving = session.leaving_ms.is_some();
        let text = self.words(space, note, update);
        let op = StoreOp::Draft {
            space,
            note,
            update: update.to_vec(),
            text: text.clone(),
            reason: reason.to_owned(),
        };
        self.commit(vec![op], Pending::nothing().ack(handle, sequence, None));
        if was_leaving {
            let reason = reason.to_owned();
            self.event(Event::Notice(Notice::Drafted {
                space,
                note,
                reason,
                text,
            }));
        }
        self.end_session(handle, end);
    }
}

/// What one push became.
#[derive(Default)]
struct Sealed {
    ops: Vec<StoreOp>,
    entries: Vec<Arc<Entry>>,
    applied: Vec<Applied>,
}
