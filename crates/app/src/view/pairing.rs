//! What shells are told of letting somebody in and of joining.

use serde::{Deserialize, Serialize};
use skein_space::ceremony::Row;
use skein_space::{DeviceKey, SpaceId};

use super::Role;

/// A ticket that was just made. The only secret that ever leaves over the control socket.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// The ticket's text, `SKEIN1-…`.
    pub ticket: String,
    /// The space it lets one device into.
    pub space: SpaceId,
    /// What that device may do there.
    pub role: Role,
    /// When it stops working, in Unix milliseconds of the inviter.
    pub expires_at_ms: i64,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invitation")
            .field("space", &self.space)
            .field("role", &self.role)
            .field("expires_at_ms", &self.expires_at_ms)
            .finish_non_exhaustive()
    }
}

/// A space this device has just joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// The space.
    pub space: SpaceId,
    /// Its name.
    pub name: String,
    /// What this device may do there.
    pub role: Role,
    /// Entries of the space that are durable here.
    pub entries: u64,
}

/// One of four pictures, with the word for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// One character.
    pub picture: String,
    /// What it shows, for a screen reader and a command line.
    pub name: String,
}

impl Picture {
    /// The pictures of a row, in order.
    pub(crate) fn row(row: &Row) -> Vec<Self> {
        let of = |emoji: skein_space::ceremony::Emoji| Self {
            picture: emoji.picture.to_string(),
            name: emoji.name.to_owned(),
        };
        row.pictures().map(of).to_vec()
    }
}

/// What an invitation of this device gives to the one who is picked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "gives", rename_all = "snake_case")]
pub enum Giving {
    /// One space.
    Space {
        /// Which.
        space: SpaceId,
        /// As what.
        role: Role,
    },
    /// Every space this device is an owner of, as an owner: whoever is picked is another device of the same person.
    Own {
        /// Those.
        spaces: Vec<NamedSpace>,
        /// The others that this device is in.
        left_out: Vec<LeftOut>,
    },
}

impl Giving {
    /// Into which spaces.
    pub fn spaces(&self) -> Vec<SpaceId> {
        match self {
            Self::Space { space, .. } => vec![*space],
            Self::Own { spaces, .. } => spaces.iter().map(|named| named.space).collect(),
        }
    }
}

/// A space with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedSpace {
    /// Which.
    pub space: SpaceId,
    /// Its name.
    pub name: String,
}

/// A space that an invitation of an own device does not give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Which.
    pub space: SpaceId,
    /// Its name.
    pub name: String,
    /// Why.
    pub why: WhyLeftOut,
}

/// Why an invitation of an own device does not give a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyLeftOut {
    /// This device is no owner of it: one of its owners has to let the other device in.
    NotOwner,
    /// More than one invitation takes: a second one, to this space alone, gives it.
    TooMuch,
}

/// What somebody nearby offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "gives", rename_all = "snake_case")]
pub enum Offering {
    /// One space.
    Space {
        /// Its name.
        space_name: String,
        /// As what.
        role: Role,
    },
    /// To be another device of the same person: an owner of all that one is an owner of.
    Own {
        /// Of how many spaces. Their names come with them.
        spaces: usize,
    },
}

/// The invitation of this device, as its person sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Inviting {
    /// None is open.
    #[default]
    Closed,
    /// Nobody asks at the moment.
    Waiting {
        /// What is given.
        #[serde(flatten)]
        giving: Giving,
        /// When it closes by itself, in Unix milliseconds.
        closes_at_ms: i64,
        /// Why whoever asked last did not come in.
        missed: Option<Missed>,
    },
    /// Somebody asks: which row is on the other screen?
    Asking {
        /// Names the question in the answer.
        question: u64,
        /// What a right pick gives.
        #[serde(flatten)]
        giving: Giving,
        /// What the other side calls its person.
        person: String,
        /// What the other side calls its device.
        device_name: String,
        /// Four rows of four; one is on the other screen.
        rows: Vec<Vec<Picture>>,
        /// When the question is withdrawn, in Unix milliseconds.
        until_ms: i64,
    },
    /// It is over: that device is a member.
    Joined {
        /// Of what.
        #[serde(flatten)]
        giving: Giving,
        /// The device.
        device: DeviceKey,
        /// The person.
        person: String,
        /// The device's name.
        device_name: String,
    },
    /// It is over, and nobody joined by it.
    Over {
        /// Why.
        why: InvitingOver,
        /// What a person reads.
        message: String,
    },
}

/// Why an exchange ended without anybody joining, while the invitation stays open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// The person said that none of the rows is on the other screen.
    NotSeen,
    /// The other side went away.
    WentAway,
    /// The person did not answer in time.
    TooLate,
}

/// Why an invitation is over without a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitingOver {
    /// A row was picked that is not on the other screen.
    WrongPick,
    /// Its time is over.
    TimeIsOver,
    /// Somebody asked too often.
    UsedUp,
    /// This device went offline.
    Offline,
    /// The device could not be made a member.
    Failed,
}

/// Somebody nearby who invites. What it says of itself; nothing of it is proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nearby {
    /// Names it in [`crate::App::ask_to_join`]; good while it is seen.
    pub id: String,
    /// The person.
    pub person: String,
    /// The device's name.
    pub device_name: String,
    /// What they offer.
    #[serde(flatten)]
    pub offering: Offering,
}

/// What the joiner's person shows to the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Who invites. Proven to hold its keys.
    pub from: Nearby,
    /// Four, to be found on the other screen.
    pub pictures: Vec<Picture>,
}

/// The other side says that this device is a member; its person has to confirm that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcomed {
    /// Who invited.
    pub from: Nearby,
    /// What this device's person is called, as the other screen shows it.
    pub person: String,
    /// What this device is called, as the other screen shows it.
    pub device_name: String,
}
