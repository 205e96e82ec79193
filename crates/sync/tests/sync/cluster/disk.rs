//! A disk that holds what was committed, nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use skein_space::{ChainId, Entry, Incarnation, Kind, NoteId, SecretLabel, SpaceId};
use skein_sync::{GraphRow, Held, HeldError, HeldSnapshot, StartChain, StartSpace, StoreOp};

/// A disk that holds what was committed, nothing else.
#[derive(Default, Clone)]
pub struct Disk {
    pub entries: BTreeMap<(ChainId, u8, u64), Arc<Entry>>,
    /// Branches: chain → the branch each leaves, and its first place.
    pub branches: BTreeMap<ChainId, Vec<(u8, u64)>>,
    pub arrival: Vec<(Arc<Entry>, u64, bool)>,
    pub spaces: BTreeMap<SpaceId, Incarnation>,
    pub left: BTreeSet<SpaceId>,
    pub snapshots: BTreeMap<(SpaceId, NoteId), HeldSnapshot>,
    pub drafts: Vec<(NoteId, String)>,
    pub secrets: BTreeMap<(SpaceId, SecretLabel), Vec<[u8; 32]>>,
    pub rows: BTreeMap<(SpaceId, NoteId), skein_sync::NoteRow>,
    /// Nothing of it can be read.
    pub unreadable: bool,
    /// Single entries can be read, snapshots cannot.
    pub snapshots_unreadable: bool,
}

impl Disk {
    fn held(&self, chain: ChainId, mut branch: u8, seq: u64) -> Option<Arc<Entry>> {
        while branch > 0 {
            let (parent, first) = self.branches[&chain][usize::from(branch) - 1];
            if seq >= first {
                break;
            }
            branch = parent;
        }
        self.entries.get(&(chain, branch, seq)).cloned()
    }

    /// All secrets of a space, with their labels.
    pub fn secrets_of(&self, space: SpaceId) -> Vec<(SecretLabel, [u8; 32])> {
        let of = self.secrets.iter().filter(|((s, _), _)| *s == space);
        let each = of.flat_map(|((_, label), secrets)| secrets.iter().map(|one| (*label, *one)));
        each.collect()
    }

    fn reads(&self) -> Result<(), HeldError> {
        match self.unreadable {
            true => Err(HeldError("the disk does not answer".into())),
            false => Ok(()),
        }
    }
}

impl Held for Disk {
    fn entry(&self, chain: ChainId, branch: u8, seq: u64) -> Result<Option<Arc<Entry>>, HeldError> {
        self.reads()?;
        Ok(self.held(chain, branch, seq))
    }

    fn graph(&self, space: SpaceId, note: NoteId) -> Result<Vec<GraphRow>, HeldError> {
        self.reads()?;
        Ok(self
            .arrival
            .iter()
            .filter(|(e, ..)| {
                e.header().chain.space == space
                    && e.header().note == note
                    && e.header().kind != Kind::Member
            })
            .map(|(e, end_clock, refused)| GraphRow {
                chain: e.chain_id(),
                seq: e.header().seq,
                hash: e.hash(),
                kind: e.header().kind,
                session: e.header().session,
                end_clock: *end_clock,
                refused: *refused,
                deps: e.header().deps.clone(),
            })
            .collect())
    }

    fn snapshot(&self, space: SpaceId, note: NoteId) -> Result<Option<HeldSnapshot>, HeldError> {
        self.reads()?;
        if self.snapshots_unreadable {
            return Err(HeldError("a page cannot be read".into()));
        }
        Ok(self.snapshots.get(&(space, note)).cloned())
    }
}

impl Disk {
    pub fn take(&mut self, op: StoreOp) {
        match op {
            StoreOp::Append {
                entry,
                end_clock,
                refused,
                forks,
            } => {
                let branch = self.branch_for(&entry, forks);
                let key = (entry.chain_id(), branch, entry.header().seq);
                assert!(
                    self.entries.insert(key, Arc::clone(&entry)).is_none(),
                    "an entry is held once"
                );
                self.arrival.push((entry, end_clock, refused.is_some()));
            }
            StoreOp::Space {
                space,
                incarnation,
                left,
            } => {
                self.spaces.insert(space, incarnation);
                if left {
                    self.left.insert(space);
                } else {
                    self.left.remove(&space);
                }
            }
            StoreOp::Draft { note, text, .. } => self.drafts.push((note, text)),
            StoreOp::NoteRow { space, note, row } => {
                self.rows.insert((space, note), row);
            }
            StoreOp::Secrets {
                space,
                label,
                secrets,
            } => {
                self.secrets.insert((space, label), secrets);
            }
            StoreOp::TicketBound { .. } => {}
        }
    }

    /// The branch an entry follows, or begins.
    fn branch_for(&mut self, entry: &Entry, forks: bool) -> u8 {
        let (chain, h) = (entry.chain_id(), entry.header());
        let count = self.branches.get(&chain).map_or(0, Vec::len) as u8;
        let before = |branch: u8| {
            let before = self.held(chain, branch, h.seq - 1);
            h.seq == 1 || before.is_some_and(|e| e.hash() == h.prev)
        };
        let follows: Vec<u8> = (0..=count).filter(|b| before(*b)).collect();
        assert!(!follows.is_empty(), "every chain is held in order");
        if !forks {
            let open = |b: &&u8| !self.entries.contains_key(&(chain, **b, h.seq));
            return *follows
                .iter()
                .find(open)
                .expect("a branch goes on at its tip");
        }
        self.branches
            .entry(chain)
            .or_default()
            .push((follows[0], h.seq));
        count + 1
    }

    /// What a process finds at its start.
    pub fn start(&self) -> Vec<StartSpace> {
        self.spaces
            .iter()
            .map(|(space, incarnation)| {
                let of = |e: &&Arc<Entry>| e.header().chain.space == *space;
                let mut chains = BTreeMap::new();
                for ((chain, branch, _), e) in self.entries.iter().filter(|(_, e)| of(e)) {
                    let fork = branch.checked_sub(1);
                    let (parent, first_own) =
                        fork.map_or((0, 1), |fork| self.branches[chain][usize::from(fork)]);
                    chains.insert(
                        (*chain, *branch),
                        StartChain {
                            chain: e.header().chain,
                            branch: *branch,
                            parent,
                            first_own,
                            seq: e.header().seq,
                            hash: e.hash(),
                        },
                    );
                }
                StartSpace {
                    space: *space,
                    incarnation: *incarnation,
                    left: self.left.contains(space),
                    secrets: self.secrets_of(*space),
                    roster: self
                        .arrival
                        .iter()
                        .map(|(e, ..)| e)
                        .filter(of)
                        .filter(|e| e.header().kind == Kind::Member)
                        .cloned()
                        .collect(),
                    chains: chains.into_values().collect(),
                    notes: self
                        .rows
                        .iter()
                        .filter(|((s, _), _)| s == space)
                        .map(|((_, n), r)| (*n, r.clone()))
                        .collect(),
                }
            })
            .collect()
    }
}
