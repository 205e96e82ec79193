//! Bringing a note into memory: the snapshot, then what is above it in the order it arrived.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use skein_note::{Note, gate};
use skein_space::{ChainId, Entry, EntryRef, Kind, Log, NoteId, RosterPast, SpaceId, planted};

use super::Engine;
use super::note::{LineKey, Loaded, Unapplied, Writing, known, roster_deps};
use super::space::Space;
use super::steps::{client_of, line_of, walk};
use super::voices::Voices;
use crate::api::{Effect, GraphRow, Held, HeldError, HeldSnapshot, NoteRow};
use crate::config;

impl Engine {
    /// Makes sure a note is in memory. `Ok(false)`: this device is not in that space.
    pub(super) fn load(
        &mut self,
        held: &dyn Held,
        space: SpaceId,
        note: NoteId,
    ) -> Result<bool, HeldError> {
        let Some(s) = self.spaces.get_mut(&space) else {
            return Ok(false);
        };
        s.uses += 1;
        let uses = s.uses;
        if let Some(loaded) = s.loaded.get_mut(&note) {
            loaded.last_use = uses;
            return Ok(true);
        }
        let mut loaded = read(s, held, note)?;
        loaded.last_use = uses;
        s.recheck.remove(&note);
        s.reread.remove(&note);
        s.loaded.insert(note, loaded);
        Ok(true)
    }

    /// Lets go of notes that nobody looks at. What is on its way to disk keeps its note here.
    pub(super) fn trim_loaded(&mut self) {
        for space in self.spaces.values_mut() {
            while space.loaded.len() > config::LOADED_NOTES_MAX {
                let inflight: Vec<NoteId> =
                    space.inflight.values().map(|e| e.header().note).collect();
                let oldest = space
                    .loaded
                    .iter()
                    .filter(|(note, l)| {
                        l.open.is_empty()
                            && !inflight.contains(note)
                            && !space.stale_rows.contains_key(note)
                    })
                    .min_by_key(|(_, l)| l.last_use)
                    .map(|(note, _)| *note);
                let Some(note) = oldest else { break };
                space.loaded.remove(&note);
            }
        }
    }

    /// Writes the derived row of a note anew and asks for a snapshot when one is due.
    pub(super) fn refresh(&mut self, space: SpaceId, note: NoteId) {
        let now_ms = self.now.mono_ms;
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        let forked = s.forked();
        let Some(loaded) = s.loaded.get_mut(&note) else {
            return;
        };
        // A summary costs as much as the note is long; what says who holds the note is never behind.
        let earlier = s.rows.remove(&note).map(|row| row.summary);
        let row = match earlier.filter(|summary| summary.len_utf16 > config::SUMMARY_EAGER_UTF16) {
            Some(summary) => {
                let due_ms = now_ms + config::SUMMARY_REFRESH_MS;
                s.stale_rows.entry(note).or_insert(due_ms);
                NoteRow {
                    summary_stale: true,
                    ..row_with(loaded, summary)
                }
            }
            None => row_of(loaded),
        };
        s.rows.insert(note, row);
        let due = loaded.entries_since_snapshot >= config::SNAPSHOT_ENTRIES
            || loaded.bytes_since_snapshot >= config::SNAPSHOT_BYTES;
        // Of a forked chain a place does not say which entry is meant.
        let plain = loaded.voices.is_plain()
            && !loaded.covers.keys().any(|(id, _)| {
                s.chains
                    .get(id)
                    .is_none_or(|c| c.branch > 0 || forked.contains(&c.chain.id()))
            });
        if due && plain && !loaded.broken && loaded.without.is_empty() {
            let more = u64::from(planted!(CoversOffByOne));
            loaded.entries_since_snapshot = 0;
            loaded.bytes_since_snapshot = 0;
            self.out.push(Effect::Snapshot {
                space,
                note,
                state: if planted!(SnapshotEmpty) {
                    vec![0, 0]
                } else {
                    loaded.doc.state()
                },
                covers: loaded
                    .covers
                    .iter()
                    .map(|((chain, session), seq)| (*chain, *session, *seq + more))
                    .collect(),
                frontier: loaded.frontier.iter().copied().collect(),
                hash: loaded.doc.hash(),
            });
        }
    }
}

/// What the list shows of a note.
pub(super) fn row_of(loaded: &Loaded) -> NoteRow {
    row_with(loaded, loaded.doc.summary())
}

fn row_with(loaded: &Loaded, summary: skein_note::Summary) -> NoteRow {
    NoteRow {
        summary,
        modified_ms: loaded.modified_ms,
        state: loaded.state(),
        frontier: loaded.frontier.iter().copied().collect(),
        tips: loaded
            .tips()
            .into_iter()
            .skip(usize::from(planted!(RowTipsLate)))
            .collect(),
        set_aside: loaded.edits_aside(),
        refused: loaded.refused.len() as u32,
        summary_stale: false,
    }
}

