//! What the engine reads of the store.

use std::sync::Arc;

use skein_space::{ChainId, Entry, NoteId, SpaceId};
use skein_store::Reader;
use skein_sync::{GraphRow, Held, HeldError, HeldSnapshot};

use crate::rows::{graph_row, held_snapshot};

/// Committed rows, as the engine reads them.
#[derive(Clone, Debug)]
pub struct Committed(Reader);

impl Committed {
    /// Over a store's reader.
    pub fn new(reader: Reader) -> Self {
        Self(reader)
    }

    /// The reader itself, for what the engine does not ask.
    pub fn reader(&self) -> &Reader {
        &self.0
    }
}

fn unread(error: skein_store::ReadError) -> HeldError {
    HeldError(error.to_string())
}

impl Held for Committed {
    fn entry(&self, chain: ChainId, branch: u8, seq: u64) -> Result<Option<Arc<Entry>>, HeldError> {
        self.0.branch_entry(chain, branch, seq).map_err(unread)
    }

    fn graph(&self, space: SpaceId, note: NoteId) -> Result<Vec<GraphRow>, HeldError> {
        let graph = self.0.graph(space, note).map_err(unread)?;
        Ok(graph.into_iter().map(graph_row).collect())
    }

    fn snapshot(&self, space: SpaceId, note: NoteId) -> Result<Option<HeldSnapshot>, HeldError> {
        let snapshot = self.0.snapshot(space, note).map_err(unread)?;
        Ok(snapshot.map(held_snapshot))
    }
}
