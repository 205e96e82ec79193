//! What each member is known to hold, and which of its Heads count: "has everything" only on proof.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use skein_space::{ChainId, Entry, Incarnation, Log, SpaceId, planted};

use super::heads::Compared;
use super::links::Link;
use super::relay::Signed;
use super::{Engine, Space};
use crate::api::StreamId;
use crate::config;
use crate::heads::{Digest, Heads, Tip, lines_hash};

/// What one member is known to hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Receipt {
    /// Per branch held here the highest place it holds.
    proven: BTreeMap<ChainId, u64>,
    /// Tips it showed of what this device does not hold, by chain: ahead of it, or of another branch.
    claims: BTreeMap<ChainId, Vec<Tip>>,
    incarnation: Option<Incarnation>,
    counter: u64,
    /// The process of its that last spoke on its own stream. One that runs loses nothing it held; one that was started
    /// anew may have an older disk.
    run: Option<[u8; 16]>,
    /// All incarnations it was heard in.
    incarnations: BTreeSet<Incarnation>,
    /// Its Hello covers the entry formats this version writes; unknown of who never said Hello here.
    pub reads_our_format: Option<bool>,
    /// Its last Heads, to be handed on.
    pub signed: Option<Signed>,
    /// The latest moment at which they may have been said, or confirmed.
    pub said_ms: u64,
    /// What others hand on must have been said after this: then it spoke itself, or was seen to have gone back.
    since_ms: Option<u64>,
}

/// How Heads came.
#[derive(Clone, Copy, Debug)]
pub(super) enum Word {
    /// On their signer's own stream.
    Own(StreamId),
    /// On gossip.
    Gossip,
    /// Handed on by a peer, with the latest moment at which they may have been said.
    Relayed { said_ms: u64 },
}

impl Receipt {
    pub fn holds(&self, chain: ChainId, seq: u64) -> bool {
        self.top(chain) >= seq
    }

    /// The highest place of a branch it is known to hold.
    pub fn top(&self, chain: ChainId) -> u64 {
        self.proven.get(&chain).copied().unwrap_or(0)
    }

    /// An entry became durable here: a claim about it can be compared now. `holds` is what having it means.
    pub fn prove(&mut self, entry: &Entry, holds: &BTreeMap<ChainId, u64>) {
        let tip = Tip {
            seq: entry.header().seq,
            hash: entry.hash(),
        };
        let chain = entry.chain_id();
        let Some(claims) = self.claims.get_mut(&chain) else {
            return;
        };
        let before = claims.len();
        claims.retain(|claim| *claim != tip);
        let proven = claims.len() < before;
        if claims.is_empty() {
            self.claims.remove(&chain);
        }
        if proven {
            self.holds_too(holds.clone());
        }
    }

    /// It is known to hold these too: branch → highest place.
    pub fn holds_too(&mut self, holds: BTreeMap<ChainId, u64>) {
        for (id, seq) in holds {
            let top = self.proven.entry(id).or_insert(0);
            *top = (*top).max(seq);
        }
    }

    /// Whether Heads that others hand on, or that gossip brings, say something newer (R2, R7). Gossip may bring anything
    /// late, so what says less there says nothing.
    fn is_news(&self, heads: &Heads, said_ms: u64, relayed: bool) -> bool {
        let surely_after = |moment: u64| said_ms > moment + config::RELAY_SLACK_MS;
        let after_own_word = self.since_ms.is_none_or(surely_after);
        match self.incarnation {
            None => true,
            Some(last) if last == heads.incarnation => match heads.counter.cmp(&self.counter) {
                Ordering::Greater => after_own_word,
                Ordering::Equal => false,
                // Within one incarnation only a disk that was put back holds less.
                Ordering::Less => relayed && surely_after(self.said_ms),
            },
            // Nobody can confirm one that was left behind.
            Some(_) if self.incarnations.contains(&heads.incarnation) => {
                relayed && after_own_word && surely_after(self.said_ms)
            }
            // One that was left behind may be handed on late, and be heard after the one that followed it.
            Some(_) => {
                let room = self.incarnations.len() < config::INCARNATIONS_MAX;
                room && after_own_word && said_ms > self.said_ms
            }
        }
    }

