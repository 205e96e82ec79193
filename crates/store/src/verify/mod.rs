//! Checking everything that is held against everything else.
//!
//! In steps of short transactions, so that readers and the writer go on meanwhile; what is appended while it
//! runs is left out. Problems name rows and ids, never what somebody wrote.

mod chains;
mod graphs;
mod rows;

use std::collections::BTreeMap;
use std::fmt::Display;

use skein_space::{NoteId, SpaceId};

use crate::config::PROBLEMS_MAX;
use crate::error::{Fault, ReadError};
use crate::read::Reader;
use crate::store::Store;

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Entries whose hashes, payload and signature were checked.
    pub entries: u64,
    /// Notes whose graph was checked.
    pub notes: u64,
    /// One sentence each; none when all is well.
    pub problems: Vec<String>,
}

/// Whether a note's state decodes, and why not.
pub type Decode<'h> = dyn FnMut(SpaceId, NoteId, &[u8]) -> Result<(), String> + 'h;

/// What the caller adds to a verification.
///
/// Both are called between reads, never inside one.
pub struct Hooks<'h> {
    /// Whether a snapshot's state decodes: the store does not know what a note is.
    pub decode: &'h mut Decode<'h>,
    /// How many entries are checked of how many.
    pub progress: &'h mut dyn FnMut(u64, u64),
}

impl Store {
    /// Checks the pages of the file, then every row as [`Reader::verify`] does. Damaged pages that redb can
    /// repair are repaired, and said.
    pub fn verify(&mut self, hooks: Hooks<'_>) -> Result<VerifyReport, Fault> {
        let pages = self.check_pages()?;
        let mut report = self.reader().verify(hooks);
        if let Some(problem) = pages {
            report.problems.insert(0, problem);
        }
        Ok(report)
    }
}

impl Reader {
    /// Checks every row: chains (numbers without gaps, `prev`, payload, signature, tip), graphs and rosters
    /// against entries and back, snapshots, and all small rows.
    pub fn verify(&self, hooks: Hooks<'_>) -> VerifyReport {
        let mut check = Check {
            reader: self,
            hooks,
            report: VerifyReport::default(),
            unseen: BTreeMap::new(),
            more: 0,
        };
        check.chains();
        check.rosters();
        check.graphs();
        check.unseen();
        check.snapshots();
        check.rows();
        check.finish()
    }
}

/// A verification that is running.
struct Check<'r, 'h> {
    reader: &'r Reader,
    hooks: Hooks<'h>,
    report: VerifyReport,
    /// Per chain index the entries checked that no graph or roster row has named yet.
    unseen: BTreeMap<u32, Unseen>,
    /// Problems beyond those that are listed.
    more: usize,
}

/// Which entries of a chain are still to be named, one bit each.
struct Unseen {
    first: u64,
    /// The last entry checked.
    end: u64,
    bits: Vec<u64>,
}

impl Unseen {
    fn new(first: u64, end: u64) -> Self {
        Self {
            first,
            end,
            bits: Vec::new(),
        }
    }

    fn add(&mut self, seq: u64) {
        let at = (seq - self.first) as usize;
        if self.bits.len() <= at / 64 {
            self.bits.resize(at / 64 + 1, 0);
        }
        self.bits[at / 64] |= 1 << (at % 64);
    }

    /// Whether it was there.
    fn remove(&mut self, seq: u64) -> bool {
        let Some(at) = seq.checked_sub(self.first) else {
            return false;
        };
        let Some(bits) = self.bits.get_mut(at as usize / 64) else {
            return false;
        };
        let bit = 1 << (at % 64);
        let was = *bits & bit != 0;
        *bits &= !bit;
        was
    }

    fn left(&self) -> u64 {
        self.bits
            .iter()
            .map(|bits| u64::from(bits.count_ones()))
            .sum()
    }
}

impl Check<'_, '_> {
    fn problem(&mut self, problem: impl Display) {
        if self.report.problems.len() < PROBLEMS_MAX {
            self.report.problems.push(problem.to_string());
        } else {
            self.more += 1;
        }
    }

    /// What was read, or a problem.
    fn ok<T>(&mut self, read: Result<T, ReadError>) -> Option<T> {
        read.map_err(|error| self.problem(error)).ok()
    }

    /// Every entry belongs to a graph or a roster.
    fn unseen(&mut self) {
        for (index, unseen) in std::mem::take(&mut self.unseen) {
            let left = unseen.left();
            if left > 0 {
                self.problem(format!(
                    "chain {index}: {left} entries are in no graph and no roster"
                ));
            }
        }
    }

    fn finish(mut self) -> VerifyReport {
        if self.more > 0 {
            let more = format!("and {} more", self.more);
            self.report.problems.push(more);
        }
        self.report
    }
}
