//! Writing an operation whose place is known. Nothing here refuses: what fails here is the disk.

use std::cmp::Reverse;

use redb::ReadableTable;
use skein_space::{ChainId, Entry, EntryRef, Log, NoteId, TransportKey, planted};

use super::group::{Group, Target};
use crate::config::{PEER_ADDRESSES_MAX, REASON_BYTES_MAX, SNAPSHOT_GENERATIONS};
use crate::error::{Fault, ReadError};
use crate::op::Op;
use crate::read::view::nameless;
use crate::row::{
    BytesBody, GraphBody, LogBody, PeerRow, Row, SecretBody, SnapshotBody, TicketRow, cut,
    encode_entry,
};
use crate::tables::{PartKey, body, get, put, put_body};

impl Group<'_, '_> {
    pub(super) fn write(&mut self, op: &Op, target: Target) -> Result<(), Fault> {
        match (op, target) {
            (
                Op::Append {
                    entry,
                    end_clock,
                    refused,
                }
                | Op::Fork {
                    entry,
                    end_clock,
                    refused,
                },
                Target::Chain(chain),
            ) => self.entry(chain, entry, *end_clock, refused.as_deref()),
            (Op::NoteRow(_, note, row), Target::Space(space)) => {
                let index = &*self.index;
                put(&mut self.tables.notes, (space, &note.0), row, &|id| {
                    index.indexed(id)
                })
            }
            (
                Op::Snapshot {
                    note,
                    state,
                    covers,
                    frontier,
                    ..
                },
                Target::Space(space),
            ) => self.snapshot(space, *note, state, covers, frontier),
            (Op::Secrets { label, secrets, .. }, Target::Space(space)) if secrets.is_empty() => {
                self.tables.secrets.remove((space, &label.0))?;
                Ok(())
            }
            (Op::Secrets { label, secrets, .. }, Target::Space(space)) => put(
                &mut self.tables.secrets,
                (space, &label.0),
                &SecretBody(secrets.clone()),
                &|_| None,
            ),
            (Op::Draft(draft), Target::Space(space)) => put(
                &mut self.tables.drafts,
                (space, &draft.note.0, &draft.id()),
                draft,
                &|_| None,
            ),
            (Op::ForgetDraft { note, id, .. }, Target::Space(space)) => {
                self.tables.drafts.remove((space, &note.0, id))?;
                Ok(())
            }
            (op, Target::Device) => self.of_device(op),
            // Held already, or a space, whose row is written at the end of the commit.
            _ => Ok(()),
        }
    }

    fn entry(
        &mut self,
        chain: u32,
        entry: &Entry,
        end_clock: u64,
        refused: Option<&str>,
    ) -> Result<(), Fault> {
        let row = *self.index.chain_row(chain);
        let (seq, space) = (entry.header().seq, row.space);
        if seq == row.fork_seq {
            let key = (&entry.chain_id().0, row.branch);
            let place = LogBody { chain, seq };
            put(&mut self.tables.chain_ids, key, &place, &|_| None)?;
        }
        let index = &*self.index;
        let encoded = encode_entry(entry, &|id| index.indexed(id));
        put_body(&mut self.tables.entries, (chain, seq), encoded)?;
        match row.log {
            Log::Roster => {
                let arrival = self.next_member(space)?;
                let place = LogBody { chain, seq };
                put(&mut self.tables.roster, (space, arrival), &place, &|_| None)
            }
            Log::Notes if planted!(GraphRowMissing) && seq % 7 == 6 => Ok(()),
            Log::Notes => self.graph(space, chain, entry, end_clock, refused),
        }
    }

    fn graph(
        &mut self,
        space: u32,
        chain: u32,
        entry: &Entry,
        end_clock: u64,
        refused: Option<&str>,
    ) -> Result<(), Fault> {
        let header = entry.header();
        let arrival = self.next_arrival(space, header.note)?;
        let key = (space, &header.note.0, arrival);
        let row = GraphBody {
            chain,
            seq: header.seq,
            hash: entry.hash(),
            kind: header.kind,
            session: header.session,
            end_clock,
            refused: refused.map(shorten),
            deps: header.deps.clone(),
        };
        if row.refused.is_some() {
            let mark = BytesBody(Vec::new());
            put(&mut self.tables.quarantine, key, &mark, &|_| None)?;
        }
        let index = &*self.index;
        put(&mut self.tables.by_note, key, &row, &|id| index.indexed(id))
    }

    fn next_arrival(&mut self, space: u32, note: NoteId) -> Result<u64, Fault> {
        let next = match self.arrivals.get(&(space, note)) {
            Some(next) => *next,
            None => {
                let range = (space, &note.0, 0)..=(space, &note.0, u64::MAX);
                match self.tables.by_note.range(range)?.next_back() {
                    Some(item) => item?.0.value().2 + 1,
                    None => 1,
                }
            }
        };
        self.arrivals.insert((space, note), next + 1);
        Ok(next)
    }

    fn next_member(&mut self, space: u32) -> Result<u64, Fault> {
        let next = match self.members.get(&space) {
            Some(next) => *next,
            None => {
                let range = (space, 0)..=(space, u64::MAX);
                match self.tables.roster.range(range)?.next_back() {
                    Some(item) => item?.0.value().1 + 1,
                    None => 1,
                }
            }
        };
        self.members.insert(space, next + 1);
        Ok(next)
    }