    /// Its own stream says that it holds exactly this.
    pub fn confirmed(&mut self, digest: Digest, now_ms: u64) {
        self.since_ms = Some(now_ms);
        let same = |signed: &Signed| {
            signed.lines == digest.lines && signed.heads.counter == digest.counter
        };
        if self.signed.as_ref().is_some_and(same) {
            self.said_ms = now_ms;
        }
    }

    /// It holds exactly this, by branch.
    pub fn holds_exactly(&mut self, tops: BTreeMap<ChainId, u64>) {
        self.claims.clear();
        self.proven = tops;
    }

    /// Whether these are the Heads last believed.
    fn is_same(&self, heads: &Heads) -> bool {
        self.incarnation == Some(heads.incarnation) && self.counter == heads.counter
    }

    pub fn heard(&self) -> bool {
        self.incarnation.is_some()
    }

    /// It showed something of a chain that cannot be compared yet.
    pub fn claims(&self, chain: ChainId) -> bool {
        self.claims.contains_key(&chain)
    }

    /// Places of a chain it is not known to hold.
    pub fn lacks<'a>(&self, chain: ChainId, places: &'a [u64]) -> &'a [u64] {
        &places[places.partition_point(|seq| *seq <= self.top(chain))..]
    }

    /// Whether it holds all of the roster that is durable here.
    pub fn holds_roster(&self, space: &Space) -> bool {
        let roster = space
            .chains
            .iter()
            .filter(|(_, c)| c.chain.log == Log::Roster);
        let mut durable = roster.filter(|(_, c)| c.is_durable());
        durable.all(|(id, c)| self.holds(*id, c.durable.seq))
    }

    /// Whether it holds exactly what this device durably holds, as its last Heads showed.
    pub fn equals(&self, space: &Space) -> bool {
        let ours = space.durable_tops();
        let equal = |(id, seq): (&ChainId, &u64)| self.proven.get(id) == Some(seq);
        self.heard() && self.claims.is_empty() && ours.iter().all(equal)
    }
}

impl Engine {
    /// Whether Heads count that did not come on their signer's own stream. While that is open, only it does.
    pub(super) fn counts(&mut self, space: SpaceId, heads: &Heads, word: Word) -> bool {
        let said_ms = self.said_ms(word);
        if self.hears(space, heads.device) {
            return false;
        }
        let Some(s) = self.spaces.get_mut(&space) else {
            return false;
        };
        let Some(receipt) = s.receipts.get_mut(&heads.device) else {
            return true;
        };
        let relayed = matches!(word, Word::Relayed { .. });
        if relayed && receipt.is_same(heads) {
            // Confirmed since: who hands them on says so.
            receipt.said_ms = receipt.said_ms.max(said_ms);
        }
        receipt.is_news(heads, said_ms, relayed)
    }

    /// The latest moment at which Heads may have been said.
    fn said_ms(&self, word: Word) -> u64 {
        match word {
            Word::Own(_) | Word::Gossip => self.now.mono_ms,
            Word::Relayed { said_ms } => said_ms.min(self.now.mono_ms),
        }
    }

    pub(super) fn book_heads(
        &mut self,
        space: SpaceId,
        heads: &Heads,
        compared: &[(ChainId, Compared)],
        word: Word,
    ) {
        let said_ms = self.said_ms(word);
        let run = match word {
            Word::Own(stream) => self.links.get(&stream).and_then(Link::run),
            Word::Gossip | Word::Relayed { .. } => None,
        };
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        let old = s.receipts.remove(&heads.device).unwrap_or_default();
        let went_back = old.incarnation == Some(heads.incarnation) && heads.counter < old.counter;
        let same_process = run.is_some() && run == old.run;
        let mut receipt = Receipt {
            incarnation: Some(heads.incarnation),
            counter: heads.counter,
            run: run.or(old.run),
            incarnations: old.incarnations,
            reads_our_format: old.reads_our_format,
            signed: Some(Signed {
                lines: lines_hash(&heads.lines),
                heads: Arc::new(heads.clone()),
            }),
            said_ms,
            since_ms: if went_back || matches!(word, Word::Own(_)) {
                Some(said_ms)
            } else {
                old.since_ms
            },
            ..Receipt::default()
        };
        if receipt.incarnations.len() < config::INCARNATIONS_MAX {
            receipt.incarnations.insert(heads.incarnation);
        }
        for (chain, line) in compared {
            receipt.holds_too(s.with_beginnings(line.holds.iter().copied()));
            let claims: Vec<Tip> = line.ahead.iter().chain(&line.other).copied().collect();
            let kept = same_process && !line.ahead.is_empty() && line.other.is_empty();
            if kept || planted!(ReceiptsNeverShrink) {
                // What it was known to hold before, it still holds; its new tip is compared when that entry is here.
                // A lower tip or another branch would show in this line.
                let before = s
                    .branches(*chain)
                    .filter_map(|(id, _)| Some((id, *old.proven.get(&id)?)));
                receipt.holds_too(before.collect());
            }
            if !claims.is_empty() {
                receipt.claims.insert(*chain, claims);
            }
        }
        s.receipts.insert(heads.device, receipt);
    }
}

