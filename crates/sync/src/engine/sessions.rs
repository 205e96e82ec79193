//! Sessions: the replicas of this process that have a note open, and the contract with each (formats.md, Window).
//!
//! Deliveries to a session are numbered without gaps; the engine keeps what each one carried until the window
//! has confirmed it, so that a push can be given the dependencies of what that window had seen, not of what the
//! engine had.

use std::collections::{BTreeSet, VecDeque};

use skein_space::{EntryRef, Kind, Nonce, NoteId, Role, SpaceId, planted};

use super::Engine;
use super::note::{Applied, Loaded, fold};
use crate::api::{Effect, EndReason, Event, Held, NoteState, OpenError, SessionHandle};
use crate::config;
use crate::presence::Activity;

/// How far a session's writing has come.
#[derive(Clone, Copy, Debug)]
pub(super) enum Phase {
    /// It has written nothing: no entry says it exists.
    Fresh,
    /// Its Session entry stands at this place of this device's chain.
    Writing { session: u64 },
}

/// What an applied entry does to a frontier.
#[derive(Clone, Debug)]
struct Seen {
    entry: EntryRef,
    deps: Vec<EntryRef>,
    previous: Option<EntryRef>,
}

/// One open replica.
#[derive(Debug)]
pub(super) struct Session {
    pub space: SpaceId,
    pub note: NoteId,
    pub nonce: Nonce,
    pub replaces: Option<Nonce>,
    pub client: u64,
    pub phase: Phase,
    /// The frontier the window last confirmed, without this session's own entries' pasts.
    pub confirmed: BTreeSet<EntryRef>,
    unconfirmed: VecDeque<(u64, Vec<Seen>)>,
    /// Collected in this call, sent as one delivery at its end.
    outbox: (Vec<Seen>, Vec<Vec<u8>>),
    last_delivery: u64,
    /// The next push to be sealed.
    pub next_push: u64,
    /// Acknowledged pushes, and the entry of the last.
    acked: (u64, Option<EntryRef>),
    pub caret: Option<Vec<u8>>,
    pub head: Option<Vec<u8>>,
    pub input_ms: u64,
    pub edit_ms: Option<u64>,
    pub presence_sequence: u64,
    pub presence_sent_ms: u64,
    /// When presence is next told.
    pub presence_due_ms: Option<u64>,
    pub told: Option<Activity>,
    /// Set once it was ended from this side: it takes no more deliveries, but what its window had written is still
    /// taken until the window lets go of it, or until this moment.
    pub leaving_ms: Option<u64>,
}

impl Session {
    pub fn next_deadline_ms(&self) -> Option<u64> {
        self.presence_due_ms
            .into_iter()
            .chain(self.leaving_ms)
            .min()
    }

    pub fn acked(&mut self, sequence: u64, entry: Option<EntryRef>) {
        self.acked = (self.acked.0.max(sequence), entry.or(self.acked.1));
    }

    /// The last entry acknowledged, when a push was acknowledged already.
    pub fn ack_of(&self, sequence: u64) -> Option<Option<EntryRef>> {
        (sequence <= self.acked.0).then_some(self.acked.1)
    }

    /// All pushes sealed so far are durable.
    pub fn all_acked(&self) -> bool {
        self.acked.0 + 1 >= self.next_push
    }

    /// The window had applied deliveries up to this one: its frontier moves on.
    pub fn confirm(&mut self, delivery: u64) {
        while self
            .unconfirmed
            .front()
            .is_some_and(|(number, _)| *number <= delivery)
        {
            let Some((_, seen)) = self.unconfirmed.pop_front() else {
                break;
            };
            for one in seen {
                fold(&mut self.confirmed, one.entry, &one.deps, one.previous);
            }
        }
    }

    /// An own entry was sealed on top of everything confirmed.
    pub fn sealed(&mut self, entry: EntryRef, deps: &[EntryRef], previous: Option<EntryRef>) {
        fold(&mut self.confirmed, entry, deps, previous);
    }
}