/// Reads a note: from its snapshot where that still holds what counts, else from the log alone.
pub(super) fn read(space: &Space, held: &dyn Held, note: NoteId) -> Result<Loaded, HeldError> {
    let rows = held.graph(space.id, note)?;
    let mut voices = if space.forks_touch(note, &rows) {
        Voices::of(space, held, note, &rows)?
    } else {
        Voices::default()
    };
    let forked = space.forked();
    let snapshot = held.snapshot(space.id, note)?;
    let snapshot = snapshot.filter(|s| !s.covers.iter().any(|(chain, ..)| forked.contains(chain)));
    if snapshot.is_some() && voices.is_plain() {
        let none = BTreeSet::new();
        let loaded = read_rows(space, held, note, &rows, snapshot, &none, &voices)?;
        let gone = super::rebuild::gone(space, held, note, &rows, &loaded)?;
        if gone == 0 && !loaded.has_rivals() && !loaded.broken {
            return Ok(loaded);
        }
    }
    let mut without = BTreeSet::new();
    loop {
        let mut loaded = read_rows(space, held, note, &rows, None, &without, &voices)?;
        if voices.is_plain() && loaded.has_rivals() {
            voices = Voices::of(space, held, note, &rows)?;
            continue;
        }
        // Each turn leaves out one entry at least.
        if let Some(failed) = loaded.failed.filter(|_| without.len() < config::POISON_MAX) {
            without.insert(failed);
        } else {
            loaded.without = without;
            return Ok(loaded);
        }
    }
}

fn read_rows(
    space: &Space,
    held: &dyn Held,
    note: NoteId,
    rows: &[GraphRow],
    snapshot: Option<HeldSnapshot>,
    without: &BTreeSet<EntryRef>,
    voices: &Voices,
) -> Result<Loaded, HeldError> {
    let mut covered: BTreeMap<LineKey, u64> = BTreeMap::new();
    let mut doc = Note::new();
    if let Some(snapshot) = snapshot {
        // A snapshot that cannot be read is only a loss of time: the log has everything.
        if let Ok(from) = Note::from_state(&snapshot.state) {
            doc = from;
            covered = snapshot
                .covers
                .into_iter()
                .map(|(chain, session, seq)| ((chain, session), seq))
                .collect();
        }
    }
    let mut loaded = Loaded::new(doc);
    loaded.refused.clone_from(without);
    loaded.voices = voices.clone();
    for row in rows {
        admit_row(space, held, &mut loaded, &covered, note, row)?;
    }
    if !covered.is_empty() {
        // What a snapshot covers was booked as it had arrived, which may be before what it is built on.
        let applied = |row: &&GraphRow| {
            let r = EntryRef::new(row.chain, row.seq, row.hash);
            loaded.has_applied(&r)
        };
        let deps = rows.iter().filter(applied).flat_map(|row| &row.deps);
        let built_on: BTreeSet<EntryRef> = deps.copied().collect();
        loaded.frontier.retain(|r| !built_on.contains(r));
    }
    // On its way to disk: held, though the store cannot show it yet.
    let inflight = space.inflight.iter().map(|((id, _), entry)| (*id, entry));
    for (id, entry) in inflight.filter(|(_, e)| e.header().note == note) {
        if !loaded.knows(&entry.reference()) && entry.header().chain.log == Log::Notes {
            take_in_from(space, held, &mut loaded, id, Arc::clone(entry), None)?;
        }
    }
    loaded.settle(space.judge());
    if let Some(row) = space.rows.get(&note) {
        loaded.modified_ms = loaded.modified_ms.max(row.modified_ms);
    }
    Ok(loaded)
}

fn admit_row(
    space: &Space,
    held: &dyn Held,
    loaded: &mut Loaded,
    covered: &BTreeMap<LineKey, u64>,
    note: NoteId,
    row: &GraphRow,
) -> Result<(), HeldError> {
    let r = EntryRef::new(row.chain, row.seq, row.hash);
    if loaded.refused.contains(&r) {
        return Ok(());
    }
    let missing = || {
        HeldError(format!(
            "entry {} of a chain of note {note} is missing",
            row.seq
        ))
    };
    let id = space.branch_of(held, &r)?.ok_or_else(missing)?;
    let session = line_of(id, row.kind, row.seq, row.session);
    let is_covered = covered.get(&session).is_some_and(|top| row.seq <= *top) && !row.refused;
    if row.kind != Kind::Session && is_covered {
        book_covered(space, loaded, id, session, row);
        return Ok(());
    }
    let branch = space.chains.get(&id).map_or(0, |c| c.branch);
    let entry = held
        .entry(row.chain, branch, row.seq)?
        .ok_or_else(missing)?;
    if is_covered {
        begin_writing(space, loaded, id, &entry);
        loaded.book(row.kind, id, session, r, &row.deps, None);
        return Ok(());
    }
    let known = Some((row.end_clock, row.refused));
    take_in_from(space, held, loaded, id, entry, known)
}

