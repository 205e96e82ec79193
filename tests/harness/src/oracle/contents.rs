//! Everything a store holds, as far as anybody may ask for it.

use std::collections::{BTreeMap, BTreeSet};

use skein_space::{ChainId, EntryHash, EntryRef, Kind, NoteId, SpaceId};
use skein_store::{ChainRow, GraphRow, NoteRow, ReadError, Reader, Snapshot, SpaceRow};

/// What a store holds. Equal contents are equal promises.
#[derive(Debug, Default, PartialEq)]
pub struct Contents {
    /// The hash of every entry, by chain, branch and place.
    pub entries: BTreeMap<(ChainId, u8, u64), EntryHash>,
    /// Chains with their tips.
    pub chains: Vec<ChainRow>,
    /// Spaces.
    pub spaces: Vec<SpaceRow>,
    /// Rows of notes.
    pub rows: Vec<(SpaceId, NoteId, NoteRow)>,
    /// Graphs of notes.
    pub graphs: BTreeMap<(SpaceId, NoteId), Vec<GraphRow>>,
    /// Snapshots of notes.
    pub snapshots: BTreeMap<(SpaceId, NoteId), Option<Snapshot>>,
}

/// Reads everything.
///
/// # Errors
/// The first row that does not read.
pub fn of(reader: &Reader) -> Result<Contents, ReadError> {
    let loaded = reader.load()?;
    let mut contents = Contents::default();
    for chain in &loaded.chains {
        let id = chain.chain.id();
        let all = reader.branch_entries(id, chain.branch, 1..=chain.tip_seq, usize::MAX)?;
        for entry in all {
            let key = (id, chain.branch, entry.header().seq);
            contents.entries.insert(key, entry.hash());
        }
    }
    for space in &loaded.spaces {
        for note in reader.notes_with_entries(space.space)? {
            let key = (space.space, note);
            contents
                .graphs
                .insert(key, reader.graph(space.space, note)?);
            contents
                .snapshots
                .insert(key, reader.snapshot(space.space, note)?);
        }
    }
    contents.chains = loaded.chains;
    contents.spaces = loaded.spaces;
    contents.rows = loaded.notes;
    Ok(contents)
}

impl Contents {
    /// The hashes of all entries.
    pub fn hashes(&self) -> BTreeSet<EntryHash> {
        self.entries.values().copied().collect()
    }

    /// Whether an entry is held.
    pub fn holds(&self, reference: &EntryRef) -> bool {
        let of_chain = self
            .entries
            .range((reference.chain, 0, 0)..=(reference.chain, u8::MAX, u64::MAX));
        of_chain
            .into_iter()
            .any(|((_, _, seq), hash)| *seq == reference.seq && hash.short() == reference.hash)
    }
}

/// Entries of a graph that the gate did not refuse and that are not built on any it refused.
pub fn valid(graph: &[GraphRow]) -> Vec<&GraphRow> {
    let refused = graph.iter().filter(|row| row.refused.is_some());
    let mut refused: BTreeSet<_> = refused.map(|row| row.hash.short()).collect();
    let mut many = 0;
    while many != refused.len() {
        many = refused.len();
        let on = graph
            .iter()
            .filter(|row| row.deps.iter().any(|dep| refused.contains(&dep.hash)));
        let on: Vec<_> = on.map(|row| row.hash.short()).collect();
        refused.extend(on);
    }
    let valid = graph.iter();
    valid
        .filter(|row| !refused.contains(&row.hash.short()))
        .collect()
}

/// Entries of a graph that wait for what is not held, directly or through what they are built on.
pub fn waiting(graph: &[GraphRow], holds: impl Fn(&EntryRef) -> bool) -> BTreeSet<EntryRef> {
    let mut waiting: BTreeSet<EntryRef> = BTreeSet::new();
    loop {
        let mut stopped: BTreeMap<(ChainId, u64), u64> = BTreeMap::new();
        for r in &waiting {
            let session = graph.iter().find(|row| at(row) == *r).map(session_of);
            let first = stopped.entry((r.chain, session.unwrap_or(0)));
            let first = first.or_insert(r.seq);
            *first = r.seq.min(*first);
        }
        let waits = |row: &&GraphRow| {
            let before = stopped.get(&(row.chain, session_of(row)));
            before.is_some_and(|seq| *seq < row.seq)
                || row
                    .deps
                    .iter()
                    .any(|dep| waiting.contains(dep) || !holds(dep))
        };
        let grown: BTreeSet<EntryRef> = graph.iter().filter(waits).map(at).collect();
        if grown.is_subset(&waiting) {
            return waiting;
        }
        waiting.extend(grown);
    }
}

fn at(row: &GraphRow) -> EntryRef {
    EntryRef::new(row.chain, row.seq, row.hash)
}

fn session_of(row: &GraphRow) -> u64 {
    match row.kind {
        Kind::Session => row.seq,
        _ => row.session,
    }
}
