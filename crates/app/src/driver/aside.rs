//! What is set aside of people who were lowered, for people to see, and an owner's word that brings it in.

use skein_space::{DeviceKey, NoteId, SpaceId};
use skein_sync::{Input, TakeInError};

use super::execute::Asked;
use super::questions::unreadable;
use super::{Driver, Reply};
use crate::error::{AppError, Code};
use crate::view::SetAside;

impl Driver {
    /// What is set aside in a space, by note and author.
    pub(crate) fn set_aside(&mut self, space: SpaceId) -> Result<Vec<SetAside>, AppError> {
        let all = self.engine.set_aside(&self.held, space);
        self.held.loading_done();
        let all = all.map_err(|error| unreadable(&error))?.into_iter();
        Ok(all
            .map(|one| SetAside {
                note: one.note,
                title: self.title_of(space, one.note),
                device: one.device,
                by: self.device_words(one.device),
                edits: one.edits,
                can_come_in: one.can_come_in,
                // Blocks are parted by a blank in the words, the last one too.
                words: one.words.trim().to_owned(),
            })
            .collect())
    }

    /// Brings in what is set aside of a member; answered with how many edits that were, once it is durable.
    pub(crate) fn take_in(&mut self, space: SpaceId, subject: DeviceKey, reply: Reply<u64>) {
        let request = self.next_request();
        self.requests.insert(request, Asked::TakenIn(reply));
        self.feed(Input::TakeIn {
            request,
            space,
            subject,
        });
        self.held.loading_done();
    }

    fn title_of(&self, space: SpaceId, note: NoteId) -> String {
        let row = self.engine.row(space, note);
        let title = row.map(|row| row.summary.title.clone());
        title.unwrap_or_default()
    }
}

/// Why not, for a person.
pub(super) fn not_taken_in(error: &TakeInError) -> AppError {
    let code = match error {
        TakeInError::NoSuchSpace | TakeInError::Nothing => Code::NotFound,
        TakeInError::NotOwner | TakeInError::Invalid(_) => Code::NotAllowed,
        TakeInError::Unreadable(_) => Code::Storage,
    };
    AppError::new(code, format!("{error}. nothing was changed"))
}
