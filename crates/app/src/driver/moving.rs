//! Moving a note to another space: the new one is whole and on disk before the old one goes into the trash.

use skein_note::Value;
use skein_space::{NoteId, Role, SpaceId};
use skein_sync::NoteState;

use super::{Driver, Reply, Writing, own_note};
use crate::error::{AppError, Code};
use crate::view::Saved;

/// In the trash.
pub(crate) const TRASHED: &str = "trashed";
/// In a note that came from another space: `<space>/<note>/<Unix ms>`, one string, since the bytes of a map with several
/// entries would come in the order of a hash map. Ids only: the other space's name and members are its own.
pub(crate) const MOVED_FROM: &str = "moved_from";
/// In a note in the trash that went to another space, the same.
pub(crate) const MOVED_TO: &str = "moved_to";

/// Whether a setting of a note goes along to its copy.
pub(super) fn goes_along(key: &str) -> bool {
    ![TRASHED, MOVED_FROM, MOVED_TO].contains(&key)
}

/// A note as it was when it was taken.
pub(crate) struct Taken {
    pub state: Vec<u8>,
    pub hash: [u8; 32],
}

fn not(why: String) -> AppError {
    AppError::new(Code::NotAllowed, format!("{why}. nothing was changed"))
}

impl Driver {
    /// A note, to be copied into another space; an error where it cannot be, or this device may not.
    pub(crate) fn take_note(
        &mut self,
        from: SpaceId,
        note: NoteId,
        to: SpaceId,
        copy: bool,
    ) -> Result<Taken, AppError> {
        let (here, there) = (self.space_name(from), self.space_name(to));
        if from == to {
            return Err(not(format!("the note is in {here} already")));
        }
        let known = self.engine.row(from, note).map(|row| row.state);
        if note == own_note(from) || known.is_none() {
            return Err(AppError::not_found(format!("note {note}")));
        }
        if self.engine.role(to) < Some(Role::Editor) {
            return Err(not(format!("this device may not write in {there}")));
        }
        if !copy && self.engine.role(from) < Some(Role::Editor) {
            return Err(not(format!(
                "this device may not write in {here}, so the note cannot be taken out of it: it can be copied"
            )));
        }
        if known != Some(NoteState::Ok) {
            return Err(not(
                "not all of the note is here or can be shown here, so a copy would lack words"
                    .into(),
            ));
        }
        let document = self.engine.note(&self.held, from, note);
        let taken = document.map(|document| {
            document.map(|document| Taken {
                state: document.state(),
                hash: document.hash(),
            })
        });
        self.held.loading_done();
        let unreadable = |error| not(format!("the note could not be read from disk: {error}"));
        taken
            .map_err(unreadable)?
            .ok_or_else(|| AppError::not_found(format!("note {note}")))
    }

    /// Puts a note into the trash that was copied to another space, unless it says something else by now.
    pub(crate) fn trash_moved(
        &mut self,
        space: SpaceId,
        note: NoteId,
        taken: [u8; 32],
        moved_to: Value,
        reply: Reply<Saved>,
    ) {
        match self.hash(space, note) {
            Ok(now) if now == taken => {
                let values = vec![
                    (MOVED_TO.to_owned(), moved_to),
                    (TRASHED.to_owned(), Value::Bool(true)),
                ];
                self.write(space, note, Writing::Metas(values), reply);
            }
            Ok(_) => {
                let why = "somebody wrote in it while it was copied, so both are kept";
                // Whoever asked may have gone.
                let _ = reply.send(Err(AppError::new(Code::Refused, why)));
            }
            Err(error) => {
                let _ = reply.send(Err(error));
            }
        }
    }
}
