//! Reading snapshots: the newest generation that is whole.

use redb::{ReadableTable, TableHandle};
use skein_space::{NoteId, SpaceId};

use super::Reader;
use super::view::View;
use crate::error::ReadError;
use crate::row::{Row, Snapshot, SnapshotBody, join};
use crate::tables::{PartKey, SNAPSHOTS, body};

impl Reader {
    /// A note's newest snapshot. One that is damaged is passed over for the one before: a snapshot only
    /// saves work.
    pub fn snapshot(&self, space: SpaceId, note: NoteId) -> Result<Option<Snapshot>, ReadError> {
        self.snapshot_before(space, note, u32::MAX)
    }

    /// As [`Self::snapshot`], of the generations below one that the caller cannot use.
    pub fn snapshot_before(
        &self,
        space: SpaceId,
        note: NoteId,
        generation: u32,
    ) -> Result<Option<Snapshot>, ReadError> {
        self.view(|view| {
            let Some(space) = view.space(space)? else {
                return Ok(None);
            };
            let mut below = generation;
            while let Some(found) = newest(view, space, note, below)? {
                match snapshot(view, space, note, found) {
                    Ok(snapshot) => return Ok(Some(snapshot)),
                    Err(error @ ReadError::Damaged(_)) => {
                        tracing::warn!(%note, generation = found, %error, "a snapshot is damaged");
                    }
                    Err(error) => return Err(error),
                }
                below = found;
            }
            Ok(None)
        })
    }
}

/// The highest generation below one.
pub(crate) fn newest(
    view: &View<'_>,
    space: u32,
    note: NoteId,
    below: u32,
) -> Result<Option<u32>, ReadError> {
    let table = view.table(SNAPSHOTS)?;
    let range = (space, &note.0, 0, 0)..(space, &note.0, below, 0);
    match ReadableTable::range(&table, range)?.next_back() {
        Some(item) => Ok(Some(item?.0.value().2)),
        None => Ok(None),
    }
}

/// One generation, put together and checked.
pub(crate) fn snapshot(
    view: &View<'_>,
    space: u32,
    note: NoteId,
    generation: u32,
) -> Result<Snapshot, ReadError> {
    let table = view.table(SNAPSHOTS)?;
    let range = (space, &note.0, generation, 0)..=(space, &note.0, generation, u32::MAX);
    let mut parts = Vec::new();
    for item in ReadableTable::range(&table, range)? {
        let (key, value) = item?;
        let key = key.value();
        let part = body::<PartKey>(table.name(), &key, value.value())?;
        parts.push((key.3, part.to_vec()));
    }
    let damaged = |error| {
        ReadError::Damaged(format!(
            "table snapshots, note {note}, generation {generation}: {error}"
        ))
    };
    let whole = join(parts).map_err(damaged)?;
    let body = SnapshotBody::decode(&whole, &|index| view.named(index)).map_err(damaged)?;
    Ok(Snapshot {
        generation,
        state: body.state,
        covers: body.covers,
        frontier: body.frontier,
    })
}
