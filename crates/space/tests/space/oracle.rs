//! The roster's definitions, word by word from the design and its model, over plain sets and without any cleverness.
//! Slow on purpose: nothing here knows bits, indexes or arrival.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use skein_space::Role;

/// A chain: device, incarnation, roster (false) or notes (true).
pub type ChainName = (usize, u8, bool);

/// A set of Member entries by their number.
pub type Set = BTreeSet<usize>;

#[derive(Clone, Debug)]
pub struct Cut {
    pub chain: ChainName,
    pub seq: u64,
    /// The Member entry meant, where it is one that exists.
    pub at: Option<usize>,
}

#[derive(Clone, Debug)]
pub enum What {
    Found {
        recovery: Option<usize>,
    },
    Set {
        about: usize,
        role: Role,
    },
    Lower {
        about: usize,
        role: Option<Role>,
        cuts: Vec<Cut>,
    },
    Move {
        lowering: usize,
        cut: Cut,
    },
}

#[derive(Clone, Debug)]
pub struct Fact {
    pub author: usize,
    pub chain: ChainName,
    pub seq: u64,
    pub previous: Option<usize>,
    pub past: Set,
    pub what: What,
}

/// All Member entries of a history, by number.
#[derive(Default)]
pub struct Oracle {
    pub facts: Vec<Fact>,
    views: BTreeMap<Set, Rc<View>>,
}

/// What counts within one set.
#[derive(Default)]
struct View {
    counts: BTreeMap<usize, bool>,
}

impl Oracle {
    /// Valid by its own past alone; what it names must have been found valid before.
    pub fn valid(&mut self, fact: usize) -> bool {
        let Fact {
            author,
            past,
            what,
            seq,
            ..
        } = self.facts[fact].clone();
        if let What::Found { recovery } = what {
            return author == 0 && seq == 1 && past.is_empty() && recovery != Some(0);
        }
        if self.role(&past, author) != Some(Role::Owner) {
            return false;
        }
        let about = match &what {
            What::Set { about, .. } | What::Lower { about, .. } => Some(*about),
            What::Move { lowering, .. } => match self.facts[*lowering].what {
                What::Lower { about, .. } => Some(about),
                _ => None,
            },
            What::Found { .. } => None,
        };
        let about_recovery = |founding: &usize| match &self.facts[*founding].what {
            What::Found { recovery } => recovery.is_some() && *recovery == about,
            _ => false,
        };
        if past.iter().any(about_recovery) {
            return false;
        }
        match what {
            What::Lower {
                about,
                role: Some(role),
                ..
            } => self.role(&past, about) > Some(role),
            _ => true,
        }
    }

    pub fn role(&mut self, set: &Set, device: usize) -> Option<Role> {
        let basis = self.basis(set, device);
        basis
            .iter()
            .map(|&fact| self.gives(fact, device).expect("about it"))
            .min()
            .flatten()
    }

    pub fn counts(&mut self, set: &Set, fact: usize) -> bool {
        self.view(set).counts[&fact]
    }

    /// Whether an edit is set aside.
    pub fn sets_aside(
        &mut self,
        set: &Set,
        author: usize,
        chain: ChainName,
        seq: u64,
        past: &Set,
    ) -> bool {
        let writes = |oracle: &mut Self, fact: usize| {
            oracle.gives(fact, author).flatten() >= Some(Role::Editor)
                && oracle.speaks(set, fact, author)
        };
        if !set.iter().any(|&fact| writes(self, fact)) {
            return true;
        }
        let lowerings = self.earliest(set, author, past, None);
        if lowerings.is_empty() {
            return false;
        }
        let tops: Vec<u64> = lowerings
            .iter()
            .map(|&lowering| self.notes_cut(set, lowering, chain))
            .collect();
        seq > tops.into_iter().max().unwrap_or(0)
    }

    /// The role an entry gives a device, if it is about it.
    fn gives(&self, fact: usize, device: usize) -> Option<Option<Role>> {
        match &self.facts[fact].what {
            What::Found { recovery }
                if self.facts[fact].author == device || *recovery == Some(device) =>
            {
                Some(Some(Role::Owner))
            }
            What::Set { about, role } if *about == device => Some(Some(*role)),
            What::Lower { about, role, .. } if *about == device => Some(*role),
            _ => None,
        }
    }

