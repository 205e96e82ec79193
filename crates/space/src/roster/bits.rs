//! Sets of small numbers: a roster's nodes by their local number.

/// A set of numbers. Never ends in an empty word, so that equal sets are equal values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn has(&self, index: u32) -> bool {
        let word = self.0.get(index as usize / 64).copied().unwrap_or(0);
        word >> (index % 64) & 1 == 1
    }

    pub(super) fn set(&mut self, index: u32) {
        let word = index as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (index % 64);
    }

    pub(super) fn add(&mut self, other: &Self) {
        if other.0.len() > self.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine |= theirs;
        }
    }

    pub(super) fn remove(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine &= !theirs;
        }
        self.trim();
    }

    /// Keeps numbers below `end`.
    pub(super) fn truncate(&mut self, end: u32) {
        let words = end as usize / 64;
        if words < self.0.len() {
            self.0[words] &= (1 << (end % 64)) - 1;
            self.0.truncate(words + 1);
            self.trim();
        }
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0
            .iter()
            .zip(&other.0)
            .any(|(mine, theirs)| mine & theirs != 0)
    }

    pub(super) fn contains(&self, other: &Self) -> bool {
        other.0.len() <= self.0.len()
            && other
                .0
                .iter()
                .zip(&self.0)
                .all(|(theirs, mine)| theirs & !mine == 0)
    }

    pub(super) fn highest(&self) -> Option<u32> {
        let last = self.0.last()?;
        Some((self.0.len() as u32 - 1) * 64 + 63 - last.leading_zeros())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().enumerate().flat_map(|(word, &bits)| {
            (0..64u32)
                .filter(move |bit| bits >> bit & 1 == 1)
                .map(move |bit| word as u32 * 64 + bit)
        })
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Numbers around the edges of words, and a seed that mixes them.
    const NUMBERS: [u32; 12] = [0, 1, 5, 62, 63, 64, 65, 126, 127, 128, 191, 200];

    fn picked(seed: u32) -> BTreeSet<u32> {
        let chosen = |at: &usize| seed.wrapping_mul(2_654_435_761) >> (at + 7) & 1 == 1;
        (0..NUMBERS.len())
            .filter(chosen)
            .map(|at| NUMBERS[at])
            .collect()
    }

    fn bits(numbers: &BTreeSet<u32>) -> Bits {
        let mut bits = Bits::default();
        numbers.iter().for_each(|number| bits.set(*number));
        bits
    }

    #[test]
    fn bits_are_sets_of_numbers() {
        for seed in 0..4_000 {
            let (one, other) = (picked(seed), picked(seed.wrapping_mul(31) + 7));
            let (a, b) = (bits(&one), bits(&other));
            assert_eq!(a.iter().collect::<BTreeSet<_>>(), one);
            assert_eq!(a.highest(), one.last().copied());
            assert!((0..260).all(|number| a.has(number) == one.contains(&number)));
            assert_eq!(a.meets(&b), !one.is_disjoint(&other));
            assert_eq!(a.contains(&b), one.is_superset(&other));
            assert!(a.contains(&a) && a.contains(&Bits::default()));
            let changed = |change: &dyn Fn(&mut Bits)| {
                let mut changed = a.clone();
                change(&mut changed);
                changed
            };
            assert_eq!(changed(&|a| a.add(&b)), bits(&(&one | &other)));
            assert_eq!(changed(&|a| a.remove(&b)), bits(&(&one - &other)));
            for end in [0, 1, 63, 64, 65, 128, 200, 201, 300] {
                let below = one.iter().copied().filter(|number| *number < end).collect();
                assert_eq!(changed(&|a| a.truncate(end)), bits(&below), "below {end}");
            }
        }
    }
}
