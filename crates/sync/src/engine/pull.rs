//! Asking for what is missing: one answer per chain at a time, from the peer that showed the higher tip, chains in
//! turn. Asking sets the pace of catching up, so that one long chain delays no other.

use std::collections::BTreeMap;

use skein_space::{ChainId, Log, SpaceId};

use super::Engine;
use super::links::{Link, Phase};
use crate::api::{Effect, StreamId};
use crate::config;
use crate::frame::Frame;

/// Entries of a chain that somebody should send.
#[derive(Clone, Debug)]
pub(super) struct Pull {
    /// When it is looked at again: asked, asked of the next, or its turn.
    pub due_ms: u64,
    /// Who was asked since something came, in order.
    asked: Vec<StreamId>,
    under_way: Option<UnderWay>,
    /// When it was last asked for: who waits longest has the next turn.
    last_ms: u64,
    /// Its turn has not come: others have asked for as much as may be.
    waits: bool,
    /// Entries asked for at once, by the size of those before.
    chunk: u64,
}

/// An answer that is awaited.
#[derive(Clone, Debug)]
struct UnderWay {
    stream: StreamId,
    from: u64,
    to: u64,
    came: u64,
    /// As of the last look.
    came_before: u64,
    bytes: u64,
}

impl Pull {
    pub fn due(due_ms: u64) -> Self {
        Self {
            due_ms,
            asked: Vec::new(),
            under_way: None,
            last_ms: 0,
            waits: false,
            chunk: config::RANGE_CHUNK_ENTRIES,
        }
    }

    /// Not later than this, unless an answer is awaited.
    pub fn hurry(&mut self, due_ms: u64) {
        if self.under_way.is_none() {
            self.due_ms = self.due_ms.min(due_ms);
        }
    }

    /// Whether an entry is one that was asked for; counts it.
    pub fn answers(&mut self, stream: StreamId, seq: u64, bytes: usize) -> bool {
        let Some(under_way) = &mut self.under_way else {
            return false;
        };
        let most = (under_way.to - under_way.from + 1) * config::BRANCHES_MAX as u64;
        let asked = under_way.stream == stream && (under_way.from..=under_way.to).contains(&seq);
        if !asked || under_way.came >= most {
            return false;
        }
        under_way.came += 1;
        under_way.bytes += bytes as u64;
        true
    }

    /// The next answer is as large as this one was promised to be.
    fn learn_size(&mut self) {
        if let Some(under_way) = self.under_way.take() {
            let each = under_way.bytes / under_way.came.max(1) + 1;
            self.chunk = (config::ASKED_BYTES / each).clamp(4, config::RANGE_CHUNK_ENTRIES);
        }
    }
}

impl Engine {
    pub(super) fn pull_timers(&mut self) {
        let now_ms = self.now.mono_ms;
        let mut due: Vec<(bool, u64, SpaceId, ChainId)> = Vec::new();
        for s in self.spaces.values() {
            let of = s.pulls.iter().filter(|(_, p)| p.due_ms <= now_ms);
            // The roster first: everything else is judged by it.
            due.extend(of.map(|(c, p)| (!s.is_roster(*c), p.last_ms, s.id, *c)));
        }
        due.sort_unstable();
        for (_, _, space, chain) in due {
            self.pull(space, chain);
        }
    }

    /// An entry of a chain is held: an answer may be complete.
    pub(super) fn pulled(&mut self, space: SpaceId, chain: ChainId) {
        let now_ms = self.now.mono_ms;
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        let top = s.top(chain);
        let Some(pull) = s.pulls.get_mut(&chain) else {
            return;
        };
        if pull.under_way.as_ref().is_none_or(|u| top < u.to) {
            return;
        }
        pull.learn_size();
        pull.asked.clear();
        pull.due_ms = now_ms;
        for waiting in s.pulls.values_mut().filter(|p| p.waits) {
            waiting.due_ms = now_ms;
        }
    }

