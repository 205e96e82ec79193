//! What the page is told of letting somebody in and of joining.

use serde::Serialize;
use skein_app::ticket::{Found, QrCode, TicketFileError};
use skein_app::view;
use specta::Type;

use super::{Role, Safe};

/// A ticket just made.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    ticket: String,
    expires_at_ms: Safe,
    /// The rows of its QR code, without the edge: `#` is dark, `.` light.
    qr: Vec<String>,
}

impl Invitation {
    /// Draws the ticket's code.
    pub fn new(i: view::Invitation) -> Result<Self, TicketFileError> {
        let code = QrCode::of(&i.ticket)?;
        Ok(Self {
            qr: rows(&code),
            ticket: i.ticket,
            expires_at_ms: Safe::new(i.expires_at_ms),
        })
    }
}

fn rows(code: &QrCode) -> Vec<String> {
    let square = |dark| if dark { '#' } else { '.' };
    let row = |row| {
        let columns = 0..code.side();
        columns.map(move |column| square(code.is_dark(row, column)))
    };
    (0..code.side()).map(|at| row(at).collect()).collect()
}

/// A ticket that was found in a file.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReadTicket {
    ticket: String,
    /// Until when it says that it is good.
    expires_at_ms: Safe,
}

impl From<Found> for ReadTicket {
    fn from(found: Found) -> Self {
        Self {
            ticket: found.ticket,
            expires_at_ms: Safe::new(found.expires_at_ms),
        }
    }
}

/// A ticket in a file that a person chose.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChosenTicket {
    name: String,
    ticket: String,
    /// Until when it says that it is good.
    expires_at_ms: Safe,
}

impl ChosenTicket {
    /// The file's name, and what was in it.
    pub fn new(name: String, found: Found) -> Self {
        Self {
            name,
            ticket: found.ticket,
            expires_at_ms: Safe::new(found.expires_at_ms),
        }
    }
}

/// A space just joined.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    space: String,
    name: String,
    role: Role,
}

impl From<view::Joined> for Joined {
    fn from(j: view::Joined) -> Self {
        Self {
            space: j.space.to_string(),
            name: j.name,
            role: j.role.into(),
        }
    }
}

/// One of four pictures, with the word for it.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Picture {
    picture: String,
    name: String,
}

fn row(row: Vec<view::Picture>) -> Vec<Picture> {
    let of = |view::Picture { picture, name }| Picture { picture, name };
    row.into_iter().map(of).collect()
}

/// What an invitation of this device gives.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(
    tag = "gives",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Giving {
    /// The space it was opened for.
    Space {
        /// As what somebody is invited.
        role: Role,
    },
    /// To another device of this person, every space it is an owner of.
    Own {
        /// Their names.
        spaces: Vec<String>,
        /// What is not given.
        left_out: Vec<LeftOut>,
    },
}

/// A space that an own device does not get.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    name: String,
    why: WhyLeftOut,
}

/// Why an own device does not get a space.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WhyLeftOut {
    /// This device is no owner of it.
    NotOwner,
    /// It is more than one invitation takes.
    TooMuch,
}

impl From<view::Giving> for Giving {
    fn from(giving: view::Giving) -> Self {
        let left_out = |left: view::LeftOut| LeftOut {
            name: left.name,
            why: match left.why {
                view::WhyLeftOut::NotOwner => WhyLeftOut::NotOwner,
                view::WhyLeftOut::TooMuch => WhyLeftOut::TooMuch,
            },
        };
        match giving {
            view::Giving::Space { role, .. } => Self::Space { role: role.into() },
            view::Giving::Own {
                spaces,
                left_out: left,
            } => Self::Own {
                spaces: spaces.into_iter().map(|named| named.name).collect(),
                left_out: left.into_iter().map(left_out).collect(),
            },
        }
    }
}

