//! A set of Member entries that holds everything its entries were built on.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::bits::Bits;
use super::table::Table;
use crate::chain::EntryRef;

/// The roster as an entry's author knew it. Cheap to clone; comparable across rosters and moments.
#[derive(Clone, Debug)]
pub struct RosterPast {
    pub(super) table: Arc<Table>,
    pub(super) bits: Arc<Bits>,
}

impl RosterPast {
    /// Nothing known.
    pub fn empty() -> Self {
        Self {
            table: Arc::default(),
            bits: Arc::default(),
        }
    }

    /// Whether this Member entry is among them.
    pub fn contains(&self, reference: &EntryRef) -> bool {
        self.table
            .find(reference)
            .is_some_and(|index| self.bits.has(index))
    }

    /// The entries that no other of them has in its past, rising.
    pub fn frontier(&self) -> Vec<EntryRef> {
        let mut refs: Vec<_> = self
            .table
            .maximal(&self.bits)
            .iter()
            .map(|&index| self.table.node(index).reference)
            .collect();
        refs.sort_unstable();
        refs
    }

    /// Whether there is no entry in it.
    pub fn is_empty(&self) -> bool {
        self.bits.highest().is_none()
    }

    /// The bits of this past in another table: the same numbers where both tables grew from one, else looked up one by
    /// one. Entries that the other table does not hold are left out.
    pub(super) fn bits_in(&self, table: &Arc<Table>) -> Arc<Bits> {
        let count = self.count();
        let common = count.min(table.len());
        if table.shares(&self.table, common) {
            if common == count {
                return Arc::clone(&self.bits);
            }
            let mut bits = Bits::clone(&self.bits);
            bits.truncate(common);
            return Arc::new(bits);
        }
        let mut bits = Bits::default();
        for index in self.bits.iter() {
            if let Some(theirs) = table.find(&self.table.node(index).reference) {
                bits.set(theirs);
            }
        }
        Arc::new(bits)
    }

    /// How far its numbers reach.
    fn count(&self) -> u32 {
        self.bits.highest().map_or(0, |highest| highest + 1)
    }

    fn refs(&self) -> BTreeSet<EntryRef> {
        self.bits
            .iter()
            .map(|index| self.table.node(index).reference)
            .collect()
    }
}

impl PartialEq for RosterPast {
    fn eq(&self, other: &Self) -> bool {
        let common = self.count().min(other.count());
        if common == 0 || self.table.shares(&other.table, common) {
            // Numbered alike as far as both reach; beyond that stands nothing that is also below.
            return self.bits == other.bits;
        }
        self.refs() == other.refs()
    }
}

impl Eq for RosterPast {}

impl Default for RosterPast {
    fn default() -> Self {
        Self::empty()
    }
}
