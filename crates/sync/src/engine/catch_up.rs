//! What a peer lacks: found from its Heads, sent in chunks, kept up live.

use std::collections::BTreeMap;
use std::sync::Arc;

use skein_space::{ChainId, Entry, Log, SpaceId, planted};

use super::Engine;
use super::chains::ChainState;
use super::heads::Compared;
use super::links::Link;
use crate::api::{Effect, Range, StreamId};
use crate::config;
use crate::frame::Frame;
use crate::heads::{Heads, lines_hash};

impl Engine {
    /// What a peer's Heads mean for this stream: what it lacks is sent, the roster first.
    pub(super) fn heads_on_link(
        &mut self,
        space: SpaceId,
        stream: StreamId,
        heads: &Heads,
        compared: &[(ChainId, Compared)],
    ) {
        let now_ms = self.now.mono_ms;
        let Some(s) = self.spaces.get(&space) else {
            return;
        };
        let Some(up) = self.links.get_mut(&stream).and_then(Link::up) else {
            return;
        };
        up.lines = Some(lines_hash(&heads.lines));
        let roster = heads.lines.iter().filter(|(_, l)| l.log == Log::Roster);
        up.roster = roster.map(|(c, l)| (*c, l.tips.clone())).collect();
        up.content = up.content || s.has_roster(&up.roster);
        let top = |line: &Compared| {
            let unknown = line.ahead.iter().chain(&line.other).map(|tip| tip.seq);
            line.holds.iter().map(|(_, seq)| *seq).chain(unknown).max()
        };
        let shown = compared.iter();
        up.shown = shown.filter_map(|(c, l)| Some((*c, top(l)?))).collect();
        let holds = compared
            .iter()
            .flat_map(|(_, line)| line.holds.iter().copied());
        let mut has = s.with_beginnings(holds);
        for (chain, line) in compared {
            // Ahead on what is, as far as anybody knows, the same branch: it needs nothing of it.
            if let (Some(tip), true) = (line.ahead.iter().max(), line.other.is_empty()) {
                let first = has.entry(*chain).or_insert(0);
                *first = (*first).max(tip.seq);
            }
        }
        // What was sent a moment ago may not be in these Heads yet; later it was lost on the way.
        let trust_sent = up.sending || now_ms < up.sent_ms + config::PULL_RETRY_MS;
        if !trust_sent {
            up.has.clear();
        }
        for (id, seq) in has {
            let had = up.has.entry(id).or_insert(0);
            *had = (*had).max(seq);
        }
        self.hand_secrets(stream);
        self.ask_for_shown(stream);
        self.catch_up(stream);
    }

    /// Sends the next of what a peer lacks: roster chains, then the first entry of every chain it has nothing
    /// of (so that it knows which log a dependency is of), then the rest if it is one chunk; more is asked for (T9).
    pub(super) fn catch_up(&mut self, stream: StreamId) {
        let now_ms = self.now.mono_ms;
        let Some(up) = self.links.get_mut(&stream).and_then(Link::up) else {
            return;
        };
        let Some(s) = self.spaces.get(&up.space) else {
            return;
        };
        if up.sending {
            return;
        }
        // What this device lacked when it heard the peer's Heads may have come since.
        up.content = up.content || s.has_roster(&up.roster);
        let mut room = config::RANGE_CHUNK_ENTRIES;
        let mut ranges = Vec::new();
        let mut add =
            |id: ChainId, state: &ChainState, to: u64, has: &mut BTreeMap<ChainId, u64>| {
                let had = held_of(has, id, state);
                // A branch follows what it shares with an earlier one.
                if to <= had || room == 0 || had + 1 < state.first_own() {
                    return;
                }
                let last = to.min(had + room);
                room -= last - had;
                has.insert(id, last);
                ranges.push(Range {
                    chain: state.chain.id(),
                    branch: state.branch,
                    from: had + 1,
                    to: last,
                });
            };
        let forked = s.forked();
        let of = |log: Log| {
            let chains = s.chains.iter();
            let durable = chains.filter(move |(_, c)| c.chain.log == log && c.is_durable());
            let mut durable: Vec<(ChainId, ChainState)> =
                durable.map(|(id, c)| (*id, *c)).collect();
            durable.sort_by_key(|(_, c)| c.branch);
            durable
        };
        for (id, c) in of(Log::Roster) {
            add(id, &c, c.durable.seq, &mut up.has);
        }
        if up.content && !planted!(GossipOnly) {
            let short = u64::from(planted!(TipOffByOne));
            let notes = of(Log::Notes);
            for (id, c) in notes.iter().filter(|(_, c)| c.branch == 0) {
                add(*id, c, 1, &mut up.has);
            }
            // Nobody can ask for a branch it has not heard of: of those everything is sent.
            let (pushed, rest): (Vec<_>, Vec<_>) = notes
                .iter()
                .partition(|(_, c)| forked.contains(&c.chain.id()));
            let lacks = |(id, c): &&(ChainId, ChainState)| {
                c.durable.seq.saturating_sub(held_of(&up.has, *id, c))
            };
            let all: u64 = rest.iter().map(lacks).sum();
            let little = all <= config::RANGE_CHUNK_ENTRIES;
            for (id, c) in pushed.iter().chain(rest.iter().filter(|_| little)) {
                add(*id, c, c.durable.seq - short, &mut up.has);
            }
        }
        if !ranges.is_empty() {
            up.sending = true;
            up.sent_ms = now_ms;
            self.out.push(Effect::SendRanges { stream, ranges });
        }
    }

