//! What spaces are called: the `name` in each space's own note.

use std::collections::BTreeMap;

use skein_note::Value;
use skein_space::{NoteId, SpaceId};
use skein_store::Op;

use super::Driver;

/// What a space is called whose own note has not come yet and whose name nobody told.
const NAMELESS: &str = "Untitled space";

/// Names by space, as last read.
#[derive(Default)]
pub(super) struct SpaceNames(BTreeMap<SpaceId, String>);

/// The space's own note has the space's id (formats.md).
pub(crate) fn own_note(space: SpaceId) -> NoteId {
    NoteId(space.0)
}

fn told_key(space: SpaceId) -> String {
    format!("space_name/{space}")
}

impl Driver {
    /// The space's name.
    pub(super) fn space_name(&mut self, space: SpaceId) -> String {
        if let Some(name) = self.names.0.get(&space) {
            return name.clone();
        }
        self.read_space_name(space)
    }

    /// Reads the name again: the space's own note changed.
    pub(super) fn read_space_name(&mut self, space: SpaceId) -> String {
        let note = self.engine.note(&self.held, space, own_note(space));
        let written = match note {
            Ok(Some(note)) => match note.projection().meta.remove("name") {
                Some(Value::String(name)) if !name.trim().is_empty() => Some(name),
                _ => None,
            },
            Ok(None) => None,
            Err(error) => {
                tracing::warn!("the name of a space could not be read: {error}");
                None
            }
        };
        self.held.loading_done();
        let Some(name) = written else {
            let told = self.held.reader().local(&told_key(space)).ok().flatten();
            let told = told.and_then(|bytes| String::from_utf8(bytes).ok());
            return told.unwrap_or_else(|| NAMELESS.into());
        };
        self.names.0.insert(space, name.clone());
        name
    }

    /// Remembers the name an inviter told, until the space's own note is here.
    pub(crate) fn remember_told_name(&mut self, space: SpaceId, name: &str) {
        self.submit(vec![Op::Local(
            told_key(space),
            Some(name.as_bytes().to_vec()),
        )]);
    }
}
