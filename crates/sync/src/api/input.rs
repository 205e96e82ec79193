//! What happened: everything that goes into the engine.

use std::sync::Arc;

use skein_space::{
    DeviceKey, Entry, Incarnation, Member, Nonce, NoteId, RecoveryKey, Role, SecretLabel, SpaceId,
    TransportKey,
};

/// The time, as the driver reads it. The engine has no clock of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds of a clock that never runs backwards; every deadline counts in it.
    pub mono_ms: u64,
    /// Unix milliseconds as this machine believes them; only ever written into entries, for display.
    pub wall_ms: i64,
}

/// One editor's replica of one note, in this process: a window, or the writer behind the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionHandle(pub u32);

/// One open stream to one peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u64);

/// A commit the store was asked for; comes back in [`Input::Committed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitToken(pub u64);

/// A request of a shell that ends in one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// Who this device says it is, in every space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The person's name.
    pub person: String,
    /// The device's name.
    pub device_name: String,
}

/// Something that happened.
#[derive(Debug)]
pub enum Input {
    /// Make a new space of which this device is the owner. Answered by [`Effect::SpaceReady`].
    Found {
        /// Answered under this id.
        request: RequestId,
        /// Goes into the space's id.
        nonce: Nonce,
        /// This device's first incarnation in the space.
        incarnation: Incarnation,
        /// The space's first secret, stored in the founding commit.
        secret: [u8; 32],
        /// The founder's names.
        names: Names,
        /// A key that stays an owner whatever happens; its secret is the caller's to show.
        recovery: Option<DeviceKey>,
    },
    /// This device was admitted: everything the admission carried. Answered by [`Effect::SpaceReady`].
    Joined {
        /// Answered under this id.
        request: RequestId,
        /// The space.
        space: SpaceId,
        /// This device's first incarnation in it.
        incarnation: Incarnation,
        /// The space's current secret with its label.
        secret: (SecretLabel, [u8; 32]),
        /// All Member entries, already checked by the joining transcript.
        roster: Vec<Arc<Entry>>,
    },
    /// An owner's device lets somebody in, or changes a role upwards. Answered by [`Effect::Admitted`].
    Admit {
        /// Answered under this id.
        request: RequestId,
        /// The space.
        space: SpaceId,
        /// What the Member entry says.
        member: Member,
        /// The ticket that is used up by it, bound in the same commit.
        ticket: Option<([u8; 16], DeviceKey)>,
        /// Thirty-two fresh random bytes: the space's secret, where none that fits the roster has come from anybody yet.
        secret: [u8; 32],
    },
    /// An owner's device changes what a member may do; none: the member is out. Answered by [`Effect::RoleChanged`].
    ChangeRole {
        /// Answered under this id.
        request: RequestId,
        /// The space.
        space: SpaceId,
        /// Whose role it is.
        subject: DeviceKey,
        /// What it becomes.
        role: Option<Role>,
        /// Thirty-two fresh random bytes: the space's next secret, where it takes one.
        secret: [u8; 32],
    },
    /// An owner's device brings in what is set aside of somebody who was lowered: all of it that is held here. Answered
    /// by [`Effect::TakenIn`].
    TakeIn {
        /// Answered under this id.
        request: RequestId,
        /// The space.
        space: SpaceId,
        /// Whose edits.
        subject: DeviceKey,
    },
    /// Somebody here holds the space's recovery key: this device becomes an owner, also where it was removed, or left.
    /// Answered by [`Effect::Recovered`].
    Recover {
        /// Answered under this id.
        request: RequestId,
        /// The space.
        space: SpaceId,
        /// The key.
        key: RecoveryKey,
        /// What the key signs under this time.
        of_key: Incarnation,
        /// What this device goes on under where it had left.
        incarnation: Incarnation,
        /// This device's names.
        names: Names,
    },
    /// This device leaves a space: it keeps what it has to be read, and takes no more part. Answered by
    /// [`Effect::Left`].
    Leave {
        /// Answered under this id.
        request: RequestId,
        /// The space.
        space: SpaceId,
    },
    /// The driver answers [`Effect::NeedSecret`].
    NewSecret {
        /// The space.
        space: SpaceId,
        /// As asked.
        label: SecretLabel,
        /// Thirty-two fresh random bytes.
        secret: [u8; 32],
    },
    /// The driver answers [`Effect::NeedIncarnation`].
    NewIncarnation {
        /// The space.
        space: SpaceId,
        /// Sixteen fresh random bytes.
        incarnation: Incarnation,
    },
    /// A window (or the command line's writer) opens a note. Answered by [`Effect::Opened`] or [`Effect::OpenFailed`].
    Open {
        /// Chosen by the driver, never used again in this process.
        session: SessionHandle,
        /// The space.
        space: SpaceId,
        /// The note; one that nobody has is a new note.
        note: NoteId,
        /// Random; the client id is derived from it.
        nonce: Nonce,
        /// The nonce of the session this one replaces in the same window (a reload), for presence.
        replaces: Option<Nonce>,
    },
    /// A session's replica made an edit.
    Push {
        /// The session.
        session: SessionHandle,
        /// From 1, without gaps, per session.
        sequence: u64,
        /// The last delivery the replica had applied when it made the edit.
        last_delivery: u64,
        /// A raw yjs v1 update.
        update: Vec<u8>,
    },
    /// A session ends.
    Close {
        /// The session.
        session: SessionHandle,
    },
    /// Where a window's caret and selection are (encoded yjs relative positions), after input of the person.
    Caret {
        /// The session.
        session: SessionHandle,
        /// The anchor; `None` when the window has no caret in the note.
        caret: Option<Vec<u8>>,
        /// The selection's moving end.
        head: Option<Vec<u8>>,
    },
    /// The store has made a commit durable.
    Committed {
        /// As in [`Effect::Commit`].
        token: CommitToken,
    },
    /// A connection to an allowed peer stands.
    PeerUp {
        /// Its libp2p identity.
        peer: TransportKey,
    },
    /// The last connection to a peer is gone.
    PeerDown {
        /// Its libp2p identity.
        peer: TransportKey,
    },
    /// A stream to a peer is open.
    StreamUp {
        /// The stream.
        stream: StreamId,
        /// The peer.
        peer: TransportKey,
        /// The space this side opened it for; `None` when the peer opened it.
        space: Option<SpaceId>,
    },
    /// A frame came in.
    Frame {
        /// The stream.
        stream: StreamId,
        /// Frame type.
        kind: u8,
        /// Frame body.
        body: Vec<u8>,
    },
    /// A stream ended, for whatever reason.
    StreamDown {
        /// The stream.
        stream: StreamId,
    },
    /// Everything of an [`Effect::SendRanges`] has been handed to the network.
    RangesSent {
        /// The stream.
        stream: StreamId,
    },
    /// An opened gossip message.
    Gossip {
        /// The space whose topic it came on.
        space: SpaceId,
        /// Frame type.
        kind: u8,
        /// Frame body.
        body: Vec<u8>,
    },
    /// How the room on the profile's disk is: below the floor nothing of others is held any more, except who may read
    /// and write. Told at the start when it is low, and whenever it changes.
    DiskRoom {
        /// It is below the floor.
        low: bool,
    },
    /// A deadline from [`crate::Engine::next_deadline_ms`] has passed.
    Tick,
}
