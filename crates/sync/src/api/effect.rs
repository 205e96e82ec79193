//! What the driver must now do.

use std::sync::Arc;

use skein_space::{
    ChainId, Entry, EntryRef, Incarnation, Log, NoteId, SecretLabel, SpaceId, TransportKey,
};

use super::{
    AdmitError, CommitToken, EndReason, Event, LeaveError, OpenError, RecoverError, RequestId,
    RoleError, SessionHandle, StoreOp, StreamId, TakeInError,
};

/// Held entries of one branch of a chain, to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The chain.
    pub chain: ChainId,
    /// The branch, as in [`super::Held::entry`].
    pub branch: u8,
    /// First place.
    pub from: u64,
    /// Last place.
    pub to: u64,
}

/// Where a member that was lowered is cut: what it wrote above this place of this chain stays only where others have
/// built on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The chain's incarnation; the device is the member's.
    pub incarnation: Incarnation,
    /// The chain's log.
    pub log: Log,
    /// The last place that stays.
    pub seq: u64,
}

/// Something the driver must do, in the order given.
#[derive(Debug)]
pub enum Effect {
    /// Make these durable, then answer [`Input::Committed`].
    Commit {
        /// Comes back.
        token: CommitToken,
        /// All or none.
        ops: Vec<StoreOp>,
    },
    /// Open a stream to a peer for a space; answered by [`Input::StreamUp`] with that space.
    OpenStream {
        /// The peer.
        peer: TransportKey,
        /// The space.
        space: SpaceId,
    },
    /// Close a stream.
    CloseStream {
        /// The stream.
        stream: StreamId,
        /// Why, for logs.
        reason: &'static str,
    },
    /// Send one frame.
    Send {
        /// The stream.
        stream: StreamId,
        /// Frame type.
        kind: u8,
        /// Frame body.
        body: Vec<u8>,
    },
    /// Send held entries, in this order, paced by the stream; then answer [`Input::RangesSent`].
    SendRanges {
        /// The stream.
        stream: StreamId,
        /// What to send, in this order.
        ranges: Vec<Range>,
    },
    /// Publish on a space's gossip topic (the driver seals it).
    Gossip {
        /// The space.
        space: SpaceId,
        /// Frame type.
        kind: u8,
        /// Frame body.
        body: Vec<u8>,
    },
    /// A note is open.
    Opened {
        /// The session.
        session: SessionHandle,
        /// The yjs client id it must write under.
        client: u64,
        /// The note's state (a v1 update): delivery 0.
        state: Vec<u8>,
        /// Whether this device may write here now.
        can_write: bool,
        /// Whether nobody has written this note yet.
        is_new: bool,
    },
    /// A note could not be opened.
    OpenFailed {
        /// The session.
        session: SessionHandle,
        /// Why.
        reason: OpenError,
    },
    /// Hand updates of others to a session's replica.
    Deliver {
        /// The session.
        session: SessionHandle,
        /// From 1, without gaps, per session.
        number: u64,
        /// One v1 update per entry.
        updates: Vec<Vec<u8>>,
    },
    /// A push is durable.
    Ack {
        /// The session.
        session: SessionHandle,
        /// The push.
        sequence: u64,
        /// The last entry it became; `None` for a push that changed nothing.
        entry: Option<EntryRef>,
    },
    /// Pushes from this one on did not arrive.
    ResendFrom {
        /// The session.
        session: SessionHandle,
        /// The first one missing.
        sequence: u64,
    },
    /// A session cannot go on: the window opens the note again.
    Ended {
        /// The session.
        session: SessionHandle,
        /// Why.
        reason: EndReason,
    },
    /// A snapshot is due: verify it (decode into a fresh document, compare the hash), then write it.
    Snapshot {
        /// The space.
        space: SpaceId,
        /// The note.
        note: NoteId,
        /// A v1 update of the whole state.
        state: Vec<u8>,
        /// What it covers: per (chain, session) the highest seq applied; closed under past.
        covers: Vec<(ChainId, u64, u64)>,
        /// The frontier of what it covers.
        frontier: Vec<EntryRef>,
        /// The canonical hash of the document it was taken from.
        hash: [u8; 32],
    },
    /// A space this device founded or joined stands, durably.
    SpaceReady {
        /// The request.
        request: RequestId,
        /// The space.
        space: SpaceId,
    },
    /// A space could not be founded: a name is longer than 256 bytes.
    SpaceFailed {
        /// The request.
        request: RequestId,
    },
    /// A Member entry is durable (or could not be made).
    Admitted {
        /// The request.
        request: RequestId,
        /// The roster with it, in an order a receiver can fold.
        result: Result<Vec<Arc<Entry>>, AdmitError>,
    },
    /// A role is changed, durably (or could not be).
    RoleChanged {
        /// The request.
        request: RequestId,
        /// The last place that stays of each of the member's chains; empty where it may do more than before.
        result: Result<Vec<Cut>, RoleError>,
    },
    /// What was set aside of somebody is part of its notes again, durably (or could not be).
    TakenIn {
        /// The request.
        request: RequestId,
        /// Edits that came in.
        result: Result<u64, TakeInError>,
    },
    /// This device is an owner by the recovery key, durably (or could not become one).
    Recovered {
        /// The request.
        request: RequestId,
        /// The space.
        space: SpaceId,
        /// Whether it is.
        result: Result<(), RecoverError>,
    },
    /// This device has left a space, durably (or could not).
    Left {
        /// The request.
        request: RequestId,
        /// The space.
        space: SpaceId,
        /// Whether it has.
        result: Result<(), LeaveError>,
    },
    /// No secret is held that fits the roster; answer with [`Input::NewSecret`].
    NeedSecret {
        /// The space.
        space: SpaceId,
        /// The label it needs.
        label: SecretLabel,
    },
    /// This device must take a new incarnation in a space; answer with [`Input::NewIncarnation`].
    NeedIncarnation {
        /// The space.
        space: SpaceId,
    },
    /// Tell the shells.
    Event(Event),
}
