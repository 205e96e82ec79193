//! Everything a store holds, as far as anybody may ask for it.

use std::collections::{BTreeMap, BTreeSet};

use skein_space::{ChainId, EntryHash, EntryRef, Kind, NoteId, SpaceId};
use skein_store::{ChainRow, GraphRow, NoteRow, ReadError, Reader, Snapshot, SpaceRow};
use skein_sync::config::BRANCHES_MAX;

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

/// Where entries stand: what a graph alone does not say.
pub trait Log {
    /// Whether an entry is held.
    fn holds(&self, reference: &EntryRef) -> bool;

    /// What a branch has at a place, what it shares with an earlier one included.
    fn at(&self, chain: ChainId, branch: u8, seq: u64) -> Option<EntryHash>;

    /// Whether one entry comes before another on a branch. Two branches may have sessions that begin at one place.
    fn comes_before(&self, first: &EntryRef, then: &EntryRef) -> bool {
        let is = |branch, r: &EntryRef| {
            let there = self.at(r.chain, branch, r.seq);
            there.is_some_and(|hash| hash.short() == r.hash)
        };
        let mut branches = 0..BRANCHES_MAX as u8;
        first.seq < then.seq && branches.any(|branch| is(branch, then) && is(branch, first))
    }
}

impl Log for Contents {
    fn holds(&self, reference: &EntryRef) -> bool {
        self.holds(reference)
    }

    fn at(&self, chain: ChainId, branch: u8, seq: u64) -> Option<EntryHash> {
        self.entries.get(&(chain, branch, seq)).copied()
    }
}

/// What does not read counts as held: that a store is sound is another question.
impl Log for Reader {
    fn holds(&self, reference: &EntryRef) -> bool {
        !matches!(self.entry_by_ref(reference), Ok(None))
    }

    fn at(&self, chain: ChainId, branch: u8, seq: u64) -> Option<EntryHash> {
        let there = self.branch_entry(chain, branch, seq).ok().flatten();
        there.map(|entry| entry.hash())
    }
}

/// Entries of a graph that wait for what is not held, directly or through what they are built on.
pub fn waiting(graph: &[GraphRow], log: &impl Log) -> BTreeSet<EntryRef> {
    let mut waiting: BTreeSet<EntryRef> = BTreeSet::new();
    loop {
        let mut stopped: BTreeMap<(ChainId, u64), Vec<EntryRef>> = BTreeMap::new();
        for row in graph.iter().filter(|row| waiting.contains(&at(row))) {
            let session = stopped.entry((row.chain, session_of(row)));
            session.or_default().push(at(row));
        }
        let waits = |row: &&GraphRow| {
            let session = stopped.get(&(row.chain, session_of(row)));
            let mut session = session.into_iter().flatten();
            let mut deps = row.deps.iter();
            deps.any(|dep| waiting.contains(dep) || !log.holds(dep))
                || session.any(|first| log.comes_before(first, &at(row)))
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

#[cfg(test)]
mod tests {
    use super::*;

    const CHAIN: ChainId = ChainId([7; 16]);

    fn row(seq: u64, tag: u8, kind: Kind, deps: &[EntryRef]) -> GraphRow {
        GraphRow {
            arrival: u64::from(tag),
            chain: CHAIN,
            seq,
            hash: EntryHash([tag; 32]),
            kind,
            session: u64::from(kind != Kind::Session),
            end_clock: 0,
            refused: None,
            deps: deps.to_vec(),
        }
    }

    /// Seed 9517546 at commit fe84d3e: both branches of a profile put back began with a session at place 1, and what
    /// the one lacked stopped the other.
    #[test]
    fn what_waits_on_one_branch_does_not_stop_the_session_at_its_place_on_another() {
        let missing = EntryRef::new(ChainId([8; 16]), 1, EntryHash([9; 32]));
        let graph = [
            row(1, 1, Kind::Session, &[missing]),
            row(2, 2, Kind::Edit, &[]),
            row(1, 3, Kind::Session, &[]),
            row(2, 4, Kind::Edit, &[]),
        ];
        let mut all = Contents::default();
        for (tag, branch, seq) in [(1, 0, 1), (2, 0, 2), (3, 1, 1), (4, 1, 2)] {
            let hash = EntryHash([tag; 32]);
            all.entries.insert((CHAIN, branch, seq), hash);
        }
        let waits = BTreeSet::from([at(&graph[0]), at(&graph[1])]);
        assert_eq!(waiting(&graph, &all), waits);
    }
}
