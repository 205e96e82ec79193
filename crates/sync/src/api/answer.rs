//! Answers to what shells ask.

use skein_space::{DeviceKey, NoteId, Role};

use super::NoteState;
use crate::presence::Presence;

/// A member and what it is known to hold, for a note or a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerReceipt {
    /// The member's device.
    pub device: DeviceKey,
    /// The person.
    pub person: String,
    /// The device's name.
    pub device_name: String,
    /// Its role.
    pub role: Role,
    /// Whether its stream is open.
    pub online: bool,
    /// Edit entries it is not known to hold; `None` when that cannot be said: it was never heard in this process, or
    /// what it showed of a chain cannot be compared yet.
    pub behind: Option<u64>,
    /// It holds everything but runs a version that cannot show it.
    pub needs_newer: bool,
}

/// Edits of a space that no other member is known to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OnlyHere {
    /// Written by this device.
    pub own: u64,
    /// Written by others, and held here.
    pub others: u64,
}

/// The truth about one note, for the honest line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteStatus {
    /// The note.
    pub note: NoteId,
    /// Every push of this process's sessions on it is durable.
    pub saved: bool,
    /// Whether it can be shown and written.
    pub state: NoteState,
    /// Entries not part of the note, from the roster.
    pub set_aside: u32,
    /// Whose words the note waits for.
    pub waiting_for: Option<DeviceKey>,
    /// The other members.
    pub peers: Vec<PeerReceipt>,
}

/// Somebody in a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonHere {
    /// The device.
    pub device: DeviceKey,
    /// The person.
    pub person: String,
    /// The device's name.
    pub device_name: String,
    /// The yjs client id of its session.
    pub client: u64,
    /// What it last said, with its state by this device's clock.
    pub presence: Presence,
    /// Index into the palette of twelve, the same on all devices.
    pub colour: u8,
}
