//! What can be written.

use std::sync::Arc;

use skein_space::{
    ChainId, DeviceKey, Entry, EntryRef, Incarnation, NoteId, SecretLabel, SpaceId, TicketId,
    TransportKey,
};

use crate::row::{DraftRow, NoteRow, TicketRow};

/// One change. A `Vec<Op>` is written whole or not at all; writing it again changes nothing.
#[derive(Clone, Debug)]
pub enum Op {
    /// Hold an entry at the end of its chain: the entry, its row in its note's graph or in the roster, and
    /// the chain's tip. The same entry again is nothing; one that does not follow the tip is refused.
    Append {
        /// The entry. Signature and role were checked before.
        entry: Arc<Entry>,
        /// The session's end clock after it (Edits), 0 otherwise.
        end_clock: u64,
        /// Why the gate refused it; it is held all the same.
        refused: Option<String>,
    },
    /// As [`Op::Append`], and where another entry is held at its place, begins a new branch of the chain.
    Fork {
        /// The entry.
        entry: Arc<Entry>,
        /// The session's end clock after it (Edits), 0 otherwise.
        end_clock: u64,
        /// Why the gate refused it.
        refused: Option<String>,
    },
    /// A space this device is in, with the incarnation it writes under from now on. Comes before anything
    /// else of the space.
    Space {
        /// The space.
        space: SpaceId,
        /// The incarnation.
        incarnation: Incarnation,
        /// Whether it left it.
        left: bool,
    },
    /// The derived row of a note.
    NoteRow(SpaceId, NoteId, NoteRow),
    /// A note's state as of some entries. It becomes the next generation; the one before is kept.
    Snapshot {
        /// The space.
        space: SpaceId,
        /// The note.
        note: NoteId,
        /// A v1 update of the whole state, verified by the caller.
        state: Vec<u8>,
        /// Per (chain, session) the highest seq it covers.
        covers: Vec<(ChainId, u64, u64)>,
        /// The frontier of what it covers.
        frontier: Vec<EntryRef>,
    },
    /// The secrets of one label of a space, in place of those before; none forgets the label.
    Secrets {
        /// The space.
        space: SpaceId,
        /// The label.
        label: SecretLabel,
        /// The secrets, the one in use first.
        secrets: Vec<[u8; 32]>,
    },
    /// A ticket this device gives out.
    Ticket(TicketRow),
    /// A ticket is used up by this device. Refused when another device used it before.
    TicketBound {
        /// The ticket.
        ticket: TicketId,
        /// The device.
        device: DeviceKey,
    },
    /// A ticket that has ended.
    ForgetTicket(TicketId),
    /// Something that could not be sealed.
    Draft(DraftRow),
    /// A draft the person is done with.
    ForgetDraft {
        /// The space.
        space: SpaceId,
        /// The note.
        note: NoteId,
        /// [`DraftRow::id`].
        id: [u8; 16],
    },
    /// A setting of this device; `None` removes it.
    Local(String, Option<Vec<u8>>),
    /// A fact about this database (device, machine); kept for its whole life.
    Meta(String, Vec<u8>),
    /// An address at which a peer was reached.
    PeerAddress {
        /// Its libp2p identity.
        peer: TransportKey,
        /// The address, as the network writes it.
        address: String,
        /// When, Unix milliseconds.
        seen_ms: i64,
    },
    /// A peer that is no member of any space any more.
    ForgetPeer(TransportKey),
}

/// Operations that are written whole or not at all.
pub type Batch = Vec<Op>;

impl Op {
    /// About how many bytes it makes the disk write; bounds groups and the queue.
    pub(crate) fn weight(&self) -> usize {
        const ROW: usize = 256;
        ROW + match self {
            Op::Append { entry, .. } | Op::Fork { entry, .. } => entry.payload().len(),
            Op::Snapshot { state, .. } => state.len(),
            Op::Draft(draft) => draft.update.len() + draft.text.len(),
            Op::NoteRow(_, _, row) => row.title.len() + row.preview.len(),
            Op::Local(_, Some(bytes)) | Op::Meta(_, bytes) => bytes.len(),
            _ => 0,
        }
    }
}
