//! What of an author's edits stands.

use super::Roster;
use super::past::RosterPast;
use crate::chain::EntryRef;
use crate::ids::{ChainId, DeviceKey, EntryHash};

/// Where an edit stands, by the roster alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing cuts its author's chain for this entry.
    Free,
    /// Its author was lowered without the entry knowing: it stands up to the highest of these cuts of its chain, on
    /// their branches; none left of the chain when empty.
    Cut(Vec<EntryRef>),
    /// No counting entry gives its author the right to write.
    NoRight,
}

impl Roster {
    /// Whether an edit of this author, in that notes chain at that seq, whose roster past this is, is set aside: above
    /// the cut, or no counting entry gives its author the right to write. By number alone; [`Self::standing`] gives
    /// the branches too.
    pub fn sets_aside(
        &self,
        author: DeviceKey,
        chain: ChainId,
        seq: u64,
        past: &RosterPast,
    ) -> bool {
        match self.standing(author, chain, past) {
            Standing::Free => false,
            Standing::Cut(cuts) => !cuts.iter().any(|cut| seq <= cut.seq),
            Standing::NoRight => true,
        }
    }

    /// The lowering above whose cut of that chain an edit is that [`Self::sets_aside`], by its hash: a moved cut that
    /// names it lets the edit in. None where nothing is cut, or no cut is what keeps it out. Of several at once the one
    /// with the lowest hash, as the highest cut of any of them counts.
    pub fn cut_by(
        &self,
        author: DeviceKey,
        chain: ChainId,
        seq: u64,
        past: &RosterPast,
    ) -> Option<EntryHash> {
        if !matches!(self.standing(author, chain, past), Standing::Cut(_))
            || !self.sets_aside(author, chain, seq, past)
        {
            return None;
        }
        let fold = &self.0;
        let lowerings = fold.earliest_lowerings(&author, &fold.all, &past.bits_in(&fold.table));
        let hashes = lowerings.iter().map(|at| fold.table.node(*at).hash());
        hashes.min()
    }

    /// Where edits of this author in that notes chain stand that know that much of the roster.
    pub fn standing(&self, author: DeviceKey, chain: ChainId, past: &RosterPast) -> Standing {
        let fold = &self.0;
        if !fold.now.get(&author).is_some_and(|now| now.writes) {
            return Standing::NoRight;
        }
        let lowerings = fold.earliest_lowerings(&author, &fold.all, &past.bits_in(&fold.table));
        if lowerings.is_empty() {
            return Standing::Free;
        }
        let mut cuts: Vec<_> = lowerings
            .iter()
            .flat_map(|&lowering| fold.cuts_of(lowering, &chain))
            .collect();
        cuts.sort_unstable();
        cuts.dedup();
        Standing::Cut(cuts)
    }
}
