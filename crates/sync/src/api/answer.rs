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
    /// Valid edits that are not part of the note, from the roster.
    pub set_aside: u32,
    /// Whose words the note waits for.
    pub waiting_for: Option<DeviceKey>,
    /// The other members.
    pub peers: Vec<PeerReceipt>,
}

/// What is held of somebody in a note and is no part of it, by the roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// The note.
    pub note: NoteId,
    /// Who wrote it.
    pub device: DeviceKey,
    /// How many edits.
    pub edits: u64,
    /// Whether an owner can bring it in: a cut is what keeps it out, and not that its author never might write.
    pub can_come_in: bool,
    /// The words they write, in no particular order of places; cut at [`crate::config::ASIDE_WORDS_BYTES`].
    pub words: String,
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
