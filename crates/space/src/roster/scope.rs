//! What counts within one set of Member entries: security.md's rules, as functions of that set alone.

use std::collections::BTreeMap;

use super::bits::Bits;
use super::fold::Fold;
use crate::chain::EntryRef;
use crate::ids::{ChainId, DeviceKey};
use crate::member::{Member, Role};

/// A closed set of nodes and what is already known about it.
pub(super) struct Scope<'a> {
    fold: &'a Fold,
    set: &'a Bits,
    /// No lowering in the set: then everything in it counts.
    calm: bool,
    known: BTreeMap<u32, bool>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(fold: &'a Fold, set: &'a Bits) -> Self {
        Self {
            fold,
            set,
            calm: !set.meets(&fold.lowerings),
            known: BTreeMap::new(),
        }
    }

    /// The role of a device: the least of the counting entries about it that no other such has in its past.
    pub(super) fn role(&mut self, device: &DeviceKey) -> Option<Role> {
        let basis = self.basis(device);
        basis
            .iter()
            .map(|&index| self.fold.gives(index))
            .min()
            .flatten()
    }

    /// The counting entries about a device that no other counting entry about it has in its past.
    pub(super) fn basis(&mut self, device: &DeviceKey) -> Vec<u32> {
        let fold = self.fold;
        let mut covered = Bits::default();
        let mut basis = Vec::new();
        // Whatever has a node in its past comes after it, so the last ones cover the earlier.
        for &index in fold.about(device).iter().rev() {
            if self.set.has(index) && !covered.has(index) && self.speaks_for(index, device) {
                covered.add(&fold.table.node(index).past);
                basis.push(index);
            }
        }
        basis
    }

    /// Whether an entry about a device counts for that device. A founding entry counts for its founder always; for the
    /// recovery key it names it must not be above a cut, or a removed founder could found once more and name another.
    pub(super) fn speaks_for(&mut self, index: u32, device: &DeviceKey) -> bool {
        let node = self.fold.table.node(index);
        if matches!(node.member, Member::Found { .. }) && node.member.subject() != *device {
            return !self.above_cut(index);
        }
        self.counts(index)
    }

    /// Whether an entry counts: a founding or a lowering always; an admission, a raise or a moved cut when it is not
    /// above the cut and one of the entries its author's ownership rests on counts. Without recursion: a chain of
    /// admissions may be as long as the roster.
    pub(super) fn counts(&mut self, index: u32) -> bool {
        if self.calm || self.always(index) {
            return true;
        }
        let mut open = vec![index];
        while let Some(&top) = open.last() {
            if self.known.contains_key(&top) {
                open.pop();
                continue;
            }
            let verdict = if self.always(top) {
                Some(true)
            } else {
                self.settle(top, &mut open)
            };
            if let Some(verdict) = verdict {
                self.known.insert(top, verdict);
                open.pop();
            }
        }
        self.known[&index]
    }

    fn always(&self, index: u32) -> bool {
        matches!(
            self.fold.table.node(index).member,
            Member::Found { .. } | Member::Lower { .. }
        )
    }

    /// The verdict on one entry, or none after putting what must be known first on the stack.
    fn settle(&mut self, index: u32, open: &mut Vec<u32>) -> Option<bool> {
        if self.above_cut(index) {
            return Some(false);
        }
        let node = self.fold.table.node(index);
        let author = node.author();
        let mut unknown = None;
        for &base in &node.rests_on {
            let verdict = match &self.fold.table.node(base).member {
                Member::Found { subject, .. } => Some(*subject == author || !self.above_cut(base)),
                Member::Lower { .. } => Some(true),
                _ => self.known.get(&base).copied(),
            };
            match verdict {
                Some(true) => return Some(true),
                Some(false) => {}
                None => unknown = Some(base),
            }
        }
        match unknown {
            Some(base) => {
                open.push(base);
                None
            }
            None => Some(false),
        }
    }

    /// Whether a Member entry is above the cut: of the lowerings of its author that are not in its past the earliest,
    /// and above what any of these leaves standing of its chain. Cuts of roster chains never move.
    ///
    /// Of notes chains the highest cut counts, so that no honest word is lost; of roster chains the lowest: else a
    /// removed owner could admit a puppet with a back date, and have the puppet "lower" it with a higher cut.
    pub(super) fn above_cut(&self, index: u32) -> bool {
        let node = self.fold.table.node(index);
        let earliest = self
            .fold
            .earliest_lowerings(&node.author(), self.set, &node.past);
        earliest
            .into_iter()
            .any(|lowering| lowering != index && !self.leaves(lowering, index))
    }

    /// Whether a lowering leaves a Member entry standing: its cut lies at or above the entry, on the same branch. Only
    /// a liar cuts at a Member entry it does not hold; then the number alone decides.
    fn leaves(&self, lowering: u32, index: u32) -> bool {
        let table = &self.fold.table;
        let (lowering, node) = (table.node(lowering), table.node(index));
        let Some(cut) = cut_for(lowering.cuts().unwrap_or_default(), &node.reference.chain) else {
            return false;
        };
        if node.reference.seq > cut.seq {
            return false;
        }
        match table.find(cut).filter(|&at| lowering.past.has(at)) {
            Some(at) => at == index || table.node(at).line.has(index),
            None => true,
        }
    }
}

/// The cut for a chain among a lowering's, which rise by chain.
pub(super) fn cut_for<'a>(cuts: &'a [EntryRef], chain: &ChainId) -> Option<&'a EntryRef> {
    cuts.binary_search_by(|cut| cut.chain.cmp(chain))
        .ok()
        .map(|at| &cuts[at])
}
