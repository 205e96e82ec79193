//! What shells are told: rows and answers, apart from wire frames and database rows.
//!
//! As JSON these are the contract of the command line (cli.md): fields are added, never
//! changed. Ids are lower-case hex, absent values null, times Unix milliseconds.

mod doctor;
mod key;
mod members;
mod pairing;

use serde::{Deserialize, Serialize};
use skein_space::{DeviceKey, Incarnation, NoteId, SpaceId};

pub use doctor::{Cause, Diagnosis, Ended, Finding, Tried};
pub use key::KeyView;
pub use members::{Agreed, Cut, Leaving, MemberRow, Role, RoleChanged, SetAside, TakenIn};
pub use pairing::{
    Giving, Invitation, Inviting, InvitingOver, Joined, LeftOut, Missed, NamedSpace, Nearby,
    Offering, Picture, Shown, Welcomed, WhyLeftOut,
};

/// Whether a note can be shown and written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteState {
    /// Everything held is applied.
    Ok,
    /// Something held waits for words that are not here.
    Waiting,
    /// Something held was made by a newer Skein, or this device may not write here.
    ReadOnly,
    /// The document failed on this device.
    Broken,
}

/// This device and its spaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// This device.
    pub device: DeviceKey,
    /// The person's name.
    pub person: String,
    /// The device's name.
    pub device_name: String,
    /// The spaces this device is in.
    pub spaces: Vec<SpaceRow>,
    /// The space that a command without `--space` and a new note go to.
    pub default_space: Option<SpaceId>,
    /// Whether the offline switch is on.
    pub offline: bool,
    /// The addresses this process listens on, as another device would be told them.
    pub listening: Vec<String>,
}

/// One space, for lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpaceRow {
    /// The space.
    pub id: SpaceId,
    /// Its name, from its own note.
    pub name: String,
    /// This device's role in it; `None` when it is out.
    pub role: Option<Role>,
    /// It is out because it left by itself.
    #[serde(default)]
    pub left: bool,
    /// Whether anybody may still say who is in it.
    #[serde(default)]
    pub standing: Standing,
    /// Members with a role.
    pub members: usize,
    /// Notes in it, trashed ones included.
    pub notes: usize,
}

/// Whether anybody may still say who is in a space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// No device is an owner: writing goes on, and nobody can be let in or taken out.
    pub ownerless: bool,
    /// It was founded with a recovery key: whoever has it on paper can become an owner.
    pub recoverable: bool,
}

/// A space that was just made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpaceMade {
    /// The space.
    pub space: SpaceId,
    /// Its recovery key, where one was wanted. It is kept nowhere: this is the only time it can be read.
    pub recovery_key: Option<String>,
}

/// One note, for lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteLine {
    /// The note.
    pub id: NoteId,
    /// Its title.
    pub title: String,
    /// Its space.
    pub space: SpaceId,
    /// Its folder, if any.
    pub folder: Option<String>,
    /// Its tags, in order.
    pub tags: Vec<String>,
    /// The latest time an edit of it claims.
    pub modified_ms: i64,
    /// Words in title and text.
    pub words: u64,
    /// Whether it can be shown and written.
    pub state: NoteState,
    /// The beginning of its text, at most 160 characters.
    pub preview: String,
    /// Whether it stands first in lists.
    pub pinned: bool,
    /// Whether it lies in the trash.
    pub trashed: bool,
    /// Whether some other member is known to store all of it.
    pub held_by_others: bool,
}

/// What became durable, and where it stands in this device's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// The note.
    pub note: NoteId,
    /// The place in this device's chain of the last entry it became.
    pub seq: u64,
    /// Always true: the answer is given after the commit.
    pub saved: bool,
}

/// What became of a note that was moved or copied to another space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The new note.
    pub note: NoteId,
    /// Its space.
    pub space: SpaceId,
    /// The place in this device's chain there of the last entry it became.
    pub seq: u64,
    /// Always true: the answer is given after the commit.
    pub saved: bool,
    /// The old note.
    pub from: NoteId,
    /// The old note lies in the trash of its space.
    pub trashed: bool,
    /// Why it does not, where it was to; the new note is whole all the same.
    pub kept: Option<String>,
}