#[cfg(test)]
mod tests {
    use skein_space::{Chain, Draft, EntryHash, Kind, Log, NoteId, Root};

    use super::*;

    fn entry(seq: u64, prev: EntryHash) -> Entry {
        let root = Root::new([7; 32]);
        let draft = Draft {
            chain: Chain {
                space: SpaceId([1; 16]),
                device: root.device_key(),
                incarnation: Incarnation([2; 16]),
                log: Log::Notes,
            },
            seq,
            prev,
            kind: Kind::Edit,
            note: NoteId([3; 16]),
            session: 1,
            deps: Vec::new(),
            wall_ms: 0,
        };
        Entry::seal(&root.signer(), draft, vec![0, 0]).expect("a small entry")
    }

    fn tip(entry: &Entry) -> Tip {
        Tip {
            seq: entry.header().seq,
            hash: entry.hash(),
        }
    }

    #[test]
    fn r1_a_claim_proves_nothing_until_the_very_entry_it_names_is_here() {
        let below = entry(4, EntryHash([4; 32]));
        let (ours, theirs) = (entry(5, below.hash()), entry(5, EntryHash([9; 32])));
        let chain = ours.chain_id();
        let holds = |seq| BTreeMap::from([(chain, seq)]);
        let mut receipt = Receipt::default();
        receipt.claims.insert(chain, vec![tip(&theirs)]);
        receipt.prove(&below, &holds(4));
        receipt.prove(&ours, &holds(5));
        assert!(!receipt.holds(chain, 1), "it showed another branch");
        receipt.prove(&theirs, &holds(4));
        assert!(receipt.holds(chain, 4) && !receipt.holds(chain, 5));
        receipt.prove(&ours, &holds(5));
        assert!(!receipt.holds(chain, 5), "nothing is claimed any more");
    }

    #[test]
    fn r7_an_incarnation_left_behind_that_is_handed_on_late_does_not_stay() {
        let heads = |incarnation, counter| Heads {
            space: SpaceId([1; 16]),
            device: Root::new([7; 32]).device_key(),
            incarnation: Incarnation([incarnation; 16]),
            counter,
            lines: BTreeMap::new(),
            sig: [0; 64],
        };
        let (old, new) = (heads(1, 20), heads(2, 70));
        let knows = |now: u8, counter, said_ms, all: &[u8]| Receipt {
            incarnation: Some(Incarnation([now; 16])),
            counter,
            incarnations: all.iter().map(|i| Incarnation([*i; 16])).collect(),
            said_ms,
            ..Receipt::default()
        };
        // The one that followed was heard first.
        let later = knows(2, 70, 18_000, &[2]);
        assert!(!later.is_news(&old, 9_000, true));
        // It was heard in the right order: what nobody says any more never counts again.
        let in_order = knows(2, 70, 18_000, &[1, 2]);
        assert!(!in_order.is_news(&old, 18_000, true));
        // It was believed all the same: whoever confirms the one that runs puts that right.
        let wrong = knows(1, 20, 19_000, &[1, 2]);
        assert!(!wrong.is_news(&new, 29_000, true));
        assert!(wrong.is_news(&new, 29_001, true));
        assert!(!wrong.is_news(&new, 60_000, false), "gossip may be as old");
    }
}