impl Engine {
    pub(super) fn open(
        &mut self,
        held: &dyn Held,
        session: SessionHandle,
        space: SpaceId,
        note: NoteId,
        nonce: Nonce,
        replaces: Option<Nonce>,
    ) {
        let reason = match self.load(held, space, note) {
            Ok(true) => None,
            Ok(false) => Some(OpenError::NoSuchSpace),
            Err(e) => Some(OpenError::Unreadable(e.0)),
        };
        let broken = self.loaded(space, note).is_some_and(|l| l.broken);
        let reason = reason.or(broken.then_some(OpenError::Broken));
        let me = self.device();
        let nonce = if planted!(NonceReused) {
            Nonce([7; 16])
        } else {
            nonce
        };
        let client = skein_space::client_id(&me, &note, &nonce);
        let (Some(client), None) = (client, &reason) else {
            let reason = reason.unwrap_or(OpenError::Unreadable(
                "a session id came out as zero; open again".into(),
            ));
            return self.out.push(Effect::OpenFailed { session, reason });
        };
        let now_ms = self.now.mono_ms;
        let can_write = self.may_write(space) && self.writable_state(space, note);
        let Some(loaded) = self
            .spaces
            .get_mut(&space)
            .and_then(|s| s.loaded.get_mut(&note))
        else {
            return;
        };
        loaded.open.insert(session);
        let confirmed = loaded.frontier.clone();
        let is_new =
            loaded.applied.is_empty() && loaded.waiting.is_empty() && loaded.refused.is_empty();
        let state = loaded.doc.state();
        self.sessions.insert(
            session,
            Session {
                space,
                note,
                nonce,
                replaces,
                client,
                phase: Phase::Fresh,
                confirmed,
                unconfirmed: VecDeque::new(),
                outbox: Default::default(),
                last_delivery: 0,
                next_push: 1,
                acked: (0, None),
                caret: None,
                head: None,
                input_ms: now_ms,
                edit_ms: None,
                presence_sequence: 0,
                presence_sent_ms: 0,
                presence_due_ms: None,
                told: None,
                leaving_ms: None,
            },
        );
        self.out.push(Effect::Opened {
            session,
            client,
            state,
            can_write,
            is_new,
        });
        self.event(Event::PresenceChanged { space, note });
    }

    pub(super) fn close(&mut self, session: SessionHandle) {
        self.say_goodbye(session);
        let Some(ended) = self.sessions.remove(&session) else {
            return;
        };
        let Some(space) = self.spaces.get_mut(&ended.space) else {
            return;
        };
        if let Some(loaded) = space.loaded.get_mut(&ended.note) {
            loaded.open.remove(&session);
        }
        // Now, not in a second: the process may be about to end.
        if space.stale_rows.remove(&ended.note).is_some() {
            self.renew_row(ended.space, ended.note);
        }
    }

    /// Ends a session from this side; the window hands over what it has written and opens the note again.
    pub(super) fn end_session(&mut self, session: SessionHandle, reason: EndReason) {
        self.say_goodbye(session);
        let until_ms = self.now.mono_ms + config::LEAVING_MS;
        let Some(ended) = self.sessions.get_mut(&session) else {
            return;
        };
        if ended.leaving_ms.is_some() {
            return;
        }
        ended.leaving_ms = Some(until_ms);
        ended.presence_due_ms = None;
        let (space, note) = (ended.space, ended.note);
        if let Some(loaded) = self
            .spaces
            .get_mut(&space)
            .and_then(|s| s.loaded.get_mut(&note))
        {
            loaded.open.remove(&session);
        }
        self.out.push(Effect::Ended { session, reason });
    }

    /// Lets go of ended sessions whose window never did.
    pub(super) fn leaving_timers(&mut self) {
        let now_ms = self.now.mono_ms;
        let over = |s: &Session| s.leaving_ms.is_some_and(|until| until <= now_ms);
        let gone: Vec<_> = self.sessions.iter().filter(|(_, s)| over(s)).collect();
        let gone: Vec<SessionHandle> = gone.into_iter().map(|(handle, _)| *handle).collect();
        gone.into_iter().for_each(|handle| self.close(handle));
    }

