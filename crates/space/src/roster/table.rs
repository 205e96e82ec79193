//! The Member entries held, in the order this device took them, each with its past.
//!
//! A node's number is local and never leaves this crate. Tables only grow at their end, and a node is made once, so two
//! tables that share the node at one place share everything before it: that is what makes pasts of different moments
//! comparable by their bits.

use std::sync::Arc;

use super::bits::Bits;
use crate::chain::EntryRef;
use crate::entry::Entry;
use crate::ids::{DeviceKey, EntryHash};
use crate::member::Member;

/// One valid Member entry.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) entry: Arc<Entry>,
    pub(super) member: Member,
    pub(super) reference: EntryRef,
    /// Everything it was built on, itself not included.
    pub(super) past: Bits,
    /// The entries before it in its chain, on its branch.
    pub(super) line: Bits,
    /// The entries its author's ownership rests on, in its own past. Empty for a founding entry.
    pub(super) rests_on: Vec<u32>,
}

impl Node {
    pub(super) fn author(&self) -> DeviceKey {
        self.entry.header().chain.device
    }

    pub(super) fn hash(&self) -> EntryHash {
        self.entry.hash()
    }

    /// What it says about its subject's lowering, if it is one.
    pub(super) fn cuts(&self) -> Option<&[EntryRef]> {
        match &self.member {
            Member::Lower { cuts, .. } => Some(cuts),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    nodes: Vec<Arc<Node>>,
    /// All numbers in the order of their references. Flat, because every change of the roster copies it.
    by_ref: Vec<u32>,
}

impl Table {
    pub(super) fn len(&self) -> u32 {
        // A roster is bounded by what fits an admission frame, far below 2^32.
        self.nodes.len() as u32
    }

    pub(super) fn node(&self, index: u32) -> &Node {
        &self.nodes[index as usize]
    }

    pub(super) fn nodes(&self) -> impl DoubleEndedIterator<Item = (u32, &Node)> {
        self.nodes
            .iter()
            .enumerate()
            .map(|(index, node)| (index as u32, node.as_ref()))
    }

    pub(super) fn find(&self, reference: &EntryRef) -> Option<u32> {
        self.place(reference).ok().map(|place| self.by_ref[place])
    }

    pub(super) fn push(&mut self, node: Node) -> u32 {
        let index = self.len();
        if let Err(place) = self.place(&node.reference) {
            self.by_ref.insert(place, index);
        }
        self.nodes.push(Arc::new(node));
        index
    }

    fn place(&self, reference: &EntryRef) -> Result<usize, usize> {
        self.by_ref
            .binary_search_by(|&index| self.node(index).reference.cmp(reference))
    }

    /// Whether the first `count` nodes of both are the same, in the same order.
    pub(super) fn shares(&self, other: &Self, count: u32) -> bool {
        let Some(last) = (count as usize).checked_sub(1) else {
            return true;
        };
        match (self.nodes.get(last), other.nodes.get(last)) {
            (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
            _ => false,
        }
    }

    /// Those of a set that no other of it has in its past, ascending.
    pub(super) fn maximal(&self, set: &Bits) -> Vec<u32> {
        let mut covered = Bits::default();
        let mut found: Vec<u32> = Vec::new();
        // Whatever has a node in its past comes after it.
        for index in set.iter().collect::<Vec<_>>().into_iter().rev() {
            if !covered.has(index) {
                covered.add(&self.node(index).past);
                found.push(index);
            }
        }
        found.reverse();
        found
    }
}
