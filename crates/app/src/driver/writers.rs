//! Rust sessions: edits of the command line, made through a replica of their own and fed like a window.
//!
//! The process that holds the profile keeps one per note for all commands over its socket, and ends it
//! after 60 s without one (formats.md, Window).

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use skein_note::{Block, EditError, Note, Value, Writer};
use skein_space::{Nonce, NoteId, SpaceId};
use skein_sync::{EndReason, Input, OpenError, SessionHandle};

use super::clock::{block_id, random};
use super::moving::goes_along;
use super::windows::{end_sentence, open_error};
use super::{Driver, Reply};
use crate::config::RUST_SESSION_IDLE;
use crate::error::{AppError, Code};
use crate::view::Saved;

/// One change a command makes to a note. Each is one transaction.
#[derive(Clone, Debug)]
pub(crate) enum Writing {
    /// The first block of a new note, empty.
    Begin,
    /// Set the title.
    Title(String),
    /// Put these blocks at the end; they replace a single empty paragraph.
    Blocks(Vec<Block>),
    /// Add paragraphs at the end.
    Append(String),
    /// Delete and insert at an offset of the plain text.
    Edit {
        at: u64,
        delete: u64,
        insert: String,
    },
    /// Set a value of the note's own settings.
    Meta(String, Value),
    /// Set several at once.
    Metas(Vec<(String, Value)>),
    /// Make an empty note say what this state of another one says, with more settings of its own.
    Copy {
        state: Vec<u8>,
        more: Vec<(String, Value)>,
    },
}

/// One session and the replica behind it.
struct Session {
    space: SpaceId,
    note: NoteId,
    /// `None` until the engine has opened the note.
    writer: Option<Writer>,
    can_write: bool,
    sequence: u64,
    last_delivery: u64,
    /// Asked for before the note was open.
    early: VecDeque<(Writing, Reply<Saved>)>,
    /// Who waits for which push.
    waiting: BTreeMap<u64, Reply<Saved>>,
    /// Pushes not acknowledged, to be sent again when asked for.
    kept: BTreeMap<u64, (u64, Vec<u8>)>,
    used: Instant,
}

/// All Rust sessions, one per note.
#[derive(Default)]
pub(super) struct Writers {
    sessions: BTreeMap<SessionHandle, Session>,
}

impl Writers {
    pub(super) fn has(&self, session: SessionHandle) -> bool {
        self.sessions.contains_key(&session)
    }

    /// The process ends: gives up all sessions. What they sealed is being saved.
    pub(super) fn end_all(&mut self) -> Vec<SessionHandle> {
        std::mem::take(&mut self.sessions).into_keys().collect()
    }

    /// Tells everybody who waits for a change to be durable; the change itself goes on.
    pub(super) fn stop_waiting(&mut self, error: &dyn Fn() -> AppError) {
        for session in self.sessions.values_mut() {
            for reply in std::mem::take(&mut session.waiting).into_values() {
                // Nobody may be listening any more.
                let _ = reply.send(Err(error()));
            }
        }
    }

    fn on_note(&self, space: SpaceId, note: NoteId) -> Option<SessionHandle> {
        let on = |s: &Session| s.space == space && s.note == note;
        let mut sessions = self.sessions.iter().filter(|(_, s)| on(s));
        sessions.next().map(|(handle, _)| *handle)
    }

    /// When the session used longest ago is due to end.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let idle = self.sessions.values().filter(|s| s.waiting.is_empty());
        idle.map(|s| s.used + RUST_SESSION_IDLE).min()
    }
}

impl Driver {
    /// Makes one change to a note; answered when it is durable.
    pub(crate) fn write(
        &mut self,
        space: SpaceId,
        note: NoteId,
        what: Writing,
        reply: Reply<Saved>,
    ) {
        if let Some(error) = self.storage.refusal() {
            let _ = reply.send(Err(error));
            return;
        }
        let handle = match self.writers.on_note(space, note) {
            Some(handle) => handle,
            None => self.open_writer(space, note),
        };
        let Some(session) = self.writers.sessions.get_mut(&handle) else {
            // Opening failed at once, and whoever asked is told so by asking again.
            let _ = reply.send(Err(AppError::not_found(format!("note {note}"))));
            return;
        };
        session.used = Instant::now();
        if session.writer.is_none() {
            session.early.push_back((what, reply));
        } else {
            self.carry_out_writing(handle, what, reply);
        }
    }

    fn open_writer(&mut self, space: SpaceId, note: NoteId) -> SessionHandle {
        let handle = self.next_session();
        let session = Session {
            space,
            note,
            writer: None,
            can_write: false,
            sequence: 0,
            last_delivery: 0,
            early: VecDeque::new(),
            waiting: BTreeMap::new(),
            kept: BTreeMap::new(),
            used: Instant::now(),
        };
        self.writers.sessions.insert(handle, session);
        // Queued, not fed: the caller still has to say what it wants of the session.
        self.inbox.push_back(Input::Open {
            session: handle,
            space,
            note,
            nonce: Nonce(random()),
            replaces: None,
        });
        handle
    }

    pub(super) fn writer_opened(
        &mut self,
        handle: SessionHandle,
        client: u64,
        state: &[u8],
        can_write: bool,
    ) {
        let Some(session) = self.writers.sessions.get_mut(&handle) else {
            return;
        };
        session.can_write = can_write;
        match Writer::new(client, state) {
            Ok(writer) => session.writer = Some(writer),
            Err(error) => {
                let failed = format!(
                    "the note cannot be written on this device: {error}. nothing was changed"
                );
                self.end_writer(handle, &|| AppError::new(Code::ReadOnly, failed.clone()));
                return;
            }
        }
        for (what, reply) in std::mem::take(&mut session.early) {
            self.carry_out_writing(handle, what, reply);
        }
    }

