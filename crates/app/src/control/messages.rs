//! What a client may ask and what it is answered: closed enums, shared with the command line.

use serde::{Deserialize, Serialize};
use skein_space::{NoteId, SpaceId};

use crate::error::Fault;
use crate::profile::KeyPlace;
use crate::view::{
    Agreed, Diagnosis, Initialised, Invitation, Inviting, Joined, KeyView, Leaving, MemberRow,
    Moved, Nearby, NoteLine, NoteStatus, PeerAdded, PeerRow, Role, RoleChanged, Saved, SetAside,
    Shown, SpaceMade, SpaceRow, Status, TakenIn, Verified, Waited, Welcomed,
};

/// How `note cat` prints a note.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CatFormat {
    /// Plain text: blocks joined by one newline, no title, no newline at the end.
    Text,
    /// Markdown.
    #[default]
    Markdown,
    /// HTML.
    Html,
    /// The canonical document (note-model.md).
    Json,
}

/// One thing a client asks. A note is named by its id or a unique prefix of it, a space
/// by its id, a unique prefix or its name; no space means the default space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Request {
    /// Name this device for the spaces it makes and joins from now on; answers what stands.
    Init {
        /// The person's name, where it changes.
        person: Option<String>,
        /// The device's name, where it changes.
        device_name: Option<String>,
    },
    /// Make a note, optionally from Markdown.
    NoteNew {
        /// Where; the default space when absent.
        space: Option<String>,
        /// Its title.
        title: Option<String>,
        /// Its text.
        markdown: Option<String>,
    },
    /// List notes.
    NoteList {
        /// Of which space; of the default space when absent.
        space: Option<String>,
        /// Those in the trash instead of the others.
        trashed: bool,
    },
    /// Read a note.
    NoteCat {
        /// Which.
        note: String,
        /// In what form.
        format: CatFormat,
    },
    /// Add a paragraph at the end.
    NoteAppend {
        /// Which.
        note: String,
        /// The text; newlines make paragraphs.
        text: String,
    },
    /// Delete and insert text at an offset: one entry.
    NoteEdit {
        /// Which.
        note: String,
        /// Offset in UTF-16 units of what `cat --format text` prints.
        at: u64,
        /// UTF-16 units to delete there.
        delete: u64,
        /// Text to insert there.
        insert: String,
    },
    /// Change a note's title.
    NoteRename {
        /// Which.
        note: String,
        /// The new title.
        title: String,
    },
    /// Move a note to another space, or copy it there.
    NoteMove {
        /// Which.
        note: String,
        /// Where to.
        space: String,
        /// The old one stays where it is.
        copy: bool,
    },
    /// Put a note into the trash, or take it out.
    NoteTrash {
        /// Which.
        note: String,
        /// Whether it lies in the trash from now on.
        trashed: bool,
    },
    /// The hash of a note's canonical content.
    NoteHash {
        /// Which.
        note: String,
    },
    /// List spaces.
    SpaceList,
    /// Make a space.
    SpaceNew {
        /// Its name.
        name: String,
        /// With a recovery key.
        recovery: bool,
    },
    /// Become an owner by a recovery key.
    SpaceRecover {
        /// The key's text.
        key: String,
    },
    /// Give a space another name.
    SpaceRename {
        /// Which.
        space: Option<String>,
        /// The new name.
        name: String,
    },
    /// Who is in a space.
    SpaceMembers {
        /// Which.
        space: Option<String>,
    },
    /// Change what a member may do.
    SpaceRole {
        /// Which space.
        space: Option<String>,
        /// Whom: its key, a prefix of it, or the device's name.
        member: String,
        /// What it may do from now on; out when absent.
        role: Option<Role>,
    },
    /// What is set aside in a space.
    SpaceAside {
        /// Which.
        space: Option<String>,
    },
    /// Bring in what is set aside of a member.
    SpaceTakeIn {
        /// Which space.
        space: Option<String>,
        /// Whose: its key, a prefix of it, or the device's name.
        member: String,
    },
    /// What leaving a space would mean.
    SpaceLeaving {
        /// Which.
        space: Option<String>,
    },
    /// Leave a space.
    SpaceLeave {
        /// Which, by its full id.
        space: SpaceId,
        /// What the person agreed to.
        agreed: Agreed,
    },
    /// Make a ticket for one joiner.
    SpaceInvite {
        /// To which space.
        space: Option<String>,
        /// What the joiner may do.
        role: Role,
        /// How long it is good for.
        minutes: u32,
    },
    /// Join a space by a ticket.
    SpaceJoin {
        /// The ticket's text.
        ticket: String,
        /// How long to try, in milliseconds.
        wait_ms: u64,
    },
    /// Open an invitation for somebody nearby, in place of one that is open.
    InvitationOpen {
        /// To which space.
        space: Option<String>,
        /// What the joiner may do.
        role: Role,
    },
    /// The same for another device of this person: into every space this device is an owner of.
    InvitationOpenOwn,
    /// Answer when somebody asks, or the invitation is over.
    InvitationNext,
    /// The person's answer to a question.
    InvitationPick {
        /// Which question.
        question: u64,
        /// The place of a row from 0; none of them when absent.
        row: Option<usize>,
    },
    /// Close the invitation.
    InvitationClose,
    /// Who invites nearby.
    Nearby {
        /// How long to wait for somebody, in milliseconds.
        wait_ms: u64,
    },
    /// Ask somebody nearby to be let in.
    AskToJoin {
        /// Who, by the id of [`Nearby`].
        id: String,
    },
    /// Answer when the other side's person has picked.
    AwaitWelcome,
    /// The person confirms that the other screen names this device.
    OpenJoined {
        /// How long to wait for what the inviter holds, in milliseconds.
        wait_ms: u64,
    },
    /// End what was asked, and discard what came of it.
    LeaveJoining,
    /// Where this device's key lies.
    KeyShow,
    /// Move it.
    KeyMove {
        /// Where to.
        to: KeyPlace,
    },
    /// Known devices and addresses.
    PeerList,
    /// Remember an address and dial it.
    PeerAdd {
        /// A multiaddress with a TCP port.
        address: String,
    },
    /// Why no other device is connected.
    PeerDoctor,
    /// What this device holds and what the others are known to hold.
    Status {
        /// Of one note; of everything when absent.
        note: Option<String>,
    },
    /// Answer when heads are equal.
    WaitHeadsEqual {
        /// With that many others; with all members online, at least one, when absent.
        peers: Option<usize>,
        /// How long to wait, in milliseconds.
        timeout_ms: u64,
    },
    /// Check everything that is stored.
    Verify,
    /// From now on this connection carries events only.
    Watch,
    /// Bring the window to the front (for a second start of the window).
    Raise,
    /// End the process that holds the profile, cleanly.
    Stop,
}

