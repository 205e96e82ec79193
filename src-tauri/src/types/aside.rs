//! What is set aside, as the page reads it.

use serde::Serialize;
use skein_app::view;
use specta::Type;

use super::Safe;

/// What is held of somebody in a note and is no part of it.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SetAside {
    note: String,
    title: String,
    device: String,
    by: String,
    edits: Safe,
    can_come_in: bool,
    words: String,
}

impl From<view::SetAside> for SetAside {
    fn from(one: view::SetAside) -> Self {
        Self {
            note: one.note.to_string(),
            title: one.title,
            device: one.device.to_string(),
            by: one.by,
            edits: Safe::count(one.edits),
            can_come_in: one.can_come_in,
            words: one.words,
        }
    }
}
