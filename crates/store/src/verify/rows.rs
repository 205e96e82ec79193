//! Snapshots and all small rows.

use redb::{Key, ReadableTable, TableDefinition, TableHandle};
use skein_space::{ChainId, EntryRef, NoteId};

use super::Check;
use crate::error::ReadError;
use crate::read::snapshots::snapshot;
use crate::read::view::View;
use crate::row::{
    BytesBody, DraftRow, LogBody, NoteRow, PeerRow, Row, SecretBody, Snapshot, TicketRow,
};
use crate::tables::{
    BY_NOTE, Bytes, CHAIN_IDS, DRAFTS, FORMAT_NAME, GraphKey, LOCAL, META, NOTES, NoteKey, PEERS,
    QUARANTINE, SECRETS, SNAPSHOTS, TICKETS, read,
};

impl Check<'_, '_> {
    pub(super) fn snapshots(&mut self) {
        let found = self.reader.view(generations);
        for (space, note, generation) in self.ok(found).unwrap_or_default() {
            let name = format!("note {note}, snapshot {generation}");
            let read = self.reader.view(|view| {
                // One that went while this was running is none.
                match snapshot(view, space, note, generation) {
                    Ok(snapshot) => {
                        let covered = covered(view, space, note, &snapshot)?;
                        Ok(Some((view.space_id(space)?, snapshot, covered)))
                    }
                    Err(_) if !exists(view, space, note, generation)? => Ok(None),
                    Err(error) => Err(error),
                }
            });
            let Some(Some((space, snapshot, covered))) = self.ok(read) else {
                continue;
            };
            if !covered {
                self.problem(format!("{name}: it covers entries that are not held"));
            }
            if let Err(error) = (self.hooks.decode)(space, note, &snapshot.state) {
                self.problem(format!("{name}: its state does not decode: {error}"));
            }
        }
    }

    pub(super) fn rows(&mut self) {
        self.table::<NoteKey, NoteRow>(NOTES, |view, key, row| {
            Ok(note_problem(view, key, &row)?
                .map(|what| format!("note {}: {what}", NoteId(*key.1))))
        });
        self.table::<GraphKey, BytesBody>(QUARANTINE, |view, key, _| {
            let there = ReadableTable::get(&view.table(BY_NOTE)?, key)?.is_some();
            let note = NoteId(*key.1);
            Ok((!there).then(|| format!("note {note}: a refused entry is in no graph")))
        });
        self.table::<(&[u8; 16], u8), LogBody>(CHAIN_IDS, |view, key, row| {
            let known = view.chain(row.chain)?;
            let right = known.id.0 == *key.0 && known.body.branch == key.1;
            Ok((!right).then(|| format!("chain {}: its id leads to another", known.id)))
        });
        self.table::<(u32, &[u8; 32]), SecretBody>(SECRETS, |view, key, _| {
            Ok(view.space_id(key.0).err().map(|error| error.to_string()))
        });
        self.table::<&[u8; 16], TicketRow>(TICKETS, |_, key, row| {
            let right = row.ticket.0 == **key;
            Ok((!right).then(|| format!("ticket {}: it is under another's id", row.ticket)))
        });
        self.table::<(u32, &[u8; 16], &[u8; 16]), DraftRow>(DRAFTS, |_, key, row| {
            let right = row.note.0 == *key.1 && row.id() == *key.2;
            Ok((!right).then(|| format!("note {}: a draft is under another's id", row.note)))
        });
        self.table::<&[u8; 32], PeerRow>(PEERS, |_, key, row| {
            let right = row.peer.0 == **key;
            Ok((!right).then(|| format!("peer {}: it is under another's key", row.peer)))
        });
        self.table::<&str, BytesBody>(LOCAL, |_, _, _| Ok(None));
        self.meta();
    }

