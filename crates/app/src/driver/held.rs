//! What the engine reads of the store, and the mark that a note is being loaded.
//!
//! A stack overflow cannot be caught. So before a note's rows are read for loading, its id is
//! written into a small file; when the engine comes back, the file is emptied. A process that finds
//! the file filled was killed while it loaded that note. Being killed from outside at that moment
//! looks the same, so only the second death in a row puts the note aside, until another version of
//! skein tries again.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use skein_rows::Committed;
use skein_space::{ChainId, Entry, NoteId, SpaceId};
use skein_store::Reader;
use skein_sync::{GraphRow, Held, HeldError, HeldSnapshot};

/// Deaths in a row, while loading one note, after which it is not loaded any more.
const DEATHS: u32 = 2;

/// Committed rows for the engine.
pub(super) struct StoreHeld {
    committed: Committed,
    mark: PathBuf,
    marked: Cell<bool>,
    /// Notes that processes of this version died over, with how often.
    deaths: BTreeMap<NoteId, u32>,
}

impl StoreHeld {
    /// Reads what an earlier process may have left in the mark.
    pub(super) fn new(reader: Reader, profile: &Path) -> Self {
        let mark = profile.join("loading");
        let left = fs::read_to_string(&mark).unwrap_or_default();
        Self {
            committed: Committed::new(reader),
            mark,
            marked: Cell::new(false),
            deaths: died_over(&left),
        }
    }

    pub(super) fn reader(&self) -> &Reader {
        self.committed.reader()
    }

    /// The engine came back: nothing is being loaded.
    pub(super) fn loading_done(&self) {
        if self.marked.replace(false)
            && let Err(error) = self.write_mark("")
        {
            tracing::warn!("the loading mark cannot be emptied: {error}");
        }
    }

    /// Not synced: it must outlive the process, not the machine.
    fn write_mark(&self, text: &str) -> io::Result<()> {
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&self.mark)?;
        file.write_all(text.as_bytes())
    }

    fn loading(&self, note: NoteId) -> Result<(), HeldError> {
        let deaths = self.deaths.get(&note).copied().unwrap_or(0);
        if deaths >= DEATHS {
            return Err(HeldError(
                "skein ended twice while it loaded this note, so it is left alone until a newer skein is here; \
                 everything written in it is kept"
                    .into(),
            ));
        }
        self.marked.set(true);
        let text = format!("{note} {} {}", deaths + 1, env!("CARGO_PKG_VERSION"));
        // Without the mark a bad note could end the process again and again, but nothing is lost.
        if let Err(error) = self.write_mark(&text) {
            tracing::warn!("the loading mark cannot be written: {error}");
        }
        Ok(())
    }
}

/// What a mark says: the note and how often a process of this version died over it.
fn died_over(mark: &str) -> BTreeMap<NoteId, u32> {
    let mut words = mark.split_whitespace();
    let note = words.next().and_then(|id| id.parse().ok());
    let deaths = words.next().and_then(|count| count.parse().ok());
    let same_version = words.next() == Some(env!("CARGO_PKG_VERSION"));
    match (note, deaths) {
        (Some(note), Some(deaths)) if same_version => BTreeMap::from([(note, deaths)]),
        _ => BTreeMap::new(),
    }
}

impl Held for StoreHeld {
    fn entry(&self, chain: ChainId, branch: u8, seq: u64) -> Result<Option<Arc<Entry>>, HeldError> {
        self.committed.entry(chain, branch, seq)
    }

    fn graph(&self, space: SpaceId, note: NoteId) -> Result<Vec<GraphRow>, HeldError> {
        self.loading(note)?;
        self.committed.graph(space, note)
    }

    fn snapshot(&self, space: SpaceId, note: NoteId) -> Result<Option<HeldSnapshot>, HeldError> {
        self.committed.snapshot(space, note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = env!("CARGO_PKG_VERSION");

    #[test]
    fn a_mark_counts_deaths_of_this_version_only() {
        let note = NoteId([7; 16]);
        assert_eq!(
            died_over(&format!("{note} 1 {VERSION}")).get(&note),
            Some(&1)
        );
        assert!(died_over(&format!("{note} 1 0.0.0-other")).is_empty());
        assert!(died_over("").is_empty());
        assert!(died_over("not a mark at all").is_empty());
    }
}
