//! A note's state as of some entries, cut into parts that fit a page.

use skein_space::{ChainId, EntryRef};

use super::{In, Indexed, Named, Out, Row, RowError};
use crate::config::SNAPSHOT_PART_BYTES;

/// A note's state as it was after some of its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Counts up with every snapshot of the note.
    pub generation: u32,
    /// A v1 update of the whole state.
    pub state: Vec<u8>,
    /// Per (chain, session) the highest seq it covers.
    pub covers: Vec<(ChainId, u64, u64)>,
    /// The frontier of what it covers.
    pub frontier: Vec<EntryRef>,
}

/// All parts of one generation put together; the last thing in it is the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SnapshotBody {
    pub covers: Vec<(ChainId, u64, u64)>,
    pub frontier: Vec<EntryRef>,
    pub state: Vec<u8>,
}

impl Row for SnapshotBody {
    const VERSION: u8 = 1;

    fn write(&self, out: &mut Out, indexed: Indexed<'_>) {
        out.num(self.covers.len() as u64);
        for (chain, session, seq) in &self.covers {
            out.chain(*chain, indexed);
            out.num(*session);
            out.num(*seq);
        }
        out.references(&self.frontier, indexed);
        out.num(self.state.len() as u64);
        // The parts have a check each; this one says that they belong together.
        out.raw(blake3::hash(&self.state).as_bytes());
        out.raw(&self.state);
    }

    fn read(_: u8, input: &mut In<'_>, named: Named<'_>) -> Result<Self, RowError> {
        let count = input.count(3)?;
        let mut covers = Vec::with_capacity(count);
        for _ in 0..count {
            covers.push((input.chain(named)?, input.num()?, input.num()?));
        }
        let frontier = input.references(named)?;
        let len: usize = input.small()?;
        let hash: [u8; 32] = input.array()?;
        let state = input.take(len)?.to_vec();
        if *blake3::hash(&state).as_bytes() != hash {
            return Err(RowError("the snapshot's parts do not belong together"));
        }
        Ok(Self {
            covers,
            frontier,
            state,
        })
    }
}

/// The parts of an encoded snapshot, in order; at least one.
pub(crate) fn cut(encoded: &[u8]) -> impl Iterator<Item = &[u8]> {
    encoded.chunks(SNAPSHOT_PART_BYTES - super::CHECK_BYTES)
}

/// Puts parts together again. `parts` are the part numbers with their bytes, as the table has them.
pub(crate) fn join(parts: impl IntoIterator<Item = (u32, Vec<u8>)>) -> Result<Vec<u8>, RowError> {
    let mut whole = Vec::new();
    for (expected, (part, bytes)) in parts.into_iter().enumerate() {
        if part as usize != expected {
            return Err(RowError("a part of the snapshot is missing"));
        }
        whole.extend_from_slice(&bytes);
    }
    Ok(whole)
}