    fn basis(&mut self, set: &Set, device: usize) -> Vec<usize> {
        let about: Vec<usize> = set
            .iter()
            .copied()
            .filter(|&fact| self.gives(fact, device).is_some())
            .collect();
        let counting: Vec<usize> = about
            .into_iter()
            .filter(|&fact| self.speaks(set, fact, device))
            .collect();
        let covered = |fact: &usize| {
            counting
                .iter()
                .any(|other| self.facts[*other].past.contains(fact))
        };
        counting
            .iter()
            .copied()
            .filter(|fact| !covered(fact))
            .collect()
    }

    /// Counts for that device: a founding for the recovery key it names only when not above the founder's cut.
    fn speaks(&mut self, set: &Set, fact: usize, device: usize) -> bool {
        match self.facts[fact].what {
            What::Found { .. } if self.facts[fact].author != device => !self.above_cut(set, fact),
            _ => self.counts(set, fact),
        }
    }

    fn view(&mut self, set: &Set) -> Rc<View> {
        if let Some(view) = self.views.get(set) {
            return Rc::clone(view);
        }
        let mut view = View::default();
        // Numbers rise along pasts.
        for &fact in set {
            let Fact {
                author, past, what, ..
            } = self.facts[fact].clone();
            let counts = match what {
                What::Found { .. } | What::Lower { .. } => true,
                _ => {
                    let basis = self.basis(&past, author);
                    let stands = |base: &usize| match self.facts[*base].what {
                        What::Found { .. } if self.facts[*base].author != author => {
                            !self.above_cut(set, *base)
                        }
                        _ => view.counts[base],
                    };
                    !self.above_cut(set, fact) && basis.iter().any(stands)
                }
            };
            view.counts.insert(fact, counts);
        }
        let view = Rc::new(view);
        self.views.insert(set.clone(), Rc::clone(&view));
        view
    }

    fn earliest(&self, set: &Set, author: usize, past: &Set, itself: Option<usize>) -> Vec<usize> {
        let lowers = |fact: &usize| matches!(self.facts[*fact].what, What::Lower { about, .. } if about == author);
        let low: Vec<usize> = set
            .iter()
            .copied()
            .filter(|fact| lowers(fact) && !past.contains(fact) && itself != Some(*fact))
            .collect();
        low.iter()
            .copied()
            .filter(|fact| {
                !low.iter()
                    .any(|other| self.facts[*fact].past.contains(other))
            })
            .collect()
    }

    fn above_cut(&self, set: &Set, fact: usize) -> bool {
        let Fact { author, past, .. } = &self.facts[fact];
        let low = self.earliest(set, *author, past, Some(fact));
        !low.iter().all(|&lowering| self.leaves(lowering, fact))
    }

    /// A lowering's cut of a roster chain lies at or above the entry, on its branch.
    fn leaves(&self, lowering: usize, fact: usize) -> bool {
        let What::Lower { cuts, .. } = &self.facts[lowering].what else {
            return false;
        };
        let Fact { chain, seq, .. } = &self.facts[fact];
        let Some(cut) = cuts.iter().find(|cut| cut.chain == *chain) else {
            return false;
        };
        if *seq > cut.seq {
            return false;
        }
        let held = cut.at.filter(|at| self.facts[lowering].past.contains(at));
        held.is_none_or(|at| {
            let mut step = Some(at);
            while let Some(here) = step.filter(|&here| here != fact) {
                step = self.facts[here].previous;
            }
            step == Some(fact)
        })
    }

    fn notes_cut(&mut self, set: &Set, lowering: usize, chain: ChainName) -> u64 {
        let What::Lower { cuts, .. } = &self.facts[lowering].what else {
            return 0;
        };
        let mut top = cuts
            .iter()
            .find(|cut| cut.chain == chain)
            .map_or(0, |cut| cut.seq);
        for &fact in set {
            let What::Move { lowering: of, cut } = self.facts[fact].what.clone() else {
                continue;
            };
            if of == lowering && cut.chain == chain && self.counts(set, fact) {
                top = top.max(cut.seq);
            }
        }
        top
    }
}