/// What a request is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", content = "value", rename_all = "snake_case")]
pub enum Answer {
    /// To [`Request::Init`].
    Initialised(Initialised),
    /// To [`Request::NoteNew`].
    Note(NoteId),
    /// To [`Request::NoteList`].
    Notes(Vec<NoteLine>),
    /// To [`Request::NoteCat`]: which note, and its text in the form asked for.
    Content {
        /// The note, by its full id.
        note: NoteId,
        /// Its text.
        content: String,
    },
    /// To [`Request::NoteMove`].
    Moved(Moved),
    /// To [`Request::NoteAppend`], [`Request::NoteEdit`], [`Request::NoteRename`] and [`Request::NoteTrash`].
    Saved(Saved),
    /// To [`Request::NoteHash`]: which note, and 64 hex digits.
    Hash {
        /// The note, by its full id.
        note: NoteId,
        /// Its hash.
        hash: String,
    },
    /// To [`Request::SpaceList`].
    Spaces(Vec<SpaceRow>),
    /// To [`Request::SpaceNew`].
    SpaceMade(SpaceMade),
    /// To [`Request::SpaceRecover`]: the space.
    Recovered(SpaceRow),
    /// To [`Request::SpaceRename`].
    Space(SpaceId),
    /// To [`Request::SpaceMembers`].
    Members(Vec<MemberRow>),
    /// To [`Request::SpaceRole`].
    RoleChanged(RoleChanged),
    /// To [`Request::SpaceAside`].
    Aside(Vec<SetAside>),
    /// To [`Request::SpaceTakeIn`].
    TakenIn(TakenIn),
    /// To [`Request::SpaceLeaving`].
    Leaving(Leaving),
    /// To [`Request::SpaceLeave`]: what it meant.
    Left(Leaving),
    /// To [`Request::SpaceInvite`].
    Invitation(Invitation),
    /// To [`Request::SpaceJoin`].
    Joined(Joined),
    /// To [`Request::OpenJoined`]: one for each space.
    Opened(Vec<Joined>),
    /// To [`Request::InvitationOpenOwn`], [`Request::InvitationNext`] and [`Request::InvitationPick`].
    Inviting(Inviting),
    /// To [`Request::Nearby`].
    Nearby(Vec<Nearby>),
    /// To [`Request::AskToJoin`].
    Shown(Shown),
    /// To [`Request::AwaitWelcome`].
    Welcomed(Welcomed),
    /// To [`Request::KeyShow`] and [`Request::KeyMove`].
    Key(KeyView),
    /// To [`Request::PeerList`].
    Peers(Vec<PeerRow>),
    /// To [`Request::PeerAdd`].
    PeerAdded(PeerAdded),
    /// To [`Request::PeerDoctor`].
    Diagnosis(Diagnosis),
    /// To [`Request::Status`] of everything.
    Status(Status),
    /// To [`Request::Status`] of one note.
    NoteStatus(NoteStatus),
    /// To [`Request::WaitHeadsEqual`].
    Waited(Waited),
    /// To [`Request::Verify`], also when there are problems.
    Verified(Verified),
    /// To [`Request::Watch`], [`Request::Raise`], [`Request::Stop`], and where nothing is to be told.
    Done,
    /// To any request that failed.
    Fault(Fault),
}