/// The invitation of this device.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(
    tag = "state",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Inviting {
    /// None is open.
    Closed,
    /// Nobody asks at the moment.
    Waiting {
        /// What is given.
        giving: Giving,
        /// When it closes by itself.
        closes_at_ms: Safe,
        /// Why whoever asked last did not come in.
        missed: Option<Missed>,
    },
    /// Which row is on the other screen?
    Asking {
        /// Names the question in the answer.
        question: Safe,
        /// What a right pick gives.
        giving: Giving,
        /// What the other side calls its person.
        person: String,
        /// What the other side calls its device.
        device_name: String,
        /// Four rows of four.
        rows: Vec<Vec<Picture>>,
        /// When the question is withdrawn.
        until_ms: Safe,
    },
    /// That device is a member.
    Joined {
        /// Of what.
        giving: Giving,
        /// The person.
        person: String,
        /// The device's name.
        device_name: String,
    },
    /// It is over, and nobody joined by it.
    Over {
        /// Why.
        why: WhyOver,
        /// What a person reads.
        message: String,
    },
}

/// Why an exchange ended without anybody joining, while the invitation stays open.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// None of the rows was on the other screen.
    NotSeen,
    /// The other side went away.
    WentAway,
    /// Nobody answered here in time.
    TooLate,
}

/// Why an invitation is over without a member.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WhyOver {
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

impl From<view::Inviting> for Inviting {
    fn from(inviting: view::Inviting) -> Self {
        match inviting {
            view::Inviting::Closed => Self::Closed,
            view::Inviting::Waiting {
                giving,
                closes_at_ms,
                missed,
            } => Self::Waiting {
                giving: giving.into(),
                closes_at_ms: Safe::new(closes_at_ms),
                missed: missed.map(|missed| match missed {
                    view::Missed::NotSeen => Missed::NotSeen,
                    view::Missed::WentAway => Missed::WentAway,
                    view::Missed::TooLate => Missed::TooLate,
                }),
            },
            view::Inviting::Asking {
                question,
                giving,
                person,
                device_name,
                rows,
                until_ms,
            } => Self::Asking {
                question: Safe::count(question),
                giving: giving.into(),
                person,
                device_name,
                rows: rows.into_iter().map(row).collect(),
                until_ms: Safe::new(until_ms),
            },
            view::Inviting::Joined {
                giving,
                person,
                device_name,
                ..
            } => Self::Joined {
                giving: giving.into(),
                person,
                device_name,
            },
            view::Inviting::Over { why, message } => Self::Over {
                why: match why {
                    view::InvitingOver::WrongPick => WhyOver::WrongPick,
                    view::InvitingOver::TimeIsOver => WhyOver::TimeIsOver,
                    view::InvitingOver::UsedUp => WhyOver::UsedUp,
                    view::InvitingOver::Offline => WhyOver::Offline,
                    view::InvitingOver::Failed => WhyOver::Failed,
                },
                message,
            },
        }
    }
}

/// Somebody nearby who invites.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Nearby {
    id: String,
    person: String,
    device_name: String,
    offering: Offering,
}

/// What somebody nearby offers.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(
    tag = "gives",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Offering {
    /// One space.
    Space {
        /// Its name.
        space_name: String,
        /// As what.
        role: Role,
    },
    /// To be another device of the same person, an owner of so many spaces.
    Own {
        /// How many.
        spaces: u32,
    },
}

impl From<view::Offering> for Offering {
    fn from(offering: view::Offering) -> Self {
        match offering {
            view::Offering::Space { space_name, role } => Self::Space {
                space_name,
                role: role.into(),
            },
            view::Offering::Own { spaces } => Self::Own {
                spaces: u32::try_from(spaces).unwrap_or(u32::MAX),
            },
        }
    }
}

impl From<view::Nearby> for Nearby {
    fn from(n: view::Nearby) -> Self {
        Self {
            id: n.id,
            person: n.person,
            device_name: n.device_name,
            offering: n.offering.into(),
        }
    }
}

/// What the joiner's person shows to the other.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    from: Nearby,
    pictures: Vec<Picture>,
}

impl From<view::Shown> for Shown {
    fn from(s: view::Shown) -> Self {
        Self {
            from: s.from.into(),
            pictures: row(s.pictures),
        }
    }
}

/// The other side says that this device is a member.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Welcomed {
    from: Nearby,
    person: String,
    device_name: String,
}

impl From<view::Welcomed> for Welcomed {
    fn from(w: view::Welcomed) -> Self {
        Self {
            from: w.from.into(),
            person: w.person,
            device_name: w.device_name,
        }
    }
}
