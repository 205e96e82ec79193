//! Reading a row by itself, without a database around it.

use redb::TableHandle;
use skein_space::{Chain, ChainId, DeviceKey, Incarnation, Log, SpaceId};

use super::{
    BytesBody, ChainBody, DraftRow, GraphBody, LogBody, NoteRow, PeerRow, Row, RowError,
    SecretBody, SnapshotBody, SpaceBody, TicketRow, decode_entry, encode_entry,
};
use crate::tables::{
    BY_NOTE, CHAIN_IDS, CHAINS, DRAFTS, ENTRIES, LOCAL, META, NOTES, PEERS, QUARANTINE, ROSTER,
    SECRETS, SNAPSHOTS, SPACES, TICKETS,
};

/// What a row of `table` with this version and body would be written as: the same bytes, but for a
/// chain that has a number of its own here (0 is the only one) and was spelled out. `None` where the
/// row does not read, or no table has that name.
///
/// Public so that the fuzz targets (`tests/fuzz`) can try the readers of rows on bytes that would
/// never pass a row's check. An entry is read as the first of a fixed chain; a snapshot is its parts
/// put together.
pub fn reread(table: &str, body: &[u8]) -> Option<Vec<u8>> {
    fn row<R: Row>(body: &[u8]) -> Option<Vec<u8>> {
        let read = R::decode(body, &named).ok()?;
        Some(read.encode(&indexed))
    }
    match table {
        table if table == SPACES.name() => row::<SpaceBody>(body),
        table if table == CHAINS.name() => row::<ChainBody>(body),
        table if table == BY_NOTE.name() => row::<GraphBody>(body),
        table if table == SNAPSHOTS.name() => row::<SnapshotBody>(body),
        table if table == NOTES.name() => row::<NoteRow>(body),
        table if table == SECRETS.name() => row::<SecretBody>(body),
        table if table == TICKETS.name() => row::<TicketRow>(body),
        table if table == DRAFTS.name() => row::<DraftRow>(body),
        table if table == PEERS.name() => row::<PeerRow>(body),
        table if [ROSTER.name(), CHAIN_IDS.name()].contains(&table) => row::<LogBody>(body),
        table if [META.name(), LOCAL.name(), QUARANTINE.name()].contains(&table) => {
            row::<BytesBody>(body)
        }
        table if table == ENTRIES.name() => {
            let entry = decode_entry(body, chain(), 1, &named).ok()?;
            Some(encode_entry(&entry, &indexed))
        }
        _ => None,
    }
}

/// The one chain with a number.
fn chain() -> Chain {
    Chain {
        space: SpaceId([1; 16]),
        device: DeviceKey([2; 32]),
        incarnation: Incarnation([3; 16]),
        log: Log::Notes,
    }
}

fn named(index: u32) -> Result<ChainId, RowError> {
    let known = (index == 0).then(|| chain().id());
    known.ok_or(RowError("it names a chain that is not held"))
}

fn indexed(named: ChainId) -> Option<u32> {
    (named == chain().id()).then_some(0)
}
