//! What the engine knows of one space.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use skein_space::{
    Chain, ChainId, DeviceKey, Entry, Incarnation, Log, NoteId, Roster, SpaceId, planted,
};

use super::chains::{ChainState, NO_TIP, branch_id};
use super::flow::Allowances;
use super::heads::HeadsClock;
use super::leave::Part;
use super::near::Near;
use super::note::Loaded;
use super::people::People;
use super::pull::Pull;
use super::secrets::Secrets;
use crate::api::{NoteRow, StartSpace, StreamId};
use crate::config;
use crate::heads::{Line, Tip};

/// One space.
pub(super) struct Space {
    pub id: SpaceId,
    /// This device.
    pub me: DeviceKey,
    /// What this device writes under here.
    pub incarnation: Incarnation,
    /// Whether this device takes part in it.
    pub part: Part,
    /// By branch; see [`super::chains`].
    pub chains: BTreeMap<ChainId, ChainState>,
    /// The fold of all Member entries held, on their way to disk included.
    pub roster: Roster,
    pub rows: BTreeMap<NoteId, NoteRow>,
    pub loaded: BTreeMap<NoteId, Loaded>,
    /// Entries on their way to disk by branch and place, so that they can be read before the store can.
    pub inflight: BTreeMap<(ChainId, u64), Arc<Entry>>,
    pub parked: Parked,
    pub pulls: BTreeMap<ChainId, Pull>,
    pub heads_clock: HeadsClock,
    /// What each member is known to hold; kept while it is away, until the process ends.
    pub receipts: BTreeMap<DeviceKey, super::receipt::Receipt>,
    pub people: People,
    pub near: Near,
    pub secrets: Secrets,
    /// What authors may still have taken in unasked.
    pub allowances: Allowances,
    /// Notes to be looked at again, since a change of the roster may have changed what they are made of.
    pub recheck: BTreeSet<NoteId>,
    /// Notes in which this device's own words are to be looked for that are set aside, since its role changed.
    pub own_lowered: BTreeSet<NoteId>,
    /// Notes that could not be read when they had to be, and when that is tried again.
    pub reread: BTreeMap<NoteId, u64>,
    /// Notes whose summary is to be made anew, with their deadlines.
    pub stale_rows: BTreeMap<NoteId, u64>,
    /// Counts uses, so that the note used longest ago leaves memory first.
    pub uses: u64,
}

impl Space {
    pub fn new(id: SpaceId, me: DeviceKey, incarnation: Incarnation) -> Self {
        Self {
            id,
            me,
            incarnation,
            part: Part::Takes,
            chains: BTreeMap::new(),
            roster: Roster::empty(id),
            rows: BTreeMap::new(),
            loaded: BTreeMap::new(),
            inflight: BTreeMap::new(),
            parked: Parked::default(),
            pulls: BTreeMap::new(),
            heads_clock: HeadsClock::default(),
            receipts: BTreeMap::new(),
            people: People::default(),
            near: Near::default(),
            secrets: Secrets::default(),
            allowances: Allowances::default(),
            recheck: BTreeSet::new(),
            own_lowered: BTreeSet::new(),
            reread: BTreeMap::new(),
            stale_rows: BTreeMap::new(),
            uses: 0,
        }
    }

    pub fn start(start: StartSpace, me: DeviceKey, now_ms: u64) -> Self {
        let mut space = Self::new(start.space, me, start.incarnation);
        if start.left {
            space.part = Part::Left;
        }
        space.roster = Roster::fold(start.space, &start.roster);
        space.secrets = Secrets::start(start.secrets);
        space.want_secret(now_ms);
        for row in start.chains {
            let id = row.chain.id();
            let tip = Tip {
                seq: row.seq,
                hash: row.hash,
            };
            let parent = (row.branch > 0).then(|| (branch_id(id, row.parent), row.first_own));
            let state = ChainState {
                chain: row.chain,
                branch: row.branch,
                parent,
                tip,
                durable: tip,
            };
            space.chains.insert(branch_id(id, row.branch), state);
        }
        space.rows = start.notes.into_iter().collect();
        // The last process ended before it came to them.
        let stale = space.rows.iter().filter(|(_, row)| row.summary_stale);
        space.stale_rows = stale.map(|(note, _)| (*note, 0)).collect();
        space
    }

    /// The chain this device writes in one of the logs.
    pub fn own_chain(&self, device: DeviceKey, log: Log) -> Chain {
        Chain {
            space: self.id,
            device,
            incarnation: self.incarnation,
            log,
        }
    }

    /// The last entry held of a branch.
    pub fn tip(&self, chain: ChainId) -> Tip {
        self.chains.get(&chain).map_or(NO_TIP, |c| c.tip)
    }

