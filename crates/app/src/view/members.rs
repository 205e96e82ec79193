//! Who is in a space, with what right, and what changes of that.

use serde::{Deserialize, Serialize};
use skein_space::{DeviceKey, Incarnation, NoteId, SpaceId};

use super::LogName;

/// A member's right in a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Reads and writes.
    Editor,
    /// Reads, writes and lets others in.
    Owner,
}

impl Role {
    /// In a sentence: "an editor".
    pub fn with_article(self) -> &'static str {
        match self {
            Role::Viewer => "a viewer",
            Role::Editor => "an editor",
            Role::Owner => "an owner",
        }
    }
}

impl From<skein_space::Role> for Role {
    fn from(role: skein_space::Role) -> Self {
        match role {
            skein_space::Role::Viewer => Role::Viewer,
            skein_space::Role::Editor => Role::Editor,
            skein_space::Role::Owner => Role::Owner,
        }
    }
}

impl From<Role> for skein_space::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => skein_space::Role::Viewer,
            Role::Editor => skein_space::Role::Editor,
            Role::Owner => skein_space::Role::Owner,
        }
    }
}

/// One member of a space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    /// The device.
    pub device: DeviceKey,
    /// The person.
    pub person: String,
    /// The device's name.
    pub device_name: String,
    /// What it may do; `None` when it is out.
    pub role: Option<Role>,
    /// Whether it is connected now.
    pub online: bool,
    /// When this process last heard of it, in Unix milliseconds.
    pub last_seen_ms: Option<i64>,
    /// Whether it is known to know who is in the space, as this device does.
    pub knows: bool,
    /// Whether it is this device.
    #[serde(rename = "self")]
    pub me: bool,
}

/// What became of a member's role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleChanged {
    /// The member.
    pub device: DeviceKey,
    /// What it may do now; `None` when it is out.
    pub role: Option<Role>,
    /// The last place of each of its logs that stays, where it may do less than before. What it wrote above that stays
    /// only where somebody has built on it.
    pub cuts: Vec<Cut>,
}

/// The last place that stays of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// Which incarnation of the device.
    pub incarnation: Incarnation,
    /// Which log.
    pub log: LogName,
    /// The place.
    pub seq: u64,
}

/// What is held of somebody in a note and is no part of it, since an owner lowered or removed its author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// The note; of the space's own id where it is the space's name and settings.
    pub note: NoteId,
    /// The note's title.
    pub title: String,
    /// Whose it is.
    pub device: DeviceKey,
    /// In words: "Ben's laptop".
    pub by: String,
    /// How many edits.
    pub edits: u64,
    /// Whether an owner can bring it in. Where not, its author was never rightly let in: letting it in brings it.
    pub can_come_in: bool,
    /// The words it writes, the first 16 KiB.
    pub words: String,
}

/// What was set aside of a member is part of its notes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenIn {
    /// The member.
    pub device: DeviceKey,
    /// How many edits came in.
    pub edits: u64,
}

/// What leaving a space means now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    /// The space.
    pub space: SpaceId,
    /// Its name.
    pub name: String,
    /// What this device may do there.
    pub role: Role,
    /// Other devices in the space.
    pub others: usize,
    /// This device is its only owner: nobody could let anybody in any more, this device neither.
    pub last_owner: bool,
    /// It was founded with a recovery key: whoever has that on paper can become an owner.
    pub recoverable: bool,
    /// Edits held here that nobody else in the space is known to have.
    pub only_here: u64,
    /// Those of them that were written on this device.
    pub own_only_here: u64,
}

/// What a person has agreed to before leaving a space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// At most so many edits that nobody else is known to have.
    pub only_here: u64,
    /// That the space has no owner afterwards.
    pub last_owner: bool,
}

impl Agreed {
    /// To whatever it means.
    pub const ALL: Self = Self {
        only_here: u64::MAX,
        last_owner: true,
    };
}
