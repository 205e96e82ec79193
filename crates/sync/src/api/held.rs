//! Reads of what is durably held, which the driver and the simulator implement.

use std::sync::Arc;

use skein_space::{
    Chain, ChainId, Entry, EntryHash, EntryRef, Incarnation, Kind, NoteId, SecretLabel, SpaceId,
};

use super::NoteRow;

/// A read of held rows that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct HeldError(pub String);

/// One entry of a note as the graph keeps it: everything but the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphRow {
    /// Its chain.
    pub chain: ChainId,
    /// Its place there.
    pub seq: u64,
    /// Its hash.
    pub hash: EntryHash,
    /// Its kind.
    pub kind: Kind,
    /// Its session (0 for a Session entry).
    pub session: u64,
    /// The session's end clock after it.
    pub end_clock: u64,
    /// Whether the gate refused it.
    pub refused: bool,
    /// Its dependencies.
    pub deps: Vec<EntryRef>,
}

/// A note's state as a snapshot keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldSnapshot {
    /// A v1 update of the whole state.
    pub state: Vec<u8>,
    /// Per (chain, session) the highest seq it covers.
    pub covers: Vec<(ChainId, u64, u64)>,
}

/// Reads of what is durably held. Implemented over the store by the driver and by the simulator.
///
/// Everything here sees committed rows only; the engine remembers what is still on its way to disk.
pub trait Held {
    /// The entry at a place of a branch of a chain (0: the one held first); what the branch shares with an earlier one is
    /// found as well.
    fn entry(&self, chain: ChainId, branch: u8, seq: u64) -> Result<Option<Arc<Entry>>, HeldError>;
    /// A note's entries in arrival order.
    fn graph(&self, space: SpaceId, note: NoteId) -> Result<Vec<GraphRow>, HeldError>;
    /// A note's newest readable snapshot.
    fn snapshot(&self, space: SpaceId, note: NoteId) -> Result<Option<HeldSnapshot>, HeldError>;
}

/// A branch of a chain when the process started.
#[derive(Clone, Copy, Debug)]
pub struct StartChain {
    /// The chain.
    pub chain: Chain,
    /// 0 for the branch held first; later ones in the order in which they were seen here.
    pub branch: u8,
    /// The branch that holds everything below [`Self::first_own`]; its own number for the first.
    pub parent: u8,
    /// The first place of this branch's own; 1 for the first branch.
    pub first_own: u64,
    /// The last place held.
    pub seq: u64,
    /// The hash of the entry there.
    pub hash: EntryHash,
}

/// What a space looked like when the process started.
#[derive(Clone, Debug)]
pub struct StartSpace {
    /// The space.
    pub space: SpaceId,
    /// This device's incarnation in it.
    pub incarnation: Incarnation,
    /// This device left it.
    pub left: bool,
    /// The secrets held.
    pub secrets: Vec<(SecretLabel, [u8; 32])>,
    /// All Member entries held, in arrival order.
    pub roster: Vec<Arc<Entry>>,
    /// All chains held, a row for each branch.
    pub chains: Vec<StartChain>,
    /// The notes' rows.
    pub notes: Vec<(NoteId, NoteRow)>,
}
