//! What the page is told, as it reads it: camel case, hex ids, numbers below 2⁵³. Exported to `ui/src/ipc/bindings.ts`.

mod aside;
mod background;
mod key;
mod leaving;
mod pairing;

use serde::Serialize;
use skein_app::view;
use specta::Type;

pub use aside::SetAside;
pub use background::Background;
pub use key::{KeyPlace, KeyState};
pub use leaving::{Leaving, Moved};
pub use pairing::{
    ChosenTicket, Invitation, Inviting, Joined, Nearby, ReadTicket, Shown, Welcomed,
};

/// A 64-bit count or time that the page reads as a number; checked to fit.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(transparent)]
// `i32` is how specta is told of a number that is always there; `f64` may be null.
pub struct Safe(#[specta(type = i32)] i64);

impl Safe {
    /// Numbers beyond 2⁵³ do not occur (counts, Unix milliseconds); one that does is cut to the largest that fits.
    fn new(value: i64) -> Self {
        const LIMIT: i64 = (1 << 53) - 1;
        Self(value.clamp(-LIMIT, LIMIT))
    }

    fn count(value: u64) -> Self {
        Self::new(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

/// A member's right.
#[derive(Clone, Copy, Debug, Serialize, serde::Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Writes.
    Editor,
    /// Lets others in.
    Owner,
}

impl From<view::Role> for Role {
    fn from(role: view::Role) -> Self {
        match role {
            view::Role::Viewer => Self::Viewer,
            view::Role::Editor => Self::Editor,
            view::Role::Owner => Self::Owner,
        }
    }
}

impl From<Role> for view::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => Self::Viewer,
            Role::Editor => Self::Editor,
            Role::Owner => Self::Owner,
        }
    }
}

/// Whether a note can be shown and written here.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum NoteState {
    /// All is well.
    Ok,
    /// It waits for words that are not here.
    Waiting,
    /// It can be read only.
    ReadOnly,
    /// It cannot be shown on this device.
    Broken,
}

impl From<view::NoteState> for NoteState {
    fn from(state: view::NoteState) -> Self {
        match state {
            view::NoteState::Ok => Self::Ok,
            view::NoteState::Waiting => Self::Waiting,
            view::NoteState::ReadOnly => Self::ReadOnly,
            view::NoteState::Broken => Self::Broken,
        }
    }
}

/// One space.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SpaceRow {
    id: String,
    name: String,
    role: Option<Role>,
    left: bool,
    ownerless: bool,
    recoverable: bool,
}

/// A space that was just made; its recovery key is kept nowhere else.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SpaceMade {
    space: String,
    recovery_key: Option<String>,
}

impl From<view::SpaceMade> for SpaceMade {
    fn from(made: view::SpaceMade) -> Self {
        Self {
            space: made.space.to_string(),
            recovery_key: made.recovery_key,
        }
    }
}

/// This device and its spaces.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    device: String,
    person: String,
    device_name: String,
    spaces: Vec<SpaceRow>,
    default_space: String,
    offline: bool,
    listening: Vec<String>,
}

impl From<view::Overview> for Overview {
    fn from(o: view::Overview) -> Self {
        let row = |s: view::SpaceRow| SpaceRow {
            id: s.id.to_string(),
            name: s.name,
            role: s.role.map(Role::from),
            left: s.left,
            ownerless: s.standing.ownerless,
            recoverable: s.standing.recoverable,
        };
        let spaces: Vec<SpaceRow> = o.spaces.into_iter().map(row).collect();
        let first = || spaces.first().map(|s| s.id.clone()).unwrap_or_default();
        Self {
            device: o.device.to_string(),
            person: o.person,
            device_name: o.device_name,
            default_space: o.default_space.map_or_else(first, |s| s.to_string()),
            spaces,
            offline: o.offline,
            listening: o.listening,
        }
    }
}

/// One note of the list.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NoteRow {
    id: String,
    title: String,
    preview: String,
    modified_ms: Safe,
    words: Safe,
    pinned: bool,
    trashed: bool,
    state: NoteState,
    held_by_others: bool,
}

impl From<view::NoteLine> for NoteRow {
    fn from(n: view::NoteLine) -> Self {
        Self {
            id: n.id.to_string(),
            title: n.title,
            preview: n.preview,
            modified_ms: Safe::new(n.modified_ms),
            words: Safe::count(n.words),
            pinned: n.pinned,
            trashed: n.trashed,
            state: n.state.into(),
            held_by_others: n.held_by_others,
        }
    }
}

/// What another member is known to hold of a note.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PeerStatus {
    device: String,
    person: String,
    device_name: String,
    online: bool,
    behind: Option<Safe>,
    needs_newer: bool,
}

