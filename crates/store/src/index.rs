//! What the writer keeps in memory of spaces and chains: enough to say where an entry goes without reading.

use std::collections::BTreeMap;

use skein_space::{Chain, ChainId, EntryHash, SpaceId};

use crate::row::{ChainBody, RowError, SpaceBody};

/// Spaces and chains by local index, as committed plus what the running group has changed.
#[derive(Debug, Default)]
pub(crate) struct Index {
    spaces: Vec<SpaceBody>,
    chains: Vec<ChainBody>,
    by_chain: BTreeMap<ChainId, Vec<u32>>,
    /// What the running group changed, so that a refused batch leaves no trace.
    journal: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    NewSpace,
    Space(u32, SpaceBody),
    NewChain(ChainId),
    Tip(u32, u64, EntryHash),
}

impl Index {
    /// From the committed rows, in the order of their local indexes.
    pub fn new(spaces: Vec<SpaceBody>, chains: Vec<ChainBody>) -> Result<Self, RowError> {
        let mut by_chain: BTreeMap<ChainId, Vec<u32>> = BTreeMap::new();
        for (index, body) in (0..).zip(&chains) {
            let space = spaces
                .get(body.space as usize)
                .ok_or(RowError("a chain's space is not held"))?;
            by_chain
                .entry(body.chain(space.space).id())
                .or_default()
                .push(index);
        }
        Ok(Self {
            spaces,
            chains,
            by_chain,
            journal: Vec::new(),
        })
    }

    /// The local index of a space.
    pub fn space(&self, space: SpaceId) -> Option<u32> {
        (0..)
            .zip(&self.spaces)
            .find(|(_, row)| row.space == space)
            .map(|(index, _)| index)
    }

    /// The row of a space; `index` is one this type gave.
    pub fn space_row(&self, index: u32) -> &SpaceBody {
        &self.spaces[index as usize]
    }

    /// The row of a chain; `index` is one this type gave.
    pub fn chain_row(&self, index: u32) -> &ChainBody {
        &self.chains[index as usize]
    }

    /// The branches of a chain, oldest first.
    pub fn branches(&self, chain: ChainId) -> &[u32] {
        self.by_chain.get(&chain).map_or(&[], Vec::as_slice)
    }

    /// The index under which rows name a chain: that of its first branch.
    pub fn indexed(&self, chain: ChainId) -> Option<u32> {
        self.branches(chain).first().copied()
    }

    /// The chain behind a local index.
    pub fn chain(&self, index: u32) -> Result<Chain, RowError> {
        let body = self
            .chains
            .get(index as usize)
            .ok_or(RowError("it names a chain that is not held"))?;
        Ok(body.chain(self.space_row(body.space).space))
    }

    /// The branch that itself holds `seq` of a branch: below its fork that is an earlier one.
    pub fn holder(&self, mut index: u32, seq: u64) -> u32 {
        while seq < self.chain_row(index).fork_seq && self.chain_row(index).parent < index {
            index = self.chain_row(index).parent;
        }
        index
    }

    /// Adds a space or writes its row anew.
    pub fn set_space(&mut self, row: SpaceBody) -> u32 {
        if let Some(index) = self.space(row.space) {
            let held = &mut self.spaces[index as usize];
            self.journal.push(Change::Space(index, *held));
            *held = row;
            return index;
        }
        self.spaces.push(row);
        self.journal.push(Change::NewSpace);
        (self.spaces.len() - 1) as u32
    }

    /// Adds a chain or a branch; `body.parent` of a first branch is its own index, see [`Self::next_chain`].
    pub fn add_chain(&mut self, id: ChainId, body: ChainBody) -> u32 {
        let index = self.next_chain();
        self.chains.push(body);
        self.by_chain.entry(id).or_default().push(index);
        self.journal.push(Change::NewChain(id));
        index
    }

    /// The index that the next chain gets.
    pub fn next_chain(&self) -> u32 {
        self.chains.len() as u32
    }

    /// Moves a chain's tip.
    pub fn set_tip(&mut self, index: u32, seq: u64, hash: EntryHash) {
        let body = &mut self.chains[index as usize];
        self.journal
            .push(Change::Tip(index, body.tip_seq, body.tip_hash));
        body.tip_seq = seq;
        body.tip_hash = hash;
    }

    /// A point to go back to.
    pub fn mark(&self) -> usize {
        self.journal.len()
    }

    /// Goes back to a mark.
    pub fn undo(&mut self, mark: usize) {
        for change in self.journal.drain(mark..).rev() {
            match change {
                Change::NewSpace => {
                    self.spaces.pop();
                }
                Change::Space(index, row) => {
                    self.spaces[index as usize] = row;
                }
                Change::NewChain(id) => {
                    self.chains.pop();
                    if let Some(branches) = self.by_chain.get_mut(&id) {
                        branches.pop();
                        if branches.is_empty() {
                            self.by_chain.remove(&id);
                        }
                    }
                }
                Change::Tip(index, seq, hash) => {
                    let body = &mut self.chains[index as usize];
                    body.tip_seq = seq;
                    body.tip_hash = hash;
                }
            }
        }
    }

    /// Everything so far stays.
    pub fn settle(&mut self) {
        self.journal.clear();
    }
}
