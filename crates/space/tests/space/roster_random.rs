//! The roster against a naive one, over random histories with liars, forks, clones and a recovery key.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::cast::*;
use crate::history::{ACTORS, History, RECOVERY};
use crate::oracle::Set;
use skein_space::*;

#[test]
fn the_fold_equals_the_definitions_over_thousands_of_histories() {
    let mut seen = Seen::default();
    for seed in 0..2_000 {
        let mut history = History::new(seed);
        let steps = 20 + history.dice.below(40);
        (0..steps).for_each(|_| history.step());
        history.check(&mut seen);
    }
    seen.check();
}

/// That the histories were worth the name.
#[derive(Default, Debug)]
struct Seen {
    refused: usize,
    counting: usize,
    not_counting: usize,
    set_aside: usize,
    standing: usize,
    forks: usize,
    recovery: usize,
}

impl Seen {
    fn check(&self) {
        let least = [
            self.refused,
            self.not_counting,
            self.set_aside,
            self.forks,
            self.recovery,
        ];
        assert!(least.iter().all(|&count| count > 500), "{self:?}");
        assert!(self.counting > 20_000 && self.standing > 5_000, "{self:?}");
    }
}

impl History {
    fn check(&mut self, seen: &mut Seen) {
        let all: Set = (0..self.entries.len())
            .filter(|fact| !self.refused.contains(fact))
            .collect();
        let roster = self.check_set(&all, seen);
        for &fact in &self.refused {
            let verdict = roster.admits(&self.entries[fact]);
            assert!(
                matches!(verdict, Err(NotAdmitted::Refused(_))),
                "seed {} entry {fact}: {verdict:?}",
                self.seed
            );
        }
        self.check_pasts(&roster, &all);
        let part = self.closed_part(&all);
        self.check_set(&part, seen);
        seen.refused += self.refused.len();
        seen.forks += self.forks;
        seen.recovery += usize::from(roster.role(key(RECOVERY)).is_some());
    }

    /// One set of entries, in two orders of arrival, against the definitions.
    fn check_set(&mut self, set: &Set, seen: &mut Seen) -> Roster {
        let mut entries: Vec<_> = set
            .iter()
            .map(|&fact| Arc::clone(&self.entries[fact]))
            .collect();
        self.dice.shuffle(&mut entries);
        let roster = Roster::fold(space(), &entries);
        let in_order = set.iter().fold(Roster::empty(space()), |roster, &fact| {
            roster.with(Arc::clone(&self.entries[fact]))
        });
        for roster in [&roster, &in_order] {
            for &fact in set {
                let verdict = roster.admits(&self.entries[fact]);
                assert_eq!(
                    verdict,
                    Ok(()),
                    "seed {} {:?}",
                    self.seed,
                    self.oracle.facts[fact]
                );
            }
            for &fact in set {
                let counts = self.oracle.counts(set, fact);
                let ours = roster.counts(&self.entries[fact].reference());
                assert_eq!(ours, Some(counts), "seed {} entry {fact}", self.seed);
                if counts {
                    seen.counting += 1
                } else {
                    seen.not_counting += 1
                }
            }
            for device in (0..ACTORS).chain([RECOVERY]) {
                let role = self.oracle.role(set, device);
                assert_eq!(
                    roster.role(key(device)),
                    role,
                    "seed {} device {device}",
                    self.seed
                );
            }
            let tips: Set = self.tips(set);
            let tips: BTreeSet<_> = tips
                .iter()
                .map(|&fact| self.entries[fact].reference())
                .collect();
            assert_eq!(
                roster.frontier(),
                tips.into_iter().collect::<Vec<_>>(),
                "seed {}",
                self.seed
            );
        }
        self.check_edits(&roster, set, seen);
        roster
    }

    fn check_edits(&mut self, roster: &Roster, set: &Set, seen: &mut Seen) {
        for edit in &self.edits {
            let Some(past) = self.entries_past(roster, &edit.past) else {
                continue;
            };
            let (device, life, _) = edit.chain;
            let chain = chain(device, life, Log::Notes).id();
            let aside = self
                .oracle
                .sets_aside(set, edit.author, edit.chain, edit.seq, &edit.past);
            let ours = roster.sets_aside(key(edit.author), chain, edit.seq, &past);
            assert_eq!(
                ours, aside,
                "seed {} edit {:?} {}",
                self.seed, edit.chain, edit.seq
            );
            if aside {
                seen.set_aside += 1
            } else {
                seen.standing += 1
            }
        }
    }

    /// Roles in the past of every entry, and in joins of two.
    fn check_pasts(&mut self, roster: &Roster, all: &Set) {
        // A past from another roster, which took the same entries in another order, means the same.
        let elsewhere = all
            .iter()
            .rev()
            .map(|&fact| Arc::clone(&self.entries[fact]))
            .collect::<Vec<_>>();
        let elsewhere = Roster::fold(space(), &elsewhere);
        for &fact in all {
            let other = all
                .iter()
                .copied()
                .nth(self.dice.below(all.len()))
                .expect("not empty");
            let (one, two) = (
                self.oracle.facts[fact].past.clone(),
                self.oracle.facts[other].past.clone(),
            );
            let both: Set = one.union(&two).copied().collect();
            let past_one = self.entries_past(&elsewhere, &one).expect("held");
            let past_two = self.entries_past(roster, &two).expect("held");
            let joined = roster.join(&past_one, &past_two);
            assert_eq!(
                joined,
                self.entries_past(&elsewhere, &both).expect("held"),
                "seed {}",
                self.seed
            );
            assert_eq!(joined == past_one, both == one, "seed {}", self.seed);
            let device = self.dice.below(ACTORS);
            let role = self.oracle.role(&both, device);
            assert_eq!(
                roster.role_in(&joined, key(device)),
                role,
                "seed {}",
                self.seed
            );
            assert_eq!(
                elsewhere.role_in(&joined, key(device)),
                role,
                "seed {}",
                self.seed
            );
            let reference = self.entries[other].reference();
            assert_eq!(
                joined.contains(&reference),
                both.contains(&other),
                "seed {}",
                self.seed
            );
        }
    }

    fn entries_past(&self, roster: &Roster, set: &Set) -> Option<RosterPast> {
        let refs: Vec<_> = self
            .tips(set)
            .iter()
            .map(|&fact| self.entries[fact].reference())
            .collect();
        roster.past(&refs).ok()
    }
}