    /// Reads every row of a table and asks what is wrong with it.
    fn table<K: Key + 'static, R: Row>(
        &mut self,
        table: TableDefinition<'_, K, Bytes>,
        wrong: impl Fn(&View<'_>, &K::SelfType<'_>, R) -> Result<Option<String>, ReadError>,
    ) {
        let problems = self.reader.view(|view| {
            let table = view.table(table)?;
            let mut problems = Vec::new();
            for item in ReadableTable::iter(&table)? {
                let (key, value) = item?;
                let key = key.value();
                let row = read::<K, R>(table.name(), &key, value.value(), &|index| {
                    view.named(index)
                });
                match row.and_then(|row| wrong(view, &key, row)) {
                    Ok(problem) => problems.extend(problem),
                    Err(error) => problems.push(error.to_string()),
                }
            }
            Ok(problems)
        });
        for problem in self.ok(problems).unwrap_or_default() {
            self.problem(problem);
        }
    }

    fn meta(&mut self) {
        let problems = self.reader.view(|view| {
            let table = view.table(META)?;
            let mut problems = Vec::new();
            for item in ReadableTable::iter(&table)? {
                let (key, value) = item?;
                let key = key.value();
                if key != FORMAT_NAME {
                    let row =
                        read::<&str, BytesBody>(table.name(), &key, value.value(), &|index| {
                            view.named(index)
                        });
                    problems.extend(row.err());
                }
            }
            Ok(problems)
        });
        for problem in self.ok(problems).unwrap_or_default() {
            self.problem(problem);
        }
    }
}

fn generations(view: &View<'_>) -> Result<Vec<(u32, NoteId, u32)>, ReadError> {
    let table = view.table(SNAPSHOTS)?;
    let mut found: Vec<(u32, NoteId, u32)> = Vec::new();
    for item in ReadableTable::iter(&table)? {
        let key = item?.0;
        let (space, note, generation, _) = key.value();
        let this = (space, NoteId(*note), generation);
        if found.last() != Some(&this) {
            found.push(this);
        }
    }
    Ok(found)
}

fn exists(view: &View<'_>, space: u32, note: NoteId, generation: u32) -> Result<bool, ReadError> {
    let table = view.table(SNAPSHOTS)?;
    let range = (space, &note.0, generation, 0)..=(space, &note.0, generation, u32::MAX);
    Ok(ReadableTable::range(&table, range)?.next().is_some())
}

/// Whether everything a snapshot says it covers is held.
fn covered(
    view: &View<'_>,
    space: u32,
    note: NoteId,
    snapshot: &Snapshot,
) -> Result<bool, ReadError> {
    view.space_id(space)?;
    for (chain, session, seq) in &snapshot.covers {
        if session > seq || !reaches(view, *chain, *seq)? {
            return Ok(false);
        }
    }
    of_note(view, note, &snapshot.frontier)
}

/// Whether a branch of a chain is held up to a place.
fn reaches(view: &View<'_>, chain: ChainId, seq: u64) -> Result<bool, ReadError> {
    for index in view.branches(chain)? {
        if seq <= view.chain(index)?.body.tip_seq {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether all of these are held entries of the note or of a roster.
fn of_note(view: &View<'_>, note: NoteId, references: &[EntryRef]) -> Result<bool, ReadError> {
    for reference in references {
        match view.entry_by_ref(reference)? {
            Some(entry) if entry.header().note == note || entry.header().note.is_zero() => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

fn note_problem(
    view: &View<'_>,
    key: &(u32, &[u8; 16]),
    row: &NoteRow,
) -> Result<Option<&'static str>, ReadError> {
    view.space_id(key.0)?;
    let note = NoteId(*key.1);
    if !of_note(view, note, &row.frontier)? {
        return Ok(Some("its row names a frontier that is not held"));
    }
    for (chain, seq) in &row.tips {
        if !reaches(view, *chain, *seq)? {
            return Ok(Some("its row names tips that are not held"));
        }
    }
    let graph = view.table(BY_NOTE)?;
    let range = (key.0, key.1, 0)..=(key.0, key.1, u64::MAX);
    let held = ReadableTable::range(&graph, range)?.count();
    // More are refused than the quarantine lists: what is built on a refused entry is refused too (SPEC A3).
    Ok((row.refused as usize > held).then_some("its row counts refused entries that are not held"))
}
