//! Chains as the engine knows them: their branches, and the tips of each, held and durable.
//!
//! A chain that forked is kept as several: they share their beginning (protocol.md, forks). Inside the engine every
//! branch has an id of its own, [`branch_id`]; the first branch's is the chain's. References between entries carry a
//! hash, so they need none.

use std::collections::BTreeMap;

use skein_space::{Chain, ChainId, Entry, EntryHash, EntryRef, ShortHash};

use super::space::Space;
use crate::api::{Held, HeldError};
use crate::config;
use crate::heads::Tip;

/// The place before the first entry of a chain.
pub(super) const NO_TIP: Tip = Tip {
    seq: 0,
    hash: EntryHash([0; 32]),
};

/// One branch of a chain of a space.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChainState {
    /// Which chain.
    pub chain: Chain,
    /// 0 for the branch held first; later ones in the order in which they came, as the store counts them.
    pub branch: u8,
    /// The branch that holds everything below this one's first entry, and that entry's place; none for the first.
    pub parent: Option<(ChainId, u64)>,
    /// The last entry held, on its way to disk included.
    pub tip: Tip,
    /// The last entry that is durable. Only this is ever told to anybody.
    pub durable: Tip,
}

impl ChainState {
    /// A chain nothing of is held yet.
    pub fn new(chain: Chain) -> Self {
        Self {
            chain,
            branch: 0,
            parent: None,
            tip: NO_TIP,
            durable: NO_TIP,
        }
    }

    /// The first place that is this branch's own.
    pub fn first_own(&self) -> u64 {
        self.parent.map_or(1, |(_, seq)| seq)
    }

    /// Whether an entry of its own is durable.
    pub fn is_durable(&self) -> bool {
        self.durable.seq >= self.first_own()
    }
}

/// The id of a branch inside the engine. Ids of chains are hashes: none of them is another's branch.
pub(super) fn branch_id(chain: ChainId, branch: u8) -> ChainId {
    let mut id = chain;
    id.0[15] ^= branch;
    id
}

/// Where an entry goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is held, on this branch.
    Known(ChainId),
    /// It is the next of this branch.
    Next(ChainId),
    /// It begins a branch beside what this one holds at its place.
    Fork(ChainId),
    /// What comes before it is not held.
    Unknown,
}

impl Space {
    /// All branches held of a chain, the first one first.
    pub fn branches(&self, chain: ChainId) -> impl Iterator<Item = (ChainId, &ChainState)> {
        (0..config::BRANCHES_MAX as u8).filter_map(move |branch| {
            let id = branch_id(chain, branch);
            Some((id, self.chains.get(&id)?))
        })
    }

    /// Whether more than one branch of a chain is held.
    pub fn is_forked(&self, chain: ChainId) -> bool {
        self.branches(chain).nth(1).is_some()
    }

    /// The branch that itself holds a place of a branch: below its first entry that is an earlier one.
    pub fn holder(&self, mut id: ChainId, seq: u64) -> ChainId {
        while let Some((parent, first)) = self.chains.get(&id).and_then(|c| c.parent)
            && seq < first
        {
            id = parent;
        }
        id
    }

    /// The hash of the entry at a place of a branch.
    pub fn hash_at(
        &self,
        held: &dyn Held,
        id: ChainId,
        seq: u64,
    ) -> Result<Option<EntryHash>, HeldError> {
        let id = self.holder(id, seq);
        let Some(state) = self.chains.get(&id) else {
            return Ok(None);
        };
        if seq == state.tip.seq {
            return Ok(Some(state.tip.hash));
        }
        if let Some(entry) = self.inflight.get(&(id, seq)) {
            return Ok(Some(entry.hash()));
        }
        let entry = held.entry(state.chain.id(), state.branch, seq)?;
        Ok(entry.map(|e| e.hash()))
    }

    /// The branch on which the entry of a reference is held.
    pub fn branch_of(&self, held: &dyn Held, r: &EntryRef) -> Result<Option<ChainId>, HeldError> {
        if !self.is_forked(r.chain) {
            return Ok(Some(r.chain));
        }
        for (id, state) in self.branches(r.chain) {
            if r.seq <= state.tip.seq && self.short_at(held, id, r.seq)? == Some(r.hash) {
                return Ok(Some(self.holder(id, r.seq)));
            }
        }
        Ok(None)
    }

    fn short_at(
        &self,
        held: &dyn Held,
        id: ChainId,
        seq: u64,
    ) -> Result<Option<ShortHash>, HeldError> {
        Ok(self.hash_at(held, id, seq)?.map(|hash| hash.short()))
    }

    /// Where an entry goes. Reads what is held at its place only where it is not simply the next.
    pub fn place(&self, held: &dyn Held, entry: &Entry) -> Result<Place, HeldError> {
        let (chain, h) = (entry.chain_id(), entry.header());
        if !self.chains.contains_key(&chain) {
            let first = h.seq == 1 && h.prev == NO_TIP.hash;
            return Ok(if first {
                Place::Next(chain)
            } else {
                Place::Unknown
            });
        }
        for (id, state) in self.branches(chain) {
            if h.seq == state.tip.seq + 1 && h.prev == state.tip.hash {
                return Ok(Place::Next(id));
            }
        }
        for (id, state) in self.branches(chain) {
            if h.seq <= state.tip.seq && self.hash_at(held, id, h.seq)? == Some(entry.hash()) {
                return Ok(Place::Known(self.holder(id, h.seq)));
            }
        }
        for (id, state) in self.branches(chain) {
            if h.seq > state.tip.seq {
                continue;
            }
            let follows = if h.seq == 1 {
                h.prev == NO_TIP.hash
            } else {
                self.hash_at(held, id, h.seq - 1)? == Some(h.prev)
            };
            if follows {
                return Ok(Place::Fork(self.holder(id, h.seq - 1)));
            }
        }
        Ok(Place::Unknown)
    }

    /// The id that the next branch of a chain gets; none when as many are held as may be.
    pub fn next_branch(&self, chain: ChainId) -> Option<(u8, ChainId)> {
        let count = self.branches(chain).count();
        let branch = u8::try_from(count).ok()?;
        (count < config::BRANCHES_MAX).then_some((branch, branch_id(chain, branch)))
    }

    /// The highest place held of a chain, on whichever branch.
    pub fn top(&self, chain: ChainId) -> u64 {
        self.branches(chain)
            .map(|(_, c)| c.tip.seq)
            .max()
            .unwrap_or(0)
    }

    /// What it means for all branches that one is held up to a place: their shared beginning is held too.
    pub fn with_beginnings(
        &self,
        held: impl IntoIterator<Item = (ChainId, u64)>,
    ) -> BTreeMap<ChainId, u64> {
        let mut all: BTreeMap<ChainId, u64> = BTreeMap::new();
        for (mut id, mut seq) in held {
            loop {
                let top = all.entry(id).or_insert(0);
                *top = (*top).max(seq);
                let Some((parent, first)) = self.chains.get(&id).and_then(|c| c.parent) else {
                    break;
                };
                (id, seq) = (parent, seq.min(first - 1));
            }
        }
        all
    }
}
