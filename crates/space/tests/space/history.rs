//! Random histories of a space's roster: honest owners, liars, forks, clones and a recovery key.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use skein_space::*;

use crate::cast::*;
use crate::oracle::{ChainName, Cut, Fact, Oracle, Set, What};

/// Devices 0 to 5 act.
pub const ACTORS: usize = 6;
/// Device 9 is the recovery key where there is one.
pub const RECOVERY: usize = 9;

pub struct Edit {
    pub author: usize,
    pub chain: ChainName,
    pub seq: u64,
    pub past: Set,
}

pub struct History {
    pub seed: u64,
    pub dice: Dice,
    pub oracle: Oracle,
    pub entries: Vec<Arc<Entry>>,
    pub refused: BTreeSet<usize>,
    pub held: Vec<Set>,
    pub liar: Vec<bool>,
    lives: Vec<u8>,
    pub edits: Vec<Edit>,
    edit_seqs: BTreeMap<ChainName, u64>,
    pub forks: usize,
    pub has_recovery: bool,
}

impl History {
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let has_recovery = dice.percent(30);
        let mut history = Self {
            seed,
            liar: (0..=RECOVERY).map(|_| dice.percent(30)).collect(),
            dice,
            oracle: Oracle::default(),
            entries: Vec::new(),
            refused: BTreeSet::new(),
            held: vec![Set::new(); RECOVERY + 1],
            lives: vec![0; RECOVERY + 1],
            edits: Vec::new(),
            edit_seqs: BTreeMap::new(),
            forks: 0,
            has_recovery,
        };
        let recovery = has_recovery.then_some(RECOVERY);
        history.write(0, None, Set::new(), What::Found { recovery });
        history
    }

    pub fn step(&mut self) {
        let mut device = self.dice.below(ACTORS);
        if self.has_recovery && self.dice.percent(4) {
            device = RECOVERY;
        }
        if self.held[device].is_empty() {
            device = 0;
        }
        let lie = self.liar[device] && self.dice.percent(50);
        let all = self.held[device].clone();
        match self.dice.below(100) {
            0..35 => self.pass_on(device),
            35..50 => self.edit(device, lie),
            _ if lie => {
                if self.dice.percent(15) {
                    self.lives[device] += 1;
                }
                let known = self.closed_part(&all);
                let previous = self.some_tip(device);
                let what = self.lie(device);
                self.write(device, previous, known, what);
            }
            _ if self.oracle.role(&all, device) == Some(Role::Owner) => {
                let previous = self.last(device);
                if let Some(what) = self.honest(device) {
                    self.write(device, previous, all, what);
                }
            }
            _ => {}
        }
    }

    /// Everything one device holds, or a closed part of it, goes to another.
    pub fn pass_on(&mut self, from: usize) {
        let mut to = self.dice.below(ACTORS);
        if self.has_recovery && self.dice.percent(10) {
            to = RECOVERY;
        }
        let all = self.held[from].clone();
        let part = if self.liar[from] && self.dice.percent(50) {
            self.closed_part(&all)
        } else {
            all
        };
        self.held[to].extend(part);
    }

    /// Some entries of a set with all they are built on and the entries before them in their chains.
    pub fn closed_part(&mut self, of: &Set) -> Set {
        let of: Vec<usize> = of.iter().copied().collect();
        let mut part = Set::new();
        for _ in 0..=self.dice.below(3) {
            let fact = self.dice.pick(&of);
            self.close_into(&mut part, fact);
        }
        part
    }

    pub fn close_into(&self, part: &mut Set, fact: usize) {
        let mut open = vec![fact];
        while let Some(fact) = open.pop() {
            if part.insert(fact) {
                open.extend(
                    self.oracle.facts[fact]
                        .past
                        .iter()
                        .chain(&self.oracle.facts[fact].previous),
                );
            }
        }
    }

    pub fn edit(&mut self, author: usize, lie: bool) {
        let all = self.held[author].clone();
        let past = if lie { self.closed_part(&all) } else { all };
        if !lie && self.oracle.role(&past, author) < Some(Role::Editor) {
            return;
        }
        let chain = (author, self.lives[author], true);
        let seq = self.edit_seqs.entry(chain).or_insert(0);
        *seq += 1;
        self.edits.push(Edit {
            author,
            chain,
            seq: *seq,
            past,
        });
    }

    pub fn honest(&mut self, device: usize) -> Option<What> {
        let about = self.dice.below(ACTORS);
        let held = self.held[device].clone();
        let role = self.oracle.role(&held, about);
        let lowerings: Vec<usize> = held
            .iter()
            .copied()
            .filter(|&fact| self.lowers(fact))
            .collect();
        match self.dice.below(100) {
            0..45 => Some(What::Set {
                about,
                role: self.dice.pick(&[Role::Viewer, Role::Editor, Role::Owner]),
            }),
            45..80 if role.is_some() => {
                let lesser: Vec<_> = [None, Some(Role::Viewer), Some(Role::Editor)]
                    .into_iter()
                    .filter(|less| *less < role)
                    .collect();
                Some(What::Lower {
                    about,
                    role: self.dice.pick(&lesser),
                    cuts: self.cuts(device, about),
                })
            }
            _ if !lowerings.is_empty() => self.moved(lowerings),
            _ => None,
        }
    }

    pub fn lie(&mut self, device: usize) -> What {
        let anybody = [0, 1, 2, 3, 4, 5, RECOVERY];
        let about = self.dice.pick(&anybody);
        let lowerings: Vec<usize> = (0..self.entries.len())
            .filter(|&fact| self.lowers(fact))
            .collect();
        match self.dice.below(100) {
            0..8 => What::Found {
                recovery: self.dice.percent(70).then(|| self.dice.pick(&anybody)),
            },
            8..45 => What::Set {
                about,
                role: self.dice.pick(&[Role::Viewer, Role::Editor, Role::Owner]),
            },
            45..80 => {
                let role = self
                    .dice
                    .pick(&[None, Some(Role::Viewer), Some(Role::Editor)]);
                What::Lower {
                    about,
                    role,
                    cuts: self.cuts(device, about),
                }
            }
            _ => match self.moved(lowerings) {
                Some(moved) => moved,
                None => What::Set {
                    about,
                    role: Role::Owner,
                },
            },
        }
    }

    pub fn lowers(&self, fact: usize) -> bool {
        matches!(self.oracle.facts[fact].what, What::Lower { .. })
    }

    pub fn moved(&mut self, lowerings: Vec<usize>) -> Option<What> {
        let lowering = *lowerings.get(self.dice.below(lowerings.len().max(1)))?;
        let What::Lower { about, .. } = self.oracle.facts[lowering].what else {
            return None;
        };
        let chains: Vec<ChainName> = self
            .edit_seqs
            .keys()
            .copied()
            .filter(|chain| chain.0 == about)
            .collect();
        if self.dice.percent(20) || chains.is_empty() {
            // Names a roster chain, which never moves.
            return Some(What::Move {
                lowering,
                cut: Cut {
                    chain: (about, 0, false),
                    seq: 99,
                    at: None,
                },
            });
        }
        let chain = self.dice.pick(&chains);
        let seq = self.edit_seqs[&chain];
        Some(What::Move {
            lowering,
            cut: Cut {
                chain,
                seq,
                at: None,
            },
        })
    }

    /// The tips of everything the author holds of a device; a liar's are any numbers.
    pub fn cuts(&mut self, author: usize, about: usize) -> Vec<Cut> {
        let mut cuts: BTreeMap<ChainName, Cut> = BTreeMap::new();
        for &fact in &self.held[author] {
            let Fact { chain, seq, .. } = self.oracle.facts[fact];
            if chain.0 == about && cuts.get(&chain).is_none_or(|cut| cut.seq < seq) {
                cuts.insert(
                    chain,
                    Cut {
                        chain,
                        seq,
                        at: Some(fact),
                    },
                );
            }
        }
        let notes: Vec<_> = self
            .edit_seqs
            .iter()
            .filter(|(chain, _)| chain.0 == about)
            .collect();
        for (&chain, &top) in notes {
            let seq = 1 + self.dice.below(top as usize) as u64;
            cuts.insert(
                chain,
                Cut {
                    chain,
                    seq,
                    at: None,
                },
            );
        }
        if self.liar[author] && self.dice.percent(30) {
            let chain = (about, 0, false);
            cuts.insert(
                chain,
                Cut {
                    chain,
                    seq: 1 + self.dice.below(9) as u64,
                    at: None,
                },
            );
        }
        cuts.into_values().collect()
    }

    /// The last entry of a device's present roster chain.
    pub fn last(&self, device: usize) -> Option<usize> {
        let chain = (device, self.lives[device], false);
        let own = self.held[device]
            .iter()
            .copied()
            .filter(|&fact| self.oracle.facts[fact].chain == chain);
        own.max_by_key(|&fact| (self.oracle.facts[fact].seq, fact))
    }

    /// Some entry of it: any but the last begins a fork.
    pub fn some_tip(&mut self, device: usize) -> Option<usize> {
        let last = self.last(device)?;
        if self.dice.percent(70) {
            Some(last)
        } else {
            self.oracle.facts[last].previous
        }
    }

    pub fn write(&mut self, author: usize, previous: Option<usize>, known: Set, what: What) {
        let seq = previous.map_or(1, |fact| self.oracle.facts[fact].seq + 1);
        let chain = (author, self.lives[author], false);
        let (deps, past) = if matches!(what, What::Found { .. }) {
            (Set::new(), Set::new())
        } else {
            (self.tips(&known), known)
        };
        let forks = self
            .oracle
            .facts
            .iter()
            .any(|fact| fact.chain == chain && fact.seq == seq);
        let number = self.entries.len();
        let refs: Vec<_> = deps
            .iter()
            .map(|&fact| self.entries[fact].reference())
            .collect();
        let before = previous.map(|fact| self.entries[fact].as_ref());
        let entry = member_entry(
            author,
            self.lives[author],
            before,
            &refs,
            &self.payload(&what),
        );
        if self
            .entries
            .iter()
            .any(|other| other.hash() == entry.hash())
        {
            return;
        }
        self.forks += usize::from(forks);
        self.oracle.facts.push(Fact {
            author,
            chain,
            seq,
            previous,
            past,
            what,
        });
        self.entries.push(entry);
        if self.oracle.valid(number) {
            self.held[author].insert(number);
        } else {
            self.refused.insert(number);
        }
    }

    pub fn tips(&self, set: &Set) -> Set {
        let covered = |fact: &usize| {
            set.iter()
                .any(|&other| self.oracle.facts[other].past.contains(fact))
        };
        set.iter().copied().filter(|fact| !covered(fact)).collect()
    }

    pub fn payload(&self, what: &What) -> Member {
        match what {
            What::Found { recovery } => found(*recovery),
            What::Set { about, role } => set_role(*about, *role),
            What::Lower { about, role, cuts } => lower(
                *about,
                *role,
                &cuts.iter().map(|cut| self.cut_ref(cut)).collect::<Vec<_>>(),
            ),
            What::Move { lowering, cut } => move_cut(&self.entries[*lowering], self.cut_ref(cut)),
        }
    }

    pub fn cut_ref(&self, cut: &Cut) -> EntryRef {
        let (device, life, notes) = cut.chain;
        match cut.at {
            Some(fact) => self.entries[fact].reference(),
            None if notes => edit_ref(device, life, cut.seq),
            None => EntryRef {
                chain: chain(device, life, Log::Roster).id(),
                ..edit_ref(device, life, cut.seq)
            },
        }
    }
}
