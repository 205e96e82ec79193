//! Graphs and rosters: every row names an entry and says of it what it says itself, and every entry has one.

use redb::{ReadableTable, TableHandle};
use skein_space::{Entry, Log, NoteId};

use super::Check;
use super::chains::Saw;
use crate::config::VERIFY_STEP;
use crate::error::ReadError;
use crate::read::notes_with_entries;
use crate::read::view::{View, nameless};
use crate::row::{GraphBody, LogBody};
use crate::tables::{BY_NOTE, GraphKey, QUARANTINE, ROSTER, read};

/// One graph row as read, with its entry.
struct Found {
    arrival: u64,
    row: Result<(GraphBody, Option<Entry>), ReadError>,
    quarantined: bool,
}

impl Check<'_, '_> {
    pub(super) fn graphs(&mut self) {
        for space in 0..self.space_count() {
            let notes = self.reader.view(|view| notes_with_entries(view, space));
            for note in self.ok(notes).unwrap_or_default() {
                self.report.notes += 1;
                self.graph(space, note);
            }
        }
    }

    pub(super) fn rosters(&mut self) {
        for space in 0..self.space_count() {
            let rows = self.reader.view(|view| roster_rows(view, space));
            let rows = self.ok(rows).unwrap_or_default();
            for (expected, (arrival, row)) in (1..).zip(rows) {
                if arrival != expected {
                    self.problem(format!(
                        "roster of space {space}: arrival {expected} is missing"
                    ));
                    return;
                }
                let Some(row) = self.ok(row) else { continue };
                if self.saw(row.chain, row.seq, Log::Roster) == Saw::Wrong {
                    self.problem(format!(
                        "roster of space {space}: arrival {arrival} names an entry that is not there"
                    ));
                }
            }
        }
    }

    pub(super) fn space_count(&mut self) -> u32 {
        let spaces = self.reader.view(|view| Ok(view.spaces()?.len()));
        self.ok(spaces).unwrap_or_default() as u32
    }

    fn graph(&mut self, space: u32, note: NoteId) {
        let mut next = 1;
        loop {
            let step = self.reader.view(|view| graph_step(view, space, note, next));
            let Some(step) = self.ok(step).filter(|step| !step.is_empty()) else {
                return;
            };
            for found in step {
                if found.arrival != next {
                    self.problem(format!("note {note}: arrival {next} is missing"));
                }
                next = found.arrival + 1;
                self.graph_row(note, found);
            }
        }
    }

    fn graph_row(&mut self, note: NoteId, found: Found) {
        let arrival = found.arrival;
        let Some((row, entry)) = self.ok(found.row) else {
            return;
        };
        if self.saw(row.chain, row.seq, Log::Notes) == Saw::Wrong {
            self.problem(format!(
                "note {note}: arrival {arrival} names no entry of its own"
            ));
        }
        if !entry.is_some_and(|entry| describes(&row, note, &entry)) {
            self.problem(format!(
                "note {note}: arrival {arrival} is not what its entry says"
            ));
        }
        if found.quarantined != row.refused.is_some() {
            self.problem(format!(
                "note {note}: arrival {arrival} is refused in one table and not in another"
            ));
        }
    }
}

fn describes(row: &GraphBody, note: NoteId, entry: &Entry) -> bool {
    let header = entry.header();
    row.hash == entry.hash()
        && row.kind == header.kind
        && row.session == header.session
        && row.deps == header.deps
        && note == header.note
}

fn graph_step(
    view: &View<'_>,
    space: u32,
    note: NoteId,
    from: u64,
) -> Result<Vec<Found>, ReadError> {
    let (graph, quarantine) = (view.table(BY_NOTE)?, view.table(QUARANTINE)?);
    let range = (space, &note.0, from)..=(space, &note.0, u64::MAX);
    let mut step = Vec::new();
    for item in ReadableTable::range(&graph, range)?.take(VERIFY_STEP) {
        let (key, value) = item?;
        let key = key.value();
        let row = read::<GraphKey, GraphBody>(graph.name(), &key, value.value(), &|index| {
            view.named(index)
        })
        // An entry that does not read is a problem of its chain, found there.
        .map(|row| {
            let entry = view.entry(row.chain, row.seq).ok().flatten();
            (row, entry)
        });
        step.push(Found {
            arrival: key.2,
            row,
            quarantined: ReadableTable::get(&quarantine, &key)?.is_some(),
        });
    }
    Ok(step)
}

type RosterRows = Vec<(u64, Result<LogBody, ReadError>)>;

fn roster_rows(view: &View<'_>, space: u32) -> Result<RosterRows, ReadError> {
    let table = view.table(ROSTER)?;
    let mut rows = Vec::new();
    for item in ReadableTable::range(&table, (space, 0)..=(space, u64::MAX))? {
        let (key, value) = item?;
        let key = key.value();
        let row = read::<(u32, u64), _>(table.name(), &key, value.value(), &nameless);
        rows.push((key.1, row));
    }
    Ok(rows)
}
