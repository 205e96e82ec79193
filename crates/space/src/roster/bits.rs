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