    pub(super) fn ranges_sent(&mut self, stream: StreamId) {
        let now_ms = self.now.mono_ms;
        if let Some(up) = self.links.get_mut(&stream).and_then(Link::up) {
            up.sending = false;
            up.sent_ms = now_ms;
        }
        self.answer(stream);
        self.catch_up(stream);
    }

    /// The sender of an entry has it and all of its chain before it.
    pub(super) fn peer_has(
        &mut self,
        space: SpaceId,
        stream: Option<StreamId>,
        id: ChainId,
        entry: &Entry,
    ) {
        let Some(s) = self.spaces.get(&space) else {
            return;
        };
        let (chain, seq) = (entry.chain_id(), entry.header().seq);
        let holds = s.with_beginnings([(id, seq)]);
        let Some(up) = stream.and_then(|stream| self.links.get_mut(&stream)?.up()) else {
            return;
        };
        for (id, seq) in holds {
            let has = up.has.entry(id).or_insert(0);
            *has = (*has).max(seq);
        }
        let shown = up.shown.entry(chain).or_insert(0);
        *shown = (*shown).max(seq);
    }

    /// It can be asked for what is missing before this entry.
    pub(super) fn peer_showed(&mut self, stream: Option<StreamId>, entry: &Entry) {
        if let Some(up) = stream.and_then(|stream| self.links.get_mut(&stream)?.up())
            && up.shown.len() < config::HEADS_CHAINS_MAX
        {
            let shown = up.shown.entry(entry.chain_id()).or_insert(0);
            *shown = (*shown).max(entry.header().seq);
        }
    }

    /// A peer asks for a part of a chain: it has everything before.
    pub(super) fn want_in(&mut self, stream: StreamId, chain: ChainId, from: u64, to: u64) {
        if let Some(up) = self.links.get_mut(&stream).and_then(Link::up)
            && up.wanted.len() < config::WANTED_MAX
            && !up.wanted.contains(&(chain, from, to))
        {
            up.wanted.push_back((chain, from, to));
        }
        self.answer(stream);
    }

    /// Sends the next of what a peer asked for.
    fn answer(&mut self, stream: StreamId) {
        let now_ms = self.now.mono_ms;
        let Some(up) = self.links.get_mut(&stream).and_then(Link::up) else {
            return;
        };
        let Some(s) = self.spaces.get(&up.space) else {
            return;
        };
        while !up.sending
            && let Some((chain, from, to)) = up.wanted.pop_front()
        {
            let Some(first) = s.chains.get(&chain) else {
                continue;
            };
            if (!up.content || planted!(GossipOnly)) && first.chain.log == Log::Notes {
                continue;
            }
            let last = to.min(from.saturating_add(config::RANGE_CHUNK_ENTRIES - 1));
            let ranges = s.branches(chain).filter_map(|(_, state)| {
                let range = Range {
                    chain,
                    branch: state.branch,
                    from: from.max(state.first_own()),
                    to: last.min(state.durable.seq - u64::from(planted!(TipOffByOne))),
                };
                (range.from <= range.to).then_some(range)
            });
            let ranges: Vec<Range> = ranges.collect();
            let Some(sent) = ranges.first().filter(|_| !s.is_forked(chain)) else {
                if !ranges.is_empty() {
                    (up.sending, up.sent_ms) = (true, now_ms);
                    self.out.push(Effect::SendRanges { stream, ranges });
                }
                continue;
            };
            let has = up.has.entry(chain).or_insert(0);
            *has = (*has).max(sent.to);
            (up.sending, up.sent_ms) = (true, now_ms);
            self.out.push(Effect::SendRanges { stream, ranges });
        }
    }

    /// A durable entry goes to everybody who lacks only it; who lacks more catches up.
    pub(super) fn publish(
        &mut self,
        space: SpaceId,
        id: ChainId,
        entry: &Arc<Entry>,
        from: Option<StreamId>,
    ) {
        let seq = entry.header().seq;
        let Some(state) = self.spaces.get(&space).and_then(|s| s.chains.get(&id)) else {
            return;
        };
        let state = *state;
        let roster = entry.header().chain.log == Log::Roster;
        let (kind, body) = Frame::Entry(Arc::clone(entry)).encode();
        let mut behind = Vec::new();
        let now_ms = self.now.mono_ms;
        for (stream, link) in &mut self.links {
            let Some(up) = link
                .up()
                .filter(|up| up.space == space && (up.content || roster))
                .filter(|_| roster || !planted!(GossipOnly))
            else {
                continue;
            };
            let has = held_of(&up.has, id, &state);
            if has >= seq {
                continue;
            }
            if has + 1 == seq && !up.sending {
                up.has.insert(id, seq);
                up.sent_ms = now_ms;
                self.out.push(Effect::Send {
                    stream: *stream,
                    kind,
                    body: body.clone(),
                });
            } else {
                behind.push(*stream);
            }
        }
        for stream in behind {
            self.catch_up(stream);
        }
        if roster {
            let up = self.links.iter().filter(|(_, l)| l.is_up_in(space));
            for stream in up.map(|(id, _)| *id).collect::<Vec<_>>() {
                self.send_heads(stream);
                self.catch_up(stream);
            }
        }
        let own = entry.header().chain.device == self.device();
        if own && from.is_none() && !roster && body.len() <= config::GOSSIP_MAX_BYTES {
            self.out.push(Effect::Gossip { space, kind, body });
        }
    }
}

/// How far a peer has a branch: what it shares with an earlier one counts.
fn held_of(has: &BTreeMap<ChainId, u64>, id: ChainId, state: &ChainState) -> u64 {
    let own = has.get(&id).copied();
    let shared = || {
        let (parent, first) = state.parent?;
        Some(has.get(&parent).copied()?.min(first - 1))
    };
    own.or_else(shared).unwrap_or(0)
}
