//! One read transaction and what its rows' local indexes stand for.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use redb::{ReadOnlyTable, ReadTransaction, ReadableTable, TableDefinition};
use skein_space::{Chain, ChainId, Entry, EntryRef, SpaceId};

use crate::error::ReadError;
use crate::index::Index;
use crate::row::{ChainBody, LogBody, RowError, SpaceBody, decode_entry};
use crate::tables::{Bytes, CHAIN_IDS, CHAINS, ENTRIES, SPACES, body, damaged, get, read};

/// The database as it was when the read began.
pub(crate) struct View<'t> {
    txn: &'t ReadTransaction,
    entries: ReadOnlyTable<(u32, u64), Bytes>,
    chains: ReadOnlyTable<u32, Bytes>,
    chain_ids: ReadOnlyTable<(&'static [u8; 16], u8), Bytes>,
    spaces: OnceCell<Vec<SpaceBody>>,
    known: RefCell<BTreeMap<u32, Known>>,
}

/// A chain as rows name it.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    pub body: ChainBody,
    pub chain: Chain,
    pub id: ChainId,
}

impl<'t> View<'t> {
    pub fn new(txn: &'t ReadTransaction) -> Result<Self, ReadError> {
        Ok(Self {
            txn,
            entries: txn.open_table(ENTRIES)?,
            chains: txn.open_table(CHAINS)?,
            chain_ids: txn.open_table(CHAIN_IDS)?,
            spaces: OnceCell::new(),
            known: RefCell::default(),
        })
    }

    /// Any table.
    pub fn table<K: redb::Key + 'static>(
        &self,
        table: TableDefinition<'_, K, Bytes>,
    ) -> Result<ReadOnlyTable<K, Bytes>, ReadError> {
        Ok(self.txn.open_table(table)?)
    }

    /// All spaces in the order of their local indexes, which have no gaps.
    pub fn spaces(&self) -> Result<&[SpaceBody], ReadError> {
        if self.spaces.get().is_none() {
            let rows = dense(&self.table(SPACES)?)?;
            let _ = self.spaces.set(rows);
        }
        Ok(self.spaces.get().map_or(&[], Vec::as_slice))
    }

    /// The local index of a space.
    pub fn space(&self, space: SpaceId) -> Result<Option<u32>, ReadError> {
        let spaces = self.spaces()?;
        Ok((0..)
            .zip(spaces)
            .find(|(_, row)| row.space == space)
            .map(|(index, _)| index))
    }

    /// The space behind a local index.
    pub fn space_id(&self, index: u32) -> Result<SpaceId, ReadError> {
        let spaces = self.spaces()?;
        spaces
            .get(index as usize)
            .map(|row| row.space)
            .ok_or_else(|| ReadError::Damaged(format!("space {index} is named but not held")))
    }

    /// All chains in the order of their local indexes, which have no gaps.
    pub fn chains(&self) -> Result<Vec<ChainBody>, ReadError> {
        dense(&self.chains)
    }

    /// The chain behind a local index.
    pub fn chain(&self, index: u32) -> Result<Known, ReadError> {
        if let Some(known) = self.known.borrow().get(&index) {
            return Ok(*known);
        }
        let body: ChainBody = get(&self.chains, index, &nameless)?
            .ok_or_else(|| ReadError::Damaged(format!("chain {index} is named but not held")))?;
        let chain = body.chain(self.space_id(body.space)?);
        let known = Known {
            body,
            chain,
            id: chain.id(),
        };
        self.known.borrow_mut().insert(index, known);
        Ok(known)
    }

    /// For decoding rows that name chains.
    pub fn named(&self, index: u32) -> Result<ChainId, RowError> {
        self.chain(index)
            .map(|known| known.id)
            .map_err(|_| RowError("it names a chain that is not held"))
    }

    /// The local index of a branch of a chain.
    pub fn branch(&self, chain: ChainId, branch: u8) -> Result<Option<u32>, ReadError> {
        let row: Option<LogBody> = get(&self.chain_ids, (&chain.0, branch), &nameless)?;
        Ok(row.map(|row| row.chain))
    }

    /// The local indexes of all branches of a chain, oldest first.
    pub fn branches(&self, chain: ChainId) -> Result<Vec<u32>, ReadError> {
        let mut branches = Vec::new();
        while let Some(index) = self.branch(chain, branches.len() as u8)? {
            branches.push(index);
        }
        Ok(branches)
    }

    /// The entry at a place of a branch; what the branch shares with an earlier one is read from there.
    pub fn entry(&self, mut index: u32, seq: u64) -> Result<Option<Entry>, ReadError> {
        let mut known = self.chain(index)?;
        while seq < known.body.fork_seq && known.body.parent < index {
            index = known.body.parent;
            known = self.chain(index)?;
        }
        let key = (index, seq);
        let Some(value) = self.entries.get(&key)? else {
            return Ok(None);
        };
        let body = body::<(u32, u64)>("entries", &key, value.value())?;
        decode_entry(body, known.chain, seq, &|index| self.named(index))
            .map(Some)
            .map_err(|error| damaged::<(u32, u64)>("entries", &key, error))
    }

    /// The entry that a reference means, on whichever branch it is.
    pub fn entry_by_ref(&self, reference: &EntryRef) -> Result<Option<Entry>, ReadError> {
        for index in self.branches(reference.chain)? {
            match self.entry(index, reference.seq)? {
                Some(entry) if reference.hash == entry.hash() => return Ok(Some(entry)),
                _ => {}
            }
        }
        Ok(None)
    }

    /// What the writer keeps in memory.
    pub fn index(&self) -> Result<Index, ReadError> {
        Index::new(self.spaces()?.to_vec(), self.chains()?)
            .map_err(|error| ReadError::Damaged(format!("table chains: {error}")))
    }
}

/// For rows that name no chain.
pub(crate) fn nameless(_: u32) -> Result<ChainId, RowError> {
    Err(RowError("it names a chain where none belongs"))
}

/// All rows of a table whose keys count from 0 without gaps.
fn dense<R: crate::row::Row>(table: &ReadOnlyTable<u32, Bytes>) -> Result<Vec<R>, ReadError> {
    use redb::TableHandle;
    let mut rows = Vec::new();
    for item in ReadableTable::iter(table)? {
        let (key, value) = item?;
        if key.value() as usize != rows.len() {
            return Err(ReadError::Damaged(format!(
                "table {}: row {} is missing",
                table.name(),
                rows.len()
            )));
        }
        rows.push(read::<u32, R>(
            table.name(),
            &key.value(),
            value.value(),
            &nameless,
        )?);
    }
    Ok(rows)
}
