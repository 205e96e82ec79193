//! The tables, and reading and writing one row of any of them.
//!
//! A space stands first in a key as its local index, a chain as its own: keys stay short and nothing outside
//! this device ever sees an index.

use redb::{Key, ReadableTable, Table, TableDefinition, TableHandle, WriteTransaction};

use crate::error::{Fault, ReadError};
use crate::row::{self, Indexed, Named, Row};

/// Values are rows: version, body, check.
pub(crate) type Bytes = &'static [u8];
/// (space index, note)
pub(crate) type NoteKey = (u32, &'static [u8; 16]);
/// (space index, note, arrival)
pub(crate) type GraphKey = (u32, &'static [u8; 16], u64);
/// (space index, note, generation, part)
pub(crate) type PartKey = (u32, &'static [u8; 16], u32, u32);

/// name → bytes; `format` is a bare u32 LE, so that every version past and future can read it.
pub(crate) const META: TableDefinition<&str, Bytes> = TableDefinition::new("meta");
/// space index → space, incarnation
pub(crate) const SPACES: TableDefinition<u32, Bytes> = TableDefinition::new("spaces");
/// chain index → chain, branch, tip
pub(crate) const CHAINS: TableDefinition<u32, Bytes> = TableDefinition::new("chains");
/// (chain, branch) → chain index
pub(crate) const CHAIN_IDS: TableDefinition<(&[u8; 16], u8), Bytes> =
    TableDefinition::new("chain_ids");
/// (chain index, seq) → entry
pub(crate) const ENTRIES: TableDefinition<(u32, u64), Bytes> = TableDefinition::new("entries");
/// A note's graph in arrival order.
pub(crate) const BY_NOTE: TableDefinition<GraphKey, Bytes> = TableDefinition::new("by_note");
/// (space index, arrival) → where the Member entry is
pub(crate) const ROSTER: TableDefinition<(u32, u64), Bytes> = TableDefinition::new("roster");
/// Parts of snapshots.
pub(crate) const SNAPSHOTS: TableDefinition<PartKey, Bytes> = TableDefinition::new("snapshots");
/// What the list shows.
pub(crate) const NOTES: TableDefinition<NoteKey, Bytes> = TableDefinition::new("notes");
/// (space index, label) → secret
pub(crate) const SECRETS: TableDefinition<(u32, &[u8; 32]), Bytes> =
    TableDefinition::new("secrets");
/// ticket → what was promised with it
pub(crate) const TICKETS: TableDefinition<&[u8; 16], Bytes> = TableDefinition::new("tickets");
/// The graph rows that carry a reason, so that they are found without reading every note's graph.
pub(crate) const QUARANTINE: TableDefinition<GraphKey, Bytes> = TableDefinition::new("quarantine");
/// (space index, note, draft) → what could not be sealed
pub(crate) const DRAFTS: TableDefinition<(u32, &[u8; 16], &[u8; 16]), Bytes> =
    TableDefinition::new("drafts");
/// name → bytes of this device's own
pub(crate) const LOCAL: TableDefinition<&str, Bytes> = TableDefinition::new("local");
/// transport key → addresses
pub(crate) const PEERS: TableDefinition<&[u8; 32], Bytes> = TableDefinition::new("peers");

/// The name in `meta` under which the format stands.
pub(crate) const FORMAT_NAME: &str = "format";

/// All tables of one write transaction.
pub(crate) struct Tables<'t> {
    pub meta: Table<'t, &'static str, Bytes>,
    pub spaces: Table<'t, u32, Bytes>,
    pub chains: Table<'t, u32, Bytes>,
    pub chain_ids: Table<'t, (&'static [u8; 16], u8), Bytes>,
    pub entries: Table<'t, (u32, u64), Bytes>,
    pub by_note: Table<'t, GraphKey, Bytes>,
    pub roster: Table<'t, (u32, u64), Bytes>,
    pub snapshots: Table<'t, PartKey, Bytes>,
    pub notes: Table<'t, NoteKey, Bytes>,
    pub secrets: Table<'t, (u32, &'static [u8; 32]), Bytes>,
    pub tickets: Table<'t, &'static [u8; 16], Bytes>,
    pub quarantine: Table<'t, GraphKey, Bytes>,
    pub drafts: Table<'t, (u32, &'static [u8; 16], &'static [u8; 16]), Bytes>,
    pub local: Table<'t, &'static str, Bytes>,
    pub peers: Table<'t, &'static [u8; 32], Bytes>,
}

impl<'t> Tables<'t> {
    /// Opens all of them; makes those that are missing.
    pub fn open(txn: &'t WriteTransaction) -> Result<Self, Fault> {
        Ok(Self {
            meta: txn.open_table(META)?,
            spaces: txn.open_table(SPACES)?,
            chains: txn.open_table(CHAINS)?,
            chain_ids: txn.open_table(CHAIN_IDS)?,
            entries: txn.open_table(ENTRIES)?,
            by_note: txn.open_table(BY_NOTE)?,
            roster: txn.open_table(ROSTER)?,
            snapshots: txn.open_table(SNAPSHOTS)?,
            notes: txn.open_table(NOTES)?,
            secrets: txn.open_table(SECRETS)?,
            tickets: txn.open_table(TICKETS)?,
            quarantine: txn.open_table(QUARANTINE)?,
            drafts: txn.open_table(DRAFTS)?,
            local: txn.open_table(LOCAL)?,
            peers: txn.open_table(PEERS)?,
        })
    }
}

/// Writes one row.
pub(crate) fn put<K: Key + 'static, R: Row>(
    table: &mut Table<'_, K, Bytes>,
    key: K::SelfType<'_>,
    row: &R,
    indexed: Indexed<'_>,
) -> Result<(), Fault> {
    put_body(table, key, row.encode(indexed))
}

/// Writes one row whose version and body are made already.
pub(crate) fn put_body<K: Key + 'static>(
    table: &mut Table<'_, K, Bytes>,
    key: K::SelfType<'_>,
    body: Vec<u8>,
) -> Result<(), Fault> {
    let value = row::seal(table.name(), K::as_bytes(&key).as_ref(), body);
    table.insert(key, value.as_slice())?;
    Ok(())
}

/// Reads one row.
pub(crate) fn get<K: Key + 'static, R: Row>(
    table: &(impl ReadableTable<K, Bytes> + TableHandle),
    key: K::SelfType<'_>,
    named: Named<'_>,
) -> Result<Option<R>, ReadError> {
    match table.get(&key)? {
        Some(value) => read::<K, R>(table.name(), &key, value.value(), named).map(Some),
        None => Ok(None),
    }
}

/// The row behind a stored value.
pub(crate) fn read<K: Key + 'static, R: Row>(
    table: &str,
    key: &K::SelfType<'_>,
    value: &[u8],
    named: Named<'_>,
) -> Result<R, ReadError> {
    let body = body::<K>(table, key, value)?;
    R::decode(body, named).map_err(|error| damaged::<K>(table, key, error))
}

/// Version and body of a stored value.
pub(crate) fn body<'v, K: Key + 'static>(
    table: &str,
    key: &K::SelfType<'_>,
    value: &'v [u8],
) -> Result<&'v [u8], ReadError> {
    row::unseal(table, K::as_bytes(key).as_ref(), value)
        .map_err(|error| damaged::<K>(table, key, error))
}

/// The error that names a row which does not read.
pub(crate) fn damaged<K: Key + 'static>(
    table: &str,
    key: &K::SelfType<'_>,
    error: row::RowError,
) -> ReadError {
    let key: String = K::as_bytes(key)
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    ReadError::Damaged(format!("table {table}, row {key}: {error}"))
}
