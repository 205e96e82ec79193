//! Leaving a space, and notes that go to another one.

use serde::Serialize;
use skein_app::view;
use specta::Type;

use super::Safe;

/// What leaving a space means now.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Leaving {
    others: u32,
    last_owner: bool,
    only_here: Safe,
    own_only_here: Safe,
}

impl From<view::Leaving> for Leaving {
    fn from(l: view::Leaving) -> Self {
        Self {
            others: u32::try_from(l.others).unwrap_or(u32::MAX),
            last_owner: l.last_owner,
            only_here: Safe::count(l.only_here),
            own_only_here: Safe::count(l.own_only_here),
        }
    }
}

/// A note that was moved to another space.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Moved {
    note: String,
    kept: Option<String>,
}

impl From<view::Moved> for Moved {
    fn from(m: view::Moved) -> Self {
        Self {
            note: m.note.to_string(),
            kept: m.kept,
        }
    }
}
