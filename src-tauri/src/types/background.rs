//! How Skein goes on without its window, for the sheet of settings.

use serde::Serialize;
use specta::Type;

use crate::background::{Tray, keeps_syncing};

/// As it is now.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Background {
    /// Closing the window leaves Skein running, wherever it can be brought back.
    keep_syncing: bool,
    /// A closed window can be brought back here: without that, closing it quits.
    tray: bool,
    /// The next login starts Skein; `null` where this system starts nothing that way.
    at_login: Option<bool>,
}

impl Background {
    /// From what a person said, what the desktop shows, and what the autostart folder holds.
    pub fn new(said: Option<bool>, tray: Tray, at_login: Option<bool>) -> Self {
        Self {
            keep_syncing: keeps_syncing(said, tray),
            tray: tray.brings_back(),
            at_login,
        }
    }
}
