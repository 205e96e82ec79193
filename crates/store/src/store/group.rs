//! One commit's worth of batches: each is looked through first, then written, so that a refused one leaves
//! no trace in the transaction it shares with others.

use std::collections::{BTreeMap, BTreeSet};

use skein_space::{Incarnation, NoteId, SpaceId, TicketId};

use super::append::Append;
use crate::config::{ADDRESS_BYTES_MAX, ROW_BYTES_MAX, SNAPSHOT_BYTES_MAX};
use crate::error::{Fault, ReadError, StoreError};
use crate::index::Index;
use crate::op::Op;
use crate::read::view::nameless;
use crate::row::{SpaceBody, TicketRow};
use crate::tables::{FORMAT_NAME, Tables, get, put};

/// The batches of one commit.
pub(super) struct Group<'t, 'i> {
    pub tables: Tables<'t>,
    pub index: &'i mut Index,
    /// The next arrival number per note, once known.
    pub arrivals: BTreeMap<(u32, NoteId), u64>,
    /// The same per roster.
    pub members: BTreeMap<u32, u64>,
    /// Chains and spaces whose row is written at the end of the commit.
    chains: BTreeSet<u32>,
    spaces: BTreeSet<u32>,
}

/// Where an operation goes, found out before anything is written.
pub(super) enum Target {
    /// To a space's tables.
    Space(u32),
    /// The space itself.
    SpaceRow(u32),
    /// To the end of a branch.
    Chain(u32),
    /// The entry is held already.
    Held,
    /// Belongs to no space.
    Device,
}

/// Looking through a batch: refused, or the storage failed.
pub(super) enum Stop {
    Refused(StoreError),
    Fault(Fault),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Stop::Refused(error)
    }
}

impl From<redb::StorageError> for Stop {
    fn from(error: redb::StorageError) -> Self {
        Stop::Fault(error.into())
    }
}

/// A damaged row stops the batch that needs it, not the store.
impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged(what) => Stop::Refused(StoreError::Damaged(what)),
            other => Stop::Fault(other.into()),
        }
    }
}

impl<'t, 'i> Group<'t, 'i> {
    pub fn new(tables: Tables<'t>, index: &'i mut Index) -> Self {
        Self {
            tables,
            index,
            arrivals: BTreeMap::new(),
            members: BTreeMap::new(),
            chains: BTreeSet::new(),
            spaces: BTreeSet::new(),
        }
    }

    /// Writes one batch, or says why not.
    pub fn batch(&mut self, ops: &[Op]) -> Result<Result<(), StoreError>, Fault> {
        let mark = self.index.mark();
        let targets = match self.look(ops) {
            Ok(targets) => targets,
            Err(Stop::Refused(error)) => {
                self.index.undo(mark);
                return Ok(Err(error));
            }
            Err(Stop::Fault(fault)) => return Err(fault),
        };
        for (op, target) in ops.iter().zip(targets) {
            match target {
                Target::Chain(index) => drop(self.chains.insert(index)),
                Target::SpaceRow(index) => drop(self.spaces.insert(index)),
                _ => {}
            }
            self.write(op, target)?;
        }
        Ok(Ok(()))
    }

    /// Writes the rows of the spaces and chains that changed: once a commit, however many entries came.
    pub fn finish(mut self) -> Result<(), Fault> {
        for space in std::mem::take(&mut self.spaces) {
            let row = *self.index.space_row(space);
            put(&mut self.tables.spaces, space, &row, &|_| None)?;
        }
        for chain in std::mem::take(&mut self.chains) {
            let row = *self.index.chain_row(chain);
            put(&mut self.tables.chains, chain, &row, &|_| None)?;
        }
        Ok(())
    }

    fn look(&mut self, ops: &[Op]) -> Result<Vec<Target>, Stop> {
        let mut placed = BTreeMap::new();
        let mut targets = Vec::with_capacity(ops.len());
        for (at, op) in ops.iter().enumerate() {
            targets.push(match op {
                Op::Append { entry, .. } => self.place(entry, Append::Follow, &mut placed)?,
                Op::Fork { entry, .. } => self.place(entry, Append::Branch, &mut placed)?,
                Op::Space {
                    space,
                    incarnation,
                    left,
                } => self.place_space(*space, *incarnation, *left),
                Op::NoteRow(space, _, row) => {
                    limit(
                        "a note's row",
                        row.title.len() + row.preview.len(),
                        ROW_BYTES_MAX,
                    )?;
                    self.of_space(*space)?
                }
                Op::Snapshot { space, state, .. } => {
                    limit("a snapshot", state.len(), SNAPSHOT_BYTES_MAX)?;
                    self.of_space(*space)?
                }
                Op::Draft(draft) => {
                    limit(
                        "a draft",
                        draft.update.len() + draft.text.len(),
                        ROW_BYTES_MAX,
                    )?;
                    self.of_space(draft.space)?
                }
                Op::Secrets { space, .. } | Op::ForgetDraft { space, .. } => {
                    self.of_space(*space)?
                }
                Op::TicketBound { ticket, device } => {
                    let row = self.ticket(*ticket, &ops[..at])?;
                    match row.ok_or(StoreError::UnknownTicket)?.bound {
                        Some(bound) if bound != *device => {
                            return Err(StoreError::TicketUsed(bound).into());
                        }
                        _ => Target::Device,
                    }
                }
                Op::Local(_, bytes) => {
                    limit(
                        "a setting",
                        bytes.as_ref().map_or(0, Vec::len),
                        ROW_BYTES_MAX,
                    )?;
                    Target::Device
                }
                Op::Meta(name, _) if name == FORMAT_NAME => {
                    return Err(StoreError::ReservedName(name.clone()).into());
                }
                Op::PeerAddress { address, .. } => {
                    limit("a peer's address", address.len(), ADDRESS_BYTES_MAX)?;
                    Target::Device
                }
                Op::Meta(..) | Op::Ticket(_) | Op::ForgetTicket(_) | Op::ForgetPeer(_) => {
                    Target::Device
                }
            });
        }
        Ok(targets)
    }

    fn place_space(&mut self, space: SpaceId, incarnation: Incarnation, left: bool) -> Target {
        Target::SpaceRow(self.index.set_space(SpaceBody {
            space,
            incarnation,
            left,
        }))
    }

    fn of_space(&self, space: SpaceId) -> Result<Target, StoreError> {
        self.index
            .space(space)
            .map(Target::Space)
            .ok_or(StoreError::UnknownSpace(space))
    }

    /// A ticket as it is with the operations before, which are not written yet.
    fn ticket(&self, ticket: TicketId, before: &[Op]) -> Result<Option<TicketRow>, Stop> {
        let named = |op: &&Op| matches!(op, Op::Ticket(row) if row.ticket == ticket);
        if let Some(Op::Ticket(row)) = before.iter().rev().find(named) {
            return Ok(Some(row.clone()));
        }
        Ok(get(&self.tables.tickets, &ticket.0, &nameless)?)
    }
}

fn limit(what: &'static str, bytes: usize, limit: usize) -> Result<(), StoreError> {
    if bytes > limit {
        return Err(StoreError::TooLarge { what, bytes, limit });
    }
    Ok(())
}