    pub(super) fn loaded(&self, space: SpaceId, note: NoteId) -> Option<&Loaded> {
        self.spaces.get(&space)?.loaded.get(&note)
    }

    /// Whether this device may write in a space, as far as it knows.
    pub(super) fn may_write(&self, space: SpaceId) -> bool {
        self.spaces
            .get(&space)
            .and_then(super::space::Space::role_here)
            .is_some_and(|role| role >= Role::Editor)
    }

    /// The sessions that have a note open, but this one.
    pub(super) fn readers(
        &self,
        space: SpaceId,
        note: NoteId,
        but: Option<SessionHandle>,
    ) -> BTreeSet<SessionHandle> {
        let open = self.loaded(space, note).map(|l| l.open.clone());
        let mut readers = open.unwrap_or_default();
        readers.retain(|handle| Some(*handle) != but);
        readers
    }

    /// Puts an applied entry into the next delivery of those who had the note open when it was applied. Who opened the
    /// note later has it; and in a note built anew since, its bytes may name other words.
    pub(super) fn queue_delivery(&mut self, applied: &Applied, readers: &BTreeSet<SessionHandle>) {
        let h = applied.entry.header();
        for handle in readers {
            let session = self.sessions.get_mut(handle);
            let Some(session) = session.filter(|session| session.leaving_ms.is_none()) else {
                continue;
            };
            session.outbox.0.push(Seen {
                entry: applied.entry.reference(),
                deps: h.deps.clone(),
                previous: applied.previous,
            });
            if h.kind == Kind::Edit {
                session.outbox.1.push(applied.bytes().to_vec());
            }
        }
    }

    /// Sends what was collected, one numbered delivery per session and call.
    pub(super) fn flush_deliveries(&mut self) {
        let mut stuck = Vec::new();
        for (handle, session) in &mut self.sessions {
            if session.outbox.0.is_empty() {
                continue;
            }
            let (seen, updates) = std::mem::take(&mut session.outbox);
            session.last_delivery += 1;
            let number = session.last_delivery;
            session.unconfirmed.push_back((number, seen));
            self.out.push(Effect::Deliver {
                session: *handle,
                number,
                updates,
            });
            if session.unconfirmed.len() > config::UNCONFIRMED_MAX {
                stuck.push(*handle);
            }
        }
        for handle in stuck {
            self.end_session(handle, EndReason::Reopen);
        }
    }

    /// Summaries of longer notes, made anew at most once a second.
    pub(super) fn row_timers(&mut self, held: &dyn Held) {
        let now_ms = self.now.mono_ms;
        let mut due: Vec<(SpaceId, NoteId)> = Vec::new();
        for s in self.spaces.values_mut() {
            let stale = s.stale_rows.iter().filter(|(_, at_ms)| **at_ms <= now_ms);
            due.extend(stale.map(|(note, _)| (s.id, *note)));
            s.stale_rows.retain(|_, at_ms| *at_ms > now_ms);
        }
        for (space, note) in due {
            // One that cannot be read now says so by itself when it is opened; its row stays marked.
            if self.load(held, space, note).is_err() {
                continue;
            }
            self.renew_row(space, note);
        }
    }

    pub(super) fn renew_row(&mut self, space: SpaceId, note: NoteId) {
        let Some(row) = self.loaded(space, note).map(super::load::row_of) else {
            return;
        };
        if let Some(s) = self.spaces.get_mut(&space) {
            s.rows.insert(note, row.clone());
        }
        let op = crate::api::StoreOp::NoteRow { space, note, row };
        self.commit(vec![op], super::commit::Pending::nothing());
        self.event(Event::NoteChanged { space, note });
    }

    /// Whether a note may be written, apart from roles.
    pub(super) fn writable_state(&self, space: SpaceId, note: NoteId) -> bool {
        self.loaded(space, note)
            .is_some_and(|l| matches!(l.state(), NoteState::Ok | NoteState::Waiting))
    }
}