fn book_covered(space: &Space, loaded: &mut Loaded, id: ChainId, session: LineKey, row: &GraphRow) {
    let r = EntryRef::new(row.chain, row.seq, row.hash);
    let mut previous = None;
    if let Some(writing) = loaded.writings.get_mut(&session) {
        previous = Some(writing.last);
        writing.last = r;
        writing.end_clock = row.end_clock;
        writing.past = widen(space, &writing.past, &row.deps);
    }
    loaded.book(row.kind, id, session, r, &row.deps, previous);
}

pub(super) fn widen(space: &Space, past: &RosterPast, deps: &[EntryRef]) -> RosterPast {
    let named: Vec<EntryRef> = deps
        .iter()
        .filter(|d| space.roster.holds(d))
        .copied()
        .collect();
    match space.roster.past(&named) {
        Ok(more) => space.roster.join(past, &more),
        Err(_) => past.clone(),
    }
}

/// Starts to follow a session from its Session entry. `false`: the entry is none, or claims id 0.
pub(super) fn begin_writing(
    space: &Space,
    loaded: &mut Loaded,
    id: ChainId,
    entry: &Entry,
) -> bool {
    let h = entry.header();
    let Some(client) = client_of(entry) else {
        return false;
    };
    let past = widen(space, &RosterPast::empty(), &h.deps);
    let first = entry.reference();
    let writing = Writing {
        first,
        client,
        end_clock: 0,
        stopped: false,
        last: first,
        past,
    };
    loaded.writings.insert((id, h.seq), writing);
    true
}

/// As [`take_in`], also where the entry is the first of its session on a branch that left another.
pub(super) fn take_in_from(
    space: &Space,
    held: &dyn Held,
    loaded: &mut Loaded,
    id: ChainId,
    entry: Arc<Entry>,
    known_gate: Option<(u64, bool)>,
) -> Result<(), HeldError> {
    let h = entry.header();
    let line = line_of(id, h.kind, h.seq, h.session);
    let elsewhere = h.kind != Kind::Session && space.holder(id, h.session) != id;
    if elsewhere && !loaded.writings.contains_key(&line) {
        let session = (space.holder(id, h.session), h.session);
        if let Some(writing) = walk(space, held, h.note, session, id, h.seq)? {
            loaded.writings.insert(line, writing);
        }
    }
    take_in(space, loaded, id, entry, known_gate);
    Ok(())
}

/// Takes a held entry into a note's bookkeeping as waiting (or refused); [`Loaded::settle`] does the rest.
/// `known_gate` carries what was found when the entry was first held.
pub(super) fn take_in(
    space: &Space,
    loaded: &mut Loaded,
    id: ChainId,
    entry: Arc<Entry>,
    known_gate: Option<(u64, bool)>,
) {
    let h = entry.header();
    let r = entry.reference();
    let key = line_of(id, h.kind, h.seq, h.session);
    if h.kind == Kind::Session {
        if !begin_writing(space, loaded, id, &entry) {
            loaded.refused.insert(r);
            return;
        }
        let past = loaded.writings[&key].past.clone();
        loaded.waiting.insert(
            r,
            Unapplied {
                entry,
                id,
                key,
                previous: None,
                names: Vec::new(),
                past,
            },
        );
        return;
    }
    if !known(h.kind) {
        loaded.newer = true;
    }
    let Some(writing) = loaded.writings.get_mut(&key) else {
        if h.kind != Kind::Edit {
            let past = widen(space, &RosterPast::empty(), &h.deps);
            loaded.waiting.insert(
                r,
                Unapplied {
                    entry,
                    id,
                    key,
                    previous: None,
                    names: Vec::new(),
                    past,
                },
            );
        } else {
            loaded.refused.insert(r);
        }
        return;
    };
    let previous = writing.last;
    writing.past = widen(space, &writing.past, &h.deps);
    writing.last = r;
    let refused = known_gate.is_some_and(|(_, refused)| refused) || writing.stopped;
    let facts = if h.kind == Kind::Edit && !refused {
        gate::check(entry.payload(), writing.client, writing.end_clock).ok()
    } else {
        None
    };
    if h.kind == Kind::Edit && facts.is_none() {
        writing.stopped = true;
        loaded.refused.insert(r);
        return;
    }
    let names = facts.map_or_else(Vec::new, |f| {
        writing.end_clock = f.end_clock;
        f.names
    });
    let past = writing.past.clone();
    loaded.waiting.insert(
        r,
        Unapplied {
            entry,
            id,
            key,
            previous: Some(previous),
            names,
            past,
        },
    );
}

/// Which log a chain is of, for chains this device knows.
pub(super) fn log_of(space: &Space, chain: ChainId) -> Option<Log> {
    space.chains.get(&chain).map(|c| c.chain.log)
}

/// The roster part of an entry's dependencies, if all its chains are known.
pub(super) fn named_roster(space: &Space, deps: &[EntryRef]) -> Option<Vec<EntryRef>> {
    roster_deps(deps, |chain| log_of(space, chain))
}