    /// Writes the next generation and drops those that are too old. The same snapshot as the newest is
    /// nothing, so that writing it again after an error does not push out the one before.
    fn snapshot(
        &mut self,
        space: u32,
        note: NoteId,
        state: &[u8],
        covers: &[(ChainId, u64, u64)],
        frontier: &[EntryRef],
    ) -> Result<(), Fault> {
        let snapshot = SnapshotBody {
            covers: covers.to_vec(),
            frontier: frontier.to_vec(),
            state: state.to_vec(),
        };
        let encoded = snapshot.encode(&|id| self.index.indexed(id));
        let newest = self.newest_generation(space, note)?;
        if let Some(newest) = newest
            && self.is_stored(space, note, newest, &encoded)?
        {
            return Ok(());
        }
        let generation = newest.map_or(1, |newest| newest + 1);
        for (part, bytes) in (0..).zip(cut(&encoded)) {
            let key = (space, &note.0, generation, part);
            put_body(&mut self.tables.snapshots, key, bytes.to_vec())?;
        }
        let keep = generation.saturating_sub(SNAPSHOT_GENERATIONS - 1);
        let old = (space, &note.0, 0, 0)..(space, &note.0, keep, 0);
        self.tables.snapshots.retain_in(old, |_, _| false)?;
        Ok(())
    }

    fn newest_generation(&self, space: u32, note: NoteId) -> Result<Option<u32>, Fault> {
        let range = (space, &note.0, 0, 0)..=(space, &note.0, u32::MAX, u32::MAX);
        match self.tables.snapshots.range(range)?.next_back() {
            Some(item) => Ok(Some(item?.0.value().2)),
            None => Ok(None),
        }
    }

    fn is_stored(
        &self,
        space: u32,
        note: NoteId,
        generation: u32,
        encoded: &[u8],
    ) -> Result<bool, Fault> {
        let range = (space, &note.0, generation, 0)..=(space, &note.0, generation, u32::MAX);
        let mut stored = self.tables.snapshots.range(range)?;
        for part in cut(encoded) {
            let Some(item) = stored.next() else {
                return Ok(false);
            };
            let (key, value) = item?;
            if body::<PartKey>("snapshots", &key.value(), value.value()) != Ok(part) {
                return Ok(false);
            }
        }
        Ok(stored.next().is_none())
    }

    fn of_device(&mut self, op: &Op) -> Result<(), Fault> {
        let tables = &mut self.tables;
        match op {
            Op::Ticket(row) => put(&mut tables.tickets, &row.ticket.0, row, &|_| None),
            Op::TicketBound { ticket, device } => {
                let held = readable(get(&tables.tickets, &ticket.0, &nameless))?;
                if let Some(mut row) = held {
                    let row: &mut TicketRow = &mut row;
                    row.bound = Some(*device);
                    put(&mut tables.tickets, &ticket.0, row, &|_| None)?;
                }
                Ok(())
            }
            Op::ForgetTicket(ticket) => {
                tables.tickets.remove(&ticket.0)?;
                Ok(())
            }
            Op::Local(name, Some(bytes)) => {
                let row = BytesBody(bytes.clone());
                put(&mut tables.local, name.as_str(), &row, &|_| None)
            }
            Op::Local(name, None) => {
                tables.local.remove(name.as_str())?;
                Ok(())
            }
            Op::Meta(name, bytes) => {
                let row = BytesBody(bytes.clone());
                put(&mut tables.meta, name.as_str(), &row, &|_| None)
            }
            Op::PeerAddress {
                peer,
                address,
                seen_ms,
            } => self.peer_address(*peer, address, *seen_ms),
            Op::ForgetPeer(peer) => {
                tables.peers.remove(&peer.0)?;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn peer_address(
        &mut self,
        peer: TransportKey,
        address: &str,
        seen_ms: i64,
    ) -> Result<(), Fault> {
        let held = readable(get(&self.tables.peers, &peer.0, &nameless))?;
        let mut row = held.unwrap_or(PeerRow {
            peer,
            addresses: Vec::new(),
        });
        match row.addresses.iter_mut().find(|(known, _)| known == address) {
            Some((_, seen)) => *seen = seen_ms.max(*seen),
            None => row.addresses.push((address.to_owned(), seen_ms)),
        }
        row.addresses.sort_by_key(|(_, seen)| Reverse(*seen));
        row.addresses.truncate(PEER_ADDRESSES_MAX);
        put(&mut self.tables.peers, &peer.0, &row, &|_| None)
    }
}

/// A row that is read to be written again: a damaged one is as good as none, and must not stop the writer.
fn readable<R>(read: Result<Option<R>, ReadError>) -> Result<Option<R>, Fault> {
    match read {
        Err(ReadError::Damaged(what)) => {
            tracing::warn!(what, "a row is damaged and written anew");
            Ok(None)
        }
        other => other.map_err(Fault::from),
    }
}

/// A reason, cut to its bound at a character.
fn shorten(reason: &str) -> String {
    let mut end = reason.len().min(REASON_BYTES_MAX);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    reason[..end].to_owned()
}
