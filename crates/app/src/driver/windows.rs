//! Sessions of windows: what the engine says to a session goes into that window's channel.

use std::collections::BTreeMap;

use skein_space::{Nonce, NoteId, SpaceId};
use skein_sync::{EndReason, Input, OpenError, SessionHandle};
use tokio::sync::mpsc;

use super::clock::random;
use super::{Driver, Reply};
use crate::config::SESSION_QUEUE;
use crate::error::{AppError, Code};
use crate::view::{DocMessage, PersonHere, PersonState};

/// A note opened by a window.
#[derive(Debug)]
pub struct OpenedNote {
    /// Handle of the session, in every later call.
    pub session: u32,
    /// The yjs client id the window must write under, below 2⁵³.
    pub client_id: u64,
    /// The note as one v1 update: delivery number 0.
    pub state: Vec<u8>,
    /// Whether this device may write here now.
    pub can_write: bool,
    /// Whether nobody has written this note yet: the window holds its first block until the first character.
    pub is_new: bool,
    /// Everything the session is told, in order. When it ends without a [`DocMessage::Reset`], the window
    /// fell too far behind and opens the note again.
    pub messages: mpsc::Receiver<DocMessage>,
}

/// One session of a window.
pub(super) struct Seat {
    pub space: SpaceId,
    pub note: NoteId,
    nonce: Nonce,
    client_id: u64,
    messages: mpsc::Sender<DocMessage>,
    /// The first push that was not taken because nothing could be saved.
    turned_away: Option<u64>,
    /// Until the engine has opened the note.
    opening: Option<(Reply<OpenedNote>, mpsc::Receiver<DocMessage>)>,
}

/// All sessions of windows.
#[derive(Default)]
pub(super) struct Windows {
    seats: BTreeMap<SessionHandle, Seat>,
}

impl Windows {
    pub(super) fn on_note(&self, space: SpaceId, note: NoteId) -> Vec<SessionHandle> {
        let on = |seat: &Seat| seat.space == space && seat.note == note;
        let seats = self.seats.iter().filter(|(_, seat)| on(seat));
        seats.map(|(session, _)| *session).collect()
    }

    pub(super) fn notes(&self) -> Vec<(SpaceId, NoteId)> {
        let mut notes: Vec<_> = self.seats.values().map(|s| (s.space, s.note)).collect();
        notes.sort_unstable();
        notes.dedup();
        notes
    }

    pub(super) fn sessions(&self) -> Vec<SessionHandle> {
        self.seats.keys().copied().collect()
    }

    /// Does not take a push, once with words for each session.
    fn turn_away(&mut self, session: SessionHandle, sequence: u64, error: &AppError) {
        let Some(seat) = self.seats.get_mut(&session) else {
            return;
        };
        let first = seat.turned_away.is_none();
        seat.turned_away = Some(seat.turned_away.map_or(sequence, |s| s.min(sequence)));
        if first {
            let message = DocMessage::Error {
                code: error.code(),
                message: error.to_string(),
                copy: None,
            };
            self.tell(session, message);
        }
    }

    /// Saving works again: asks every window for what was not taken.
    pub(super) fn ask_again(&mut self) {
        let waiting: Vec<_> = self
            .seats
            .iter_mut()
            .filter_map(|(session, seat)| Some((*session, seat.turned_away.take()?)))
            .collect();
        for (session, from) in waiting {
            self.tell(session, DocMessage::Resend { from });
        }
    }

    /// Tells a session something. One that does not read is let go: its channel ends, which its window
    /// takes as a reset.
    pub(super) fn tell(&mut self, session: SessionHandle, message: DocMessage) {
        if let Some(seat) = self.seats.get_mut(&session)
            && let Err(error) = seat.messages.try_send(message)
        {
            if matches!(error, mpsc::error::TrySendError::Full(_)) {
                tracing::warn!("a window does not read its messages; its session is let go");
            }
            let (closed, _) = mpsc::channel(1);
            seat.messages = closed;
        }
    }
}

impl Driver {
    pub(crate) fn open_note(
        &mut self,
        space: SpaceId,
        note: NoteId,
        replaces: Option<u32>,
        reply: Reply<OpenedNote>,
    ) {
        let session = self.next_session();
        let nonce = Nonce(random());
        let replaces = replaces
            .and_then(|old| self.windows.seats.get(&SessionHandle(old)))
            .filter(|old| old.note == note)
            .map(|old| old.nonce);
        let (sender, receiver) = mpsc::channel(SESSION_QUEUE);
        let seat = Seat {
            space,
            note,
            nonce,
            client_id: 0,
            messages: sender,
            turned_away: None,
            opening: Some((reply, receiver)),
        };
        self.windows.seats.insert(session, seat);
        self.feed(Input::Open {
            session,
            space,
            note,
            nonce,
            replaces,
        });
    }

    /// Takes a window's edit in. Its acknowledgement comes over the session's channel. While nothing can
    /// be saved the window is told so and keeps its edit.
    pub(crate) fn push(
        &mut self,
        session: u32,
        sequence: u64,
        last_delivery: u64,
        update: Vec<u8>,
    ) {
        let session = SessionHandle(session);
        if let Some(error) = self.storage.refusal() {
            self.windows.turn_away(session, sequence, &error);
            return;
        }
        self.feed(Input::Push {
            session,
            sequence,
            last_delivery,
            update,
        });
    }