    /// Lines of this device's Heads: durable tips only, of each branch one, in the same order everywhere.
    pub fn lines(&self) -> BTreeMap<ChainId, Line> {
        let own = |chain: &Chain| chain.incarnation == self.incarnation && chain.log == Log::Notes;
        let told = |c: &&ChainState| !planted!(HeadsWithoutChain) || !own(&c.chain);
        let mut lines: BTreeMap<ChainId, Line> = BTreeMap::new();
        for state in self.chains.values().filter(|c| c.is_durable()).filter(told) {
            let line = lines.entry(state.chain.id()).or_insert_with(|| Line {
                log: state.chain.log,
                tips: Vec::new(),
            });
            line.tips.push(if planted!(UndurableTold) {
                state.tip
            } else {
                state.durable
            });
            line.tips.sort_unstable();
        }
        lines
    }

    /// Chains of which more than one branch is held.
    pub fn forked(&self) -> BTreeSet<ChainId> {
        let later = self.chains.values().filter(|c| c.branch > 0);
        later.map(|c| c.chain.id()).collect()
    }

    /// Per branch the highest durable place.
    pub fn durable_tops(&self) -> BTreeMap<ChainId, u64> {
        let durable = self.chains.iter().filter(|(_, c)| c.is_durable());
        durable.map(|(id, c)| (*id, c.durable.seq)).collect()
    }

    /// Whether these tips, by chain, are exactly what is durable here of the roster.
    pub fn has_roster(&self, shown: &BTreeMap<ChainId, Vec<Tip>>) -> bool {
        let own = self
            .lines()
            .into_iter()
            .filter(|(_, l)| l.log == Log::Roster);
        let own: BTreeMap<ChainId, Vec<Tip>> = own.map(|(id, line)| (id, line.tips)).collect();
        !own.is_empty() && own == *shown
    }

    pub fn next_deadline_ms(&self) -> Option<u64> {
        let pulls = self.pulls.values().map(|p| p.due_ms);
        let heads = self.heads_clock.due_ms();
        let rows = self.stale_rows.values().copied();
        let reread = self.reread.values().copied();
        // Due at once: what is left of a bounded turn.
        let recheck = self.recheck.first().map(|_| 0);
        pulls
            .chain(heads)
            .chain(rows)
            .chain(reread)
            .chain(recheck)
            .chain(self.people.next_deadline_ms())
            .chain(self.near.next_deadline_ms())
            .chain(self.secrets.next_deadline_ms())
            .min()
    }
}

/// Entries that came before something they need: bounded, in memory, the oldest out first. Whatever falls out
/// is shown again by a peer's Heads.
#[derive(Default)]
pub(super) struct Parked {
    entries: VecDeque<(Arc<Entry>, Option<StreamId>)>,
    bytes: usize,
}

impl Parked {
    pub fn push(&mut self, entry: Arc<Entry>, from: Option<StreamId>) {
        if self.entries.iter().any(|(e, _)| e.hash() == entry.hash()) {
            return;
        }
        self.bytes += entry.payload().len();
        self.entries.push_back((entry, from));
        while self.entries.len() > config::PARKED_MAX_ENTRIES
            || self.bytes > config::PARKED_MAX_BYTES
        {
            let Some((old, _)) = self.entries.pop_front() else {
                break;
            };
            self.bytes -= old.payload().len();
        }
    }

    /// Takes out everything, lowest places first, to be tried again.
    pub fn take(&mut self) -> Vec<(Arc<Entry>, Option<StreamId>)> {
        self.bytes = 0;
        let mut all: Vec<_> = self.entries.drain(..).collect();
        all.sort_by_key(|(e, _)| (e.chain_id(), e.header().seq));
        all
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The lowest parked place of a chain.
    pub fn lowest(&self, chain: ChainId) -> Option<u64> {
        self.entries
            .iter()
            .filter(|(e, _)| e.chain_id() == chain)
            .map(|(e, _)| e.header().seq)
            .min()
    }
}

#[cfg(test)]
mod tests {
    use skein_space::{Draft, EntryHash, Kind, Root};

    use super::*;

    #[test]
    fn h4_what_is_parked_stays_below_its_bytes_the_oldest_out_first() {
        const EACH: usize = 1024 * 1024;
        let root = Root::new([7; 32]);
        let entry = |seq: u64, bytes: usize| {
            let draft = Draft {
                chain: Chain {
                    space: SpaceId([1; 16]),
                    device: root.device_key(),
                    incarnation: Incarnation([2; 16]),
                    log: Log::Notes,
                },
                seq,
                prev: EntryHash([3; 32]),
                kind: Kind::Edit,
                note: NoteId([4; 16]),
                session: 1,
                deps: Vec::new(),
                wall_ms: 0,
            };
            Arc::new(Entry::seal(&root.signer(), draft, vec![0; bytes]).expect("small enough"))
        };
        let mut parked = Parked::default();
        let most = (config::PARKED_MAX_BYTES / EACH) as u64;
        for seq in 2..20 {
            parked.push(entry(seq, EACH), None);
            let held = parked.entries.len() as u64;
            assert_eq!(held, (seq - 1).min(most));
            assert_eq!(parked.entries[0].0.header().seq, seq + 1 - held);
        }
        parked.take();
        for seq in 2..400 {
            parked.push(entry(seq, 2), None);
        }
        assert_eq!(parked.entries.len(), config::PARKED_MAX_ENTRIES);
    }
}