/// The truth about one note.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NoteStatus {
    note: String,
    saved: bool,
    state: NoteState,
    offline: bool,
    set_aside: u32,
    waiting_for: Option<String>,
    peers: Vec<PeerStatus>,
}

impl From<view::NoteStatus> for NoteStatus {
    fn from(s: view::NoteStatus) -> Self {
        let peer = |p: view::PeerStatus| PeerStatus {
            device: p.device.to_string(),
            person: p.person,
            device_name: p.device_name,
            online: p.online,
            behind: p.behind.map(Safe::count),
            needs_newer: p.needs_newer,
        };
        Self {
            note: s.note.to_string(),
            saved: s.saved,
            state: s.state.into(),
            offline: s.offline,
            set_aside: s.set_aside,
            waiting_for: s.waiting_for,
            peers: s.peers.into_iter().map(peer).collect(),
        }
    }
}

/// One member of a space.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MemberRow {
    device: String,
    person: String,
    device_name: String,
    role: Option<Role>,
    online: bool,
    last_seen_ms: Option<Safe>,
    knows: bool,
    #[serde(rename = "self")]
    me: bool,
}

impl From<view::MemberRow> for MemberRow {
    fn from(m: view::MemberRow) -> Self {
        Self {
            device: m.device.to_string(),
            person: m.person,
            device_name: m.device_name,
            role: m.role.map(Role::from),
            online: m.online,
            last_seen_ms: m.last_seen_ms.map(Safe::new),
            knows: m.knows,
            me: m.me,
        }
    }
}

/// What somebody does in a note.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum PersonState {
    /// Writes.
    Editing,
    /// Reads.
    Viewing,
    /// Is elsewhere.
    Idle,
    /// Is gone.
    Offline,
}

/// Somebody in a note; positions as lower-case hex.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PersonHere {
    device: String,
    person: String,
    device_name: String,
    client_id: Safe,
    state: PersonState,
    colour: u8,
    caret: Option<String>,
    head: Option<String>,
}

impl From<&view::PersonHere> for PersonHere {
    fn from(p: &view::PersonHere) -> Self {
        let hex = |bytes: &Vec<u8>| bytes.iter().map(|b| format!("{b:02x}")).collect();
        Self {
            device: p.device.to_string(),
            person: p.person.clone(),
            device_name: p.device_name.clone(),
            client_id: Safe::count(p.client_id),
            state: match p.state {
                view::PersonState::Editing => PersonState::Editing,
                view::PersonState::Viewing => PersonState::Viewing,
                view::PersonState::Idle => PersonState::Idle,
                view::PersonState::Offline => PersonState::Offline,
            },
            colour: p.colour,
            caret: p.caret.as_ref().map(hex),
            head: p.head.as_ref().map(hex),
        }
    }
}

/// A sentence somebody should read, with text to copy where there is any.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Closed code.
    pub code: String,
    /// The sentence.
    pub message: String,
    /// Text a person may want to keep.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[specta(optional)]
    pub copy: Option<String>,
}

/// What happens elsewhere, for the whole window.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum BackendEvent {
    /// Rows of a space.
    Notes {
        /// The space.
        space: String,
        /// All its rows.
        rows: Vec<NoteRow>,
    },
    /// One note's truth.
    Status {
        /// It.
        status: NoteStatus,
    },
    /// Who is in a space.
    Members {
        /// The space.
        space: String,
        /// All of them.
        members: Vec<MemberRow>,
    },
    /// This device.
    Overview {
        /// It.
        overview: Overview,
    },
    /// The invitation of this device.
    Inviting {
        /// As it stands.
        inviting: Inviting,
    },
    /// Who invites nearby.
    Nearby {
        /// All of them.
        rows: Vec<Nearby>,
    },
    /// Where this device's key lies, or that it is being moved.
    Key {
        /// As it stands.
        key: KeyState,
    },
    /// The desktop began or ceased to show the icon in the tray.
    Tray {
        /// Whether it shows it.
        shown: bool,
    },
    /// A file from elsewhere is dragged over the window.
    Drag {
        /// What it does.
        state: Drag,
    },
    /// Something to read.
    Notice {
        /// It.
        notice: Notice,
    },
}

/// What a file does that is dragged over the window.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Drag {
    /// It hovers.
    Over,
    /// It went elsewhere.
    Left,
    /// It was let go of, and waits to be taken.
    Dropped,
}

/// Why a command failed: a closed code and a sentence for people.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// What the page may act on.
    pub code: String,
    /// What a person reads.
    pub message: String,
}