/// One known device, for `peer list`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerRow {
    /// The device; `None` for an address nobody has answered at yet.
    pub device: Option<DeviceKey>,
    /// The person.
    pub person: Option<String>,
    /// Addresses it was reached at, or that a person gave.
    pub addresses: Vec<String>,
    /// Whether it is connected now.
    pub online: bool,
    /// When it was last connected, in Unix milliseconds.
    pub last_seen_ms: Option<i64>,
}

/// What came of `peer add`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerAdded {
    /// The address, kept for later starts.
    pub address: String,
    /// Whether a member answered there now.
    pub reached: bool,
    /// Which.
    pub device: Option<DeviceKey>,
}

/// One tip of this device's heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Whose chain.
    pub device: DeviceKey,
    /// Which incarnation of it.
    pub incarnation: Incarnation,
    /// Which log.
    pub log: LogName,
    /// The last durable place.
    pub seq: u64,
}

/// The two logs of a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogName {
    /// Who may write.
    Roster,
    /// What they wrote.
    Notes,
}

impl From<skein_space::Log> for LogName {
    fn from(log: skein_space::Log) -> Self {
        match log {
            skein_space::Log::Roster => LogName::Roster,
            skein_space::Log::Notes => LogName::Notes,
        }
    }
}

/// What another member is known to hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerStatus {
    /// The device.
    pub device: DeviceKey,
    /// The person.
    pub person: String,
    /// The device's name.
    pub device_name: String,
    /// Whether it is connected now.
    pub online: bool,
    /// Edit entries it is not known to hold; `None` when it was never heard.
    pub behind: Option<u64>,
    /// It holds everything and runs a version that cannot show it.
    pub needs_newer: bool,
}

/// One space in `status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpaceStatus {
    /// The space.
    pub id: SpaceId,
    /// Its name.
    pub name: String,
    /// What is durable here.
    pub heads: Vec<Head>,
    /// This device takes no part in it: it was removed, or left.
    #[serde(default)]
    pub out: bool,
    /// The other members; none where this device is out, since nothing is heard of them.
    pub peers: Vec<PeerStatus>,
}

/// The answer to `status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// This device.
    pub device: DeviceKey,
    /// Whether the offline switch is on.
    pub offline: bool,
    /// Less than 1 GiB of the disk is free, so what others write is not taken in.
    #[serde(default)]
    pub disk_low: bool,
    /// Its spaces.
    pub spaces: Vec<SpaceStatus>,
}

/// The truth about one note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteStatus {
    /// The note.
    pub note: NoteId,
    /// Every edit that reached this process is durable.
    pub saved: bool,
    /// Whether it can be shown and written.
    pub state: NoteState,
    /// Whether the offline switch is on.
    pub offline: bool,
    /// Less than 1 GiB of the disk is free, so what others write is not taken in.
    #[serde(default)]
    pub disk_low: bool,
    /// Edits held that are not part of the note.
    pub set_aside: u32,
    /// Whose words the note waits for: "Ben's laptop".
    pub waiting_for: Option<String>,
    /// The other members.
    pub peers: Vec<PeerStatus>,
}

/// The answer to `wait --heads-equal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waited {
    /// Always true: a time-out is an error.
    pub equal: bool,
    /// Members that showed heads equal to ours.
    pub peers: usize,
    /// How long it took.
    pub waited_ms: u64,
}

/// The answer to `verify`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// Whether nothing is wrong.
    pub ok: bool,
    /// Entries checked: chain, payload hash, signature.
    pub entries: u64,
    /// Notes rebuilt from the log and compared.
    pub notes: u64,
    /// Notes that wait for words that are not here.
    pub waiting: u64,
    /// Edits held that are not part of their note.
    pub set_aside: u64,
    /// Entries the gate refused.
    pub refused: u64,
    /// What is wrong, a sentence each.
    pub problems: Vec<String>,
}