    pub(crate) fn caret(&mut self, session: u32, caret: Option<Vec<u8>>, head: Option<Vec<u8>>) {
        self.feed(Input::Caret {
            session: SessionHandle(session),
            caret,
            head,
        });
    }

    pub(crate) fn close_note(&mut self, session: u32) {
        let session = SessionHandle(session);
        self.windows.seats.remove(&session);
        self.feed(Input::Close { session });
    }

    pub(super) fn window_opened(
        &mut self,
        session: SessionHandle,
        client_id: u64,
        state: Vec<u8>,
        can_write: bool,
        is_new: bool,
    ) {
        let Some(seat) = self.windows.seats.get_mut(&session) else {
            return;
        };
        seat.client_id = client_id;
        let (space, note) = (seat.space, seat.note);
        let Some((reply, messages)) = seat.opening.take() else {
            return;
        };
        let opened = OpenedNote {
            session: session.0,
            client_id,
            state,
            can_write,
            is_new,
            messages,
        };
        if reply.send(Ok(opened)).is_err() {
            self.close_note(session.0);
            return;
        }
        self.tell_people(space, note);
        self.follow(space, note);
        // A note that nobody has written yet is in no list to be asked about by.
        self.status_changed();
    }

    pub(super) fn window_failed(&mut self, session: SessionHandle, reason: &OpenError) {
        let seat = self.windows.seats.remove(&session);
        if let Some((reply, _)) = seat.and_then(|seat| seat.opening) {
            // Whoever asked may have gone.
            let _ = reply.send(Err(open_error(reason)));
        }
    }

    /// A window's session ended in the engine; the window opens the note again.
    pub(super) fn window_ended(&mut self, session: SessionHandle, reason: EndReason) {
        let (code, message, copy) = end_sentence(&reason);
        if let EndReason::PushRefused { .. } | EndReason::NotAllowed = reason {
            self.windows.tell(
                session,
                DocMessage::Error {
                    code,
                    message: message.clone(),
                    copy,
                },
            );
        }
        // Its seat stays until it is closed: what it had written is handed over first, and acknowledged.
        self.windows
            .tell(session, DocMessage::Reset { reason: message });
    }

    /// Tells every window on a note who else is in it.
    pub(super) fn tell_people(&mut self, space: SpaceId, note: NoteId) {
        let sessions = self.windows.on_note(space, note);
        if sessions.is_empty() {
            return;
        }
        let people: Vec<PersonHere> = self
            .engine
            .people(space, note)
            .into_iter()
            .map(person_here)
            .collect();
        for session in sessions {
            let people = people.clone();
            self.windows.tell(session, DocMessage::Presence { people });
        }
    }
}

/// What the engine says of somebody in a note, for shells.
pub(super) fn person_here(person: skein_sync::PersonHere) -> PersonHere {
    use skein_sync::presence::Activity;
    let position = |bytes: Vec<u8>| Some(bytes).filter(|bytes| !bytes.is_empty());
    PersonHere {
        device: person.device,
        person: person.person,
        device_name: person.device_name,
        client_id: person.client,
        state: match person.presence.state {
            Activity::Editing => PersonState::Editing,
            Activity::Viewing => PersonState::Viewing,
            Activity::Idle => PersonState::Idle,
            Activity::Offline => PersonState::Offline,
        },
        colour: person.colour,
        caret: position(person.presence.caret),
        head: position(person.presence.head),
    }
}

pub(super) fn open_error(reason: &OpenError) -> AppError {
    match reason {
        OpenError::NoSuchSpace => AppError::new(Code::NotFound, reason.to_string()),
        OpenError::Unreadable(_) => AppError::new(
            Code::Storage,
            format!("{reason}. the rest of the profile works. run `skein verify`"),
        ),
        OpenError::Broken => AppError::new(Code::ReadOnly, reason.to_string()),
    }
}

/// Code, sentence and text to copy of a session's end.
pub(super) fn end_sentence(reason: &EndReason) -> (Code, String, Option<String>) {
    match reason {
        EndReason::PushRefused { reason, text } => (
            Code::Refused,
            format!(
                "this change could not be kept in the note: {reason}. it is in your drafts, and the note \
                 is opened again without it"
            ),
            Some(text.clone()),
        ),
        EndReason::NotAllowed => (
            Code::NotAllowed,
            "you may read this space and not write in it. nothing was changed. ask an owner".into(),
            None,
        ),
        EndReason::Broken => (
            Code::ReadOnly,
            "this note cannot be shown on this device any more. everything written in it is kept".into(),
            None,
        ),
        EndReason::Rebuilt { gone } => (
            Code::ReadOnly,
            format!(
                "{} by somebody who may not write here any more {} set aside: kept on this device, and \
                 not part of the note",
                if *gone == 1 {
                    "an edit".to_owned()
                } else {
                    format!("{gone} edits")
                },
                if *gone == 1 { "is" } else { "are" },
            ),
            None,
        ),
        EndReason::Divided => (
            Code::ReadOnly,
            "a copy of a device wrote on under the same name as its original. the words of both are kept \
             and in the note, which is opened again"
                .into(),
            None,
        ),
        EndReason::ReadAgain => (
            Code::ReadOnly,
            "the note was read again from this device's log. everything saved is in it".into(),
            None,
        ),
        EndReason::Reopen => (
            Code::ReadOnly,
            "this device's log begins anew after a copy or a restore. everything saved is kept, and the \
             note is opened again"
                .into(),
            None,
        ),
    }
}
