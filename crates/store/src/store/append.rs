//! Where an entry goes: to the end of a branch, into a branch of its own, or nowhere.

use std::collections::BTreeMap;

use skein_space::{Entry, EntryHash};

use super::group::{Group, Stop, Target};
use crate::config::BRANCHES_MAX;
use crate::error::{ReadError, StoreError};
use crate::row::{ChainBody, decode_entry};
use crate::tables::{body, damaged};

/// What to do where another entry is held at the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Append {
    /// Refuse.
    Follow,
    /// Begin a branch.
    Branch,
}

/// Entries that this batch has placed and not written yet.
pub(super) type Placed = BTreeMap<(u32, u64), EntryHash>;

impl Group<'_, '_> {
    pub(super) fn place(
        &mut self,
        entry: &Entry,
        append: Append,
        placed: &mut Placed,
    ) -> Result<Target, Stop> {
        let header = entry.header();
        let space = self
            .index
            .space(header.chain.space)
            .ok_or(StoreError::UnknownSpace(header.chain.space))?;
        let branches = self.index.branches(entry.chain_id()).to_vec();
        for &index in &branches {
            let row = self.index.chain_row(index);
            if row.tip_seq.checked_add(1) == Some(header.seq) && row.tip_hash == header.prev {
                return Ok(self.advance(index, entry, placed));
            }
        }
        let mut contradicted = None;
        for &index in &branches {
            match self.held(index, header.seq, placed)? {
                Some(hash) if hash == entry.hash() => return Ok(Target::Held),
                Some(hash) => contradicted = contradicted.or(Some((index, hash))),
                None => {}
            }
        }
        let base = self.base(&branches, entry, placed)?;
        match (base, contradicted) {
            (Some(parent), None) if header.seq == 1 => {
                self.add_branch(space, entry, parent, 0, placed)
            }
            (Some(parent), Some((_, held))) => {
                if append == Append::Follow {
                    return Err(StoreError::Contradicts {
                        chain: entry.chain_id(),
                        seq: header.seq,
                        held,
                    }
                    .into());
                }
                self.add_branch(space, entry, parent, branches.len(), placed)
            }
            _ => Err(self.not_next(&branches, entry).into()),
        }
    }

    /// The branch that holds what the entry names as the one before it; for a first entry any, or the chain
    /// that is to be made.
    fn base(&self, branches: &[u32], entry: &Entry, placed: &Placed) -> Result<Option<u32>, Stop> {
        let header = entry.header();
        if header.seq == 1 {
            let first = branches.first().copied();
            let parent = first.unwrap_or(self.index.next_chain());
            return Ok(header.prev.is_zero().then_some(parent));
        }
        for &index in branches {
            if self.held(index, header.seq - 1, placed)? == Some(header.prev) {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    fn advance(&mut self, index: u32, entry: &Entry, placed: &mut Placed) -> Target {
        let seq = entry.header().seq;
        self.index.set_tip(index, seq, entry.hash());
        placed.insert((index, seq), entry.hash());
        Target::Chain(index)
    }

    fn add_branch(
        &mut self,
        space: u32,
        entry: &Entry,
        parent: u32,
        branch: usize,
        placed: &mut Placed,
    ) -> Result<Target, Stop> {
        if branch >= BRANCHES_MAX {
            return Err(StoreError::TooManyBranches {
                chain: entry.chain_id(),
            }
            .into());
        }
        let header = entry.header();
        let body = ChainBody {
            space,
            device: header.chain.device,
            incarnation: header.chain.incarnation,
            log: header.chain.log,
            branch: branch as u8,
            parent,
            fork_seq: header.seq,
            tip_seq: header.seq - 1,
            tip_hash: header.prev,
        };
        let index = self.index.add_chain(entry.chain_id(), body);
        Ok(self.advance(index, entry, placed))
    }

    /// The hash of the entry held at a place of a branch.
    fn held(&self, index: u32, seq: u64, placed: &Placed) -> Result<Option<EntryHash>, Stop> {
        let row = self.index.chain_row(index);
        if seq == 0 || seq > row.tip_seq {
            return Ok(None);
        }
        if seq == row.tip_seq {
            return Ok(Some(row.tip_hash));
        }
        let key = (self.index.holder(index, seq), seq);
        if let Some(hash) = placed.get(&key) {
            return Ok(Some(*hash));
        }
        Ok(self.stored_hash(key)?)
    }

    fn stored_hash(&self, key: (u32, u64)) -> Result<Option<EntryHash>, ReadError> {
        use redb::ReadableTable;
        let Some(value) = self.tables.entries.get(&key)? else {
            return Err(ReadError::Damaged(format!(
                "entry {} of chain {} is not held",
                key.1, key.0
            )));
        };
        let bytes = body::<(u32, u64)>("entries", &key, value.value())?;
        let entry = self
            .index
            .chain(key.0)
            .and_then(|chain| {
                decode_entry(bytes, chain, key.1, &|index| {
                    self.index.chain(index).map(|chain| chain.id())
                })
            })
            .map_err(|error| damaged::<(u32, u64)>("entries", &key, error))?;
        Ok(Some(entry.hash()))
    }

    fn not_next(&self, branches: &[u32], entry: &Entry) -> StoreError {
        let tips = branches
            .iter()
            .map(|&index| self.index.chain_row(index).tip_seq);
        StoreError::NotNext {
            chain: entry.chain_id(),
            seq: entry.header().seq,
            tip_seq: tips.max().unwrap_or(0),
        }
    }
}