/// What `init` made or found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Initialised {
    /// This device.
    pub device: DeviceKey,
    /// The person's name.
    pub person: String,
    /// The device's name.
    pub device_name: String,
    /// The default space.
    pub space: SpaceId,
}

/// A presence state, by this device's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PersonState {
    /// An edit in the last 10 s.
    Editing,
    /// The note is open.
    Viewing,
    /// No input for 300 s.
    Idle,
    /// Nothing heard for 30 s, or goodbye.
    Offline,
}

/// Somebody in a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonHere {
    /// The device.
    pub device: DeviceKey,
    /// The person.
    pub person: String,
    /// The device's name.
    pub device_name: String,
    /// The yjs client id of its session, below 2⁵³.
    pub client_id: u64,
    /// What it does.
    pub state: PersonState,
    /// Index into the palette of twelve, the same on all devices.
    pub colour: u8,
    /// The caret or the selection's anchor, an encoded yjs relative position.
    pub caret: Option<Vec<u8>>,
    /// The selection's moving end.
    pub head: Option<Vec<u8>>,
}

/// What a session's window is told. Deliveries and acknowledgements are numbered per session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocMessage {
    /// Updates of others, one v1 update per entry; numbers rise from 1 without gaps.
    Deliver {
        /// Its number.
        number: u64,
        /// The updates, in order.
        updates: Vec<Vec<u8>>,
    },
    /// A push is durable.
    Ack {
        /// Its sequence.
        sequence: u64,
    },
    /// Pushes from this sequence on did not arrive; send them again.
    Resend {
        /// The first one missing.
        from: u64,
    },
    /// The session has ended; open the note again.
    Reset {
        /// Why, for people.
        reason: String,
    },
    /// Something went wrong that a person should hear.
    Error {
        /// What a shell may act on.
        code: crate::Code,
        /// What a person reads.
        message: String,
        /// Text a person may want to copy, where there is any.
        copy: Option<String>,
    },
    /// Who is in the note now.
    Presence {
        /// Everybody but this session.
        people: Vec<PersonHere>,
    },
}

/// What a running peer tells of itself, for `watch` and `run --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Happening {
    /// The peer is up: the first event of `run`.
    Ready {
        /// This device.
        device: DeviceKey,
        /// Where it listens.
        listen: Vec<String>,
    },
    /// An edit was applied.
    Edit {
        /// The note.
        note: NoteId,
        /// Its author.
        device: DeviceKey,
        /// The incarnation of its chain.
        incarnation: Incarnation,
        /// Its place there.
        seq: u64,
    },
    /// A member came or went.
    Peer {
        /// The member.
        device: DeviceKey,
        /// Whether it is here.
        online: bool,
    },
    /// What a member is known to hold of a note changed.
    Receipt {
        /// The member.
        device: DeviceKey,
        /// The note.
        note: NoteId,
        /// Edit entries it is not known to hold.
        behind: Option<u64>,
    },
    /// Somebody's presence in a note changed.
    Presence {
        /// The note.
        note: NoteId,
        /// Whose.
        device: DeviceKey,
        /// What it does.
        state: PersonState,
    },
    /// Something a person should hear.
    Error {
        /// What it is.
        code: String,
        /// The sentence.
        message: String,
    },
}

/// A [`Happening`] with its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchEvent {
    /// What happened.
    #[serde(flatten)]
    pub what: Happening,
    /// When, in Unix milliseconds.
    pub at_ms: i64,
}

/// An edit of another device that became durable on this one. Not part of what `watch` prints: it is for
/// measuring, and says per edit what a receipt says per device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DurableEdit {
    /// The space.
    pub space: SpaceId,
    /// The note.
    pub note: NoteId,
    /// Its author.
    pub device: DeviceKey,
    /// The incarnation of its chain.
    pub incarnation: Incarnation,
    /// Its place there.
    pub seq: u64,
}
