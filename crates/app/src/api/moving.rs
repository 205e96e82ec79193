//! Moving notes between spaces, and into the trash.

use skein_note::Value;
use skein_space::{NoteId, SpaceId};

use super::App;
use crate::driver::clock::wall_ms;
use crate::driver::{MOVED_FROM, TRASHED, Writing};
use crate::error::AppError;
use crate::view::{Moved, Saved};

impl App {
    /// Makes a note in another space that says what this one says, then puts this one into the trash; with `copy` it stays.
    /// The new one is durable before the old one is touched, so at every moment one of them is whole. All of the new one
    /// counts as written by this device; each names the other. What others write into the old one afterwards stays there.
    ///
    /// Needs the right to write in both; for a copy, in the other one.
    pub async fn move_note(
        &self,
        from: SpaceId,
        note: NoteId,
        to: SpaceId,
        copy: bool,
    ) -> Result<Moved, AppError> {
        let taken = self
            .ask(move |driver| driver.take_note(from, note, to, copy))
            .await?;
        let (new, at_ms) = (self.new_note_id(), wall_ms());
        let origin = (MOVED_FROM.to_owned(), place(from, note, at_ms));
        let copied = Writing::Copy {
            state: taken.state,
            more: vec![origin],
        };
        let saved = self.write(to, new, copied).await?;
        let mut moved = Moved {
            note: new,
            space: to,
            seq: saved.seq,
            saved: saved.saved,
            from: note,
            trashed: false,
            kept: None,
        };
        if copy {
            return Ok(moved);
        }
        let moved_to = place(to, new, at_ms);
        let trashed = self
            .with(move |driver, reply| {
                driver.trash_moved(from, note, taken.hash, moved_to, reply);
            })
            .await;
        match trashed {
            Ok(_) => moved.trashed = true,
            Err(error) => moved.kept = Some(error.to_string()),
        }
        Ok(moved)
    }

    /// Puts a note into the trash, or takes it out.
    pub async fn trash(
        &self,
        space: SpaceId,
        note: NoteId,
        trashed: bool,
    ) -> Result<Saved, AppError> {
        let value = if trashed {
            Value::Bool(true)
        } else {
            Value::Null
        };
        self.set_meta(space, note, TRASHED, value).await
    }
}

fn place(space: SpaceId, note: NoteId, at_ms: i64) -> Value {
    Value::String(format!("{space}/{note}/{at_ms}"))
}