    /// A stream is gone: what was asked of it is asked of the next.
    pub(super) fn asked_in_vain(&mut self, space: SpaceId, stream: StreamId) {
        let now_ms = self.now.mono_ms;
        let pulls = self.spaces.get_mut(&space).map(|s| s.pulls.values_mut());
        for pull in pulls.into_iter().flatten() {
            if pull.under_way.as_ref().is_some_and(|u| u.stream == stream) {
                pull.under_way = None;
                pull.due_ms = now_ms;
            }
        }
    }

    fn pull(&mut self, space: SpaceId, chain: ChainId) {
        let now_ms = self.now.mono_ms;
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        let tip = s.top(chain);
        let busy = s.inflight.len() > config::ASKED_ON_WAY_TO_DISK;
        let mut awaited: BTreeMap<StreamId, u64> = BTreeMap::new();
        for u in s.pulls.values().filter_map(|p| p.under_way.as_ref()) {
            *awaited.entry(u.stream).or_insert(0) += u.to - u.from + 1;
        }
        let (parked, roster) = (s.parked.lowest(chain), s.is_roster(chain));
        let Some(pull) = s.pulls.get_mut(&chain) else {
            return;
        };
        if let Some(u) = &mut pull.under_way {
            if u.came > u.came_before {
                // It comes, slowly.
                u.came_before = u.came;
                pull.due_ms = now_ms + config::PULL_RETRY_MS;
                return;
            }
            pull.under_way = None;
        }
        let shown = shown(&self.links, space, chain, tip);
        if shown.is_empty() {
            // Nobody here shows it; the next Heads that does asks again.
            s.pulls.remove(&chain);
            return;
        }
        let may = |(_, id): &&(u64, StreamId)| {
            let awaited = awaited.get(id).copied().unwrap_or(0);
            let ready = self.links.get(id).is_some_and(|l| l.serves(chain, roster));
            ready && (roster || (!busy && awaited < config::ASKED_PER_STREAM))
        };
        let able: Vec<(u64, StreamId)> = shown.iter().filter(may).copied().collect();
        let next = able.iter().find(|(_, id)| !pull.asked.contains(id));
        let Some((seq, stream)) = next.or(able.first()).copied() else {
            pull.waits = true;
            pull.due_ms = now_ms + config::TURN_MS;
            return;
        };
        if !pull.asked.contains(&stream) {
            pull.asked.push(stream);
        } else {
            pull.asked = vec![stream];
        }
        let to = parked.filter(|p| *p > tip + 1).map_or(seq, |p| p - 1);
        let to = to.min(tip + pull.chunk);
        pull.waits = false;
        pull.last_ms = now_ms;
        pull.due_ms = now_ms + config::PULL_RETRY_MS;
        pull.under_way = Some(UnderWay {
            stream,
            from: tip + 1,
            to,
            came: 0,
            came_before: 0,
            bytes: 0,
        });
        let want = Frame::Want {
            chain,
            from: tip + 1,
            to,
        };
        let (kind, body) = want.encode();
        self.out.push(Effect::Send { stream, kind, body });
    }
}

/// Streams whose peers showed more of a chain than is held, the highest first.
fn shown(
    links: &BTreeMap<StreamId, Link>,
    space: SpaceId,
    chain: ChainId,
    tip: u64,
) -> Vec<(u64, StreamId)> {
    let mut shown: Vec<(u64, StreamId)> = links
        .iter()
        .filter(|(_, l)| l.space() == Some(space))
        .filter_map(|(id, l)| Some((l.shown_tip(chain)?, *id)))
        .filter(|(seq, _)| *seq > tip)
        .collect();
    shown.sort_unstable_by_key(|(seq, id)| (std::cmp::Reverse(*seq), *id));
    shown
}

impl super::Space {
    fn is_roster(&self, chain: ChainId) -> bool {
        self.chains
            .get(&chain)
            .is_some_and(|c| c.chain.log == Log::Roster)
    }
}

impl Link {
    /// Whether it answers when asked for a chain: notes only once both rosters are equal (T4).
    fn serves(&self, chain: ChainId, roster: bool) -> bool {
        matches!(&self.phase, Phase::Up(up) if up.content || roster || up.roster.contains_key(&chain))
    }
}