    pub(super) fn writer_failed(&mut self, handle: SessionHandle, reason: &OpenError) {
        self.end_writer(handle, &|| open_error(reason));
    }

    pub(super) fn writer_ended(&mut self, handle: SessionHandle, reason: &EndReason) {
        let (code, message, _) = end_sentence(reason);
        self.end_writer(handle, &|| AppError::new(code, message.clone()));
    }

    /// Applies what others wrote to the session's replica, at once.
    pub(super) fn writer_deliver(
        &mut self,
        handle: SessionHandle,
        number: u64,
        updates: &[Vec<u8>],
    ) {
        let Some(session) = self.writers.sessions.get_mut(&handle) else {
            return;
        };
        let Some(writer) = &mut session.writer else {
            return;
        };
        let applied = updates.iter().try_for_each(|update| writer.apply(update));
        session.last_delivery = number;
        if let Err(error) = applied {
            tracing::warn!("a command's replica could not follow: {error}");
            let failed = "the note changed in a way this command could not follow. what was saved is kept. try again";
            self.end_writer(handle, &|| AppError::new(Code::ReadOnly, failed));
            self.inbox.push_back(Input::Close { session: handle });
        }
    }

    pub(super) fn writer_acked(&mut self, handle: SessionHandle, sequence: u64, seq: Option<u64>) {
        let Some(session) = self.writers.sessions.get(&handle) else {
            return;
        };
        let seq = seq.unwrap_or_else(|| self.own_seq(session.space));
        let Some(session) = self.writers.sessions.get_mut(&handle) else {
            return;
        };
        session.kept.remove(&sequence);
        session.used = Instant::now();
        if let Some(reply) = session.waiting.remove(&sequence) {
            let saved = Saved {
                note: session.note,
                seq,
                saved: true,
            };
            // The command may have been interrupted; what it asked for is saved all the same.
            let _ = reply.send(Ok(saved));
        }
    }

    pub(super) fn writer_resend(&mut self, handle: SessionHandle, from: u64) {
        let Some(session) = self.writers.sessions.get(&handle) else {
            return;
        };
        for (sequence, (last_delivery, update)) in session.kept.range(from..) {
            self.inbox.push_back(Input::Push {
                session: handle,
                sequence: *sequence,
                last_delivery: *last_delivery,
                update: update.clone(),
            });
        }
    }

    /// Ends sessions that no command has used for a minute.
    pub(super) fn end_idle_writers(&mut self, now: Instant) {
        let idle = |s: &Session| s.waiting.is_empty() && s.used + RUST_SESSION_IDLE <= now;
        let ended: Vec<_> = self
            .writers
            .sessions
            .iter()
            .filter(|(_, s)| idle(s))
            .map(|(h, _)| *h)
            .collect();
        for handle in ended {
            self.writers.sessions.remove(&handle);
            self.inbox.push_back(Input::Close { session: handle });
        }
    }

    fn end_writer(&mut self, handle: SessionHandle, error: &dyn Fn() -> AppError) {
        let Some(session) = self.writers.sessions.remove(&handle) else {
            return;
        };
        let early = session.early.into_iter().map(|(_, reply)| reply);
        for reply in early.chain(session.waiting.into_values()) {
            // Nobody may be listening any more.
            let _ = reply.send(Err(error()));
        }
    }

    fn carry_out_writing(&mut self, handle: SessionHandle, what: Writing, reply: Reply<Saved>) {
        let Some(session) = self.writers.sessions.get_mut(&handle) else {
            return;
        };
        let note = session.note;
        let result = match (&mut session.writer, session.can_write) {
            (Some(writer), true) => perform(writer, what),
            _ => Err(AppError::new(
                Code::NotAllowed,
                "this device may not write in this note now. nothing was changed. ask an owner",
            )),
        };
        let update = match result {
            Ok(update) => update,
            Err(error) => {
                let _ = reply.send(Err(error));
                return;
            }
        };
        if is_empty(&update) {
            let space = session.space;
            let seq = self.own_seq(space);
            let _ = reply.send(Ok(Saved {
                note,
                seq,
                saved: true,
            }));
            return;
        }
        session.sequence += 1;
        session.waiting.insert(session.sequence, reply);
        session
            .kept
            .insert(session.sequence, (session.last_delivery, update.clone()));
        self.inbox.push_back(Input::Push {
            session: handle,
            sequence: session.sequence,
            last_delivery: session.last_delivery,
            update,
        });
    }
}

/// Whether an update says nothing: no struct and no delete.
fn is_empty(update: &[u8]) -> bool {
    update.is_empty() || update == [0, 0]
}

/// Makes a change in the replica; the bytes of just that transaction.
fn perform(writer: &mut Writer, what: Writing) -> Result<Vec<u8>, AppError> {
    let mut ids = block_id;
    match what {
        Writing::Begin => writer.create(&block_id()),
        Writing::Title(title) => writer.set_title(&title),
        Writing::Blocks(blocks) => writer.append_blocks(&blocks),
        Writing::Append(text) => writer.append_text(&text, &mut ids),
        Writing::Edit { at, delete, insert } => writer.edit(at, delete, &insert, &mut ids),
        Writing::Meta(key, value) => writer.set_meta(&key, &value),
        Writing::Metas(values) => writer.set_metas(&values),
        Writing::Copy { state, more } => {
            let from = Note::from_state(&state).map_err(|error| {
                AppError::new(Code::ReadOnly, format!("{error}. nothing was changed"))
            })?;
            writer.copy(&from, &goes_along, &more)
        }
    }
    .map_err(|error| edit_error(&error))
}

fn edit_error(error: &EditError) -> AppError {
    AppError::new(Code::OutOfRange, format!("{error}. nothing was changed"))
}
