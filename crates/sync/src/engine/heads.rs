//! When Heads are told, what a peer's Heads prove, and what follows for receipts.

use skein_space::{ChainId, Log, SpaceId, planted};

use super::links::Link;
use super::receipt::Word;
use super::{Engine, Space};
use crate::api::{Effect, Event, Held, Notice, StreamId};
use crate::config;
use crate::frame::Frame;
use crate::heads::{Digest, Heads, Tip, lines_hash};

/// When changed Heads are due.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HeadsClock {
    first_change_ms: Option<u64>,
    last_change_ms: u64,
    gossip_at_ms: u64,
}

impl HeadsClock {
    pub fn changed(&mut self, now_ms: u64) {
        self.first_change_ms.get_or_insert(now_ms);
        self.last_change_ms = now_ms;
    }

    pub fn due_ms(&self) -> Option<u64> {
        let first = self.first_change_ms?;
        Some((self.last_change_ms + config::HEADS_QUIET_MS).min(first + config::HEADS_MAX_WAIT_MS))
    }
}

/// What a peer's line says beside what is held here.
pub(super) struct Compared {
    /// Branches held here, and how far it holds them.
    pub holds: Vec<(ChainId, u64)>,
    /// Tips above everything held of the chain: nothing can be compared yet.
    pub ahead: Vec<Tip>,
    /// Tips of branches that are not held here.
    pub other: Vec<Tip>,
}

impl Engine {
    pub(super) fn heads_timers(&mut self) {
        let now_ms = self.now.mono_ms;
        let due: Vec<SpaceId> = self
            .spaces
            .values()
            .filter(|s| s.heads_clock.due_ms().is_some_and(|d| d <= now_ms))
            .map(|s| s.id)
            .collect();
        for space in due {
            let Some(s) = self.spaces.get_mut(&space) else {
                continue;
            };
            s.heads_clock.first_change_ms = None;
            let gossip = now_ms >= s.heads_clock.gossip_at_ms;
            if gossip {
                let rooms = s.roster.members().len() / config::STREAMS_WANTED + 1;
                s.heads_clock.gossip_at_ms = now_ms + config::HEADS_GOSSIP_MS * rooms as u64;
            }
            self.tell_heads(space, gossip);
        }
    }

    /// Signs this device's Heads.
    pub(super) fn own_heads(&self, space: &Space) -> Heads {
        Heads::sign(&self.me.signer, space.id, space.incarnation, space.lines())
    }

    fn tell_heads(&mut self, space: SpaceId, gossip: bool) {
        let Some(s) = self.spaces.get(&space) else {
            return;
        };
        let (kind, body) = Frame::Heads(self.own_heads(s)).encode();
        let now_ms = self.now.mono_ms;
        for (stream, link) in self.links.iter_mut().filter(|(_, l)| l.is_up_in(space)) {
            link.told_heads(now_ms);
            self.out.push(Effect::Send {
                stream: *stream,
                kind,
                body: body.clone(),
            });
        }
        let here = self.takes_part(space);
        if gossip && here && body.len() <= config::GOSSIP_MAX_BYTES {
            self.out.push(Effect::Gossip { space, kind, body });
        }
    }

    /// Full Heads to one peer.
    pub(super) fn send_heads(&mut self, stream: StreamId) {
        if let Some(link) = self.links.get_mut(&stream) {
            link.told_heads(self.now.mono_ms);
        }
        self.put_heads(stream);
    }

    /// Answers a digest. The own beat goes on: it is what makes the other side answer in its turn.
    fn answer_digest(&mut self, stream: StreamId) {
        if let Some(up) = self.links.get_mut(&stream).and_then(Link::up) {
            up.told_heads_ms = self.now.mono_ms;
        }
        self.put_heads(stream);
    }

    fn put_heads(&mut self, stream: StreamId) {
        let Some(space) = self.links.get(&stream).and_then(|l| l.space()) else {
            return;
        };
        let Some(s) = self.spaces.get(&space) else {
            return;
        };
        let (kind, body) = Frame::Heads(self.own_heads(s)).encode();
        self.out.push(Effect::Send { stream, kind, body });
    }

    /// The short form, for a quiet stream.
    pub(super) fn send_digest(&mut self, stream: StreamId) {
        let Some(space) = self.links.get(&stream).and_then(|l| l.space()) else {
            return;
        };
        let Some(s) = self.spaces.get(&space) else {
            return;
        };
        let lines = s.lines();
        let counter = lines.values().flat_map(|l| &l.tips).map(|t| t.seq).sum();
        let (kind, body) = Frame::Digest(Digest {
            counter,
            lines: lines_hash(&lines),
        })
        .encode();
        self.out.push(Effect::Send { stream, kind, body });
    }

    /// A peer's digest: equal holdings prove everything; else it gets our lines, and shows its own when it
    /// hears our digest in turn.
    pub(super) fn digest_in(&mut self, stream: StreamId, digest: Digest) {
        let now_ms = self.now.mono_ms;
        let Some(link) = self.links.get(&stream) else {
            return;
        };
        let (Some(space), Some(device)) = (link.space(), link.device()) else {
            return;
        };
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        let (lines, tops) = (s.lines(), s.durable_tops());
        if let Some(up) = self.links.get_mut(&stream).and_then(Link::up) {
            up.lines = Some(digest.lines);
        }
        let receipt = s.receipts.entry(device).or_default();
        receipt.confirmed(digest, now_ms);
        if lines_hash(&lines) == digest.lines || planted!(DigestAlwaysEqual) {
            receipt.holds_exactly(tops.clone());
            if let Some(link) = self.links.get_mut(&stream) {
                link.has_exactly(&tops, now_ms);
            }
            self.hand_secrets(stream);
        } else if self
            .links
            .get(&stream)
            .is_some_and(|l| l.may_answer_digest(now_ms))
        {
            self.answer_digest(stream);
        }
    }

    /// Heads of a peer, from its own stream or from gossip.
    pub(super) fn heads_in(&mut self, held: &dyn Held, space: SpaceId, heads: &Heads, word: Word) {
        if heads.space != space || heads.device == self.device() || heads.verify().is_err() {
            return;
        }
        let Some(s) = self.spaces.get(&space) else {
            return;
        };
        if s.roster.role(heads.device).is_none() {
            return;
        }
        if !matches!(word, Word::Own(_)) && !self.counts(space, heads, word) {
            return;
        }
        let Some(s) = self.spaces.get(&space) else {
            return;
        };
        let compared: Vec<(ChainId, Compared)> = heads
            .lines
            .iter()
            .map(|(chain, line)| (*chain, compare(s, held, *chain, &line.tips)))
            .collect();
        self.book_heads(space, heads, &compared, word);
        self.notice_lines(space, &compared);
        if let Word::Own(stream) = word {
            self.heads_on_link(space, stream, heads, &compared);
        }
        self.event(Event::Receipts {
            space,
            device: heads.device,
        });
    }

    fn notice_lines(&mut self, space: SpaceId, compared: &[(ChainId, Compared)]) {
        let me = self.device();
        let Some(s) = self.spaces.get(&space) else {
            return;
        };
        let own = [
            s.own_chain(me, Log::Roster).id(),
            s.own_chain(me, Log::Notes).id(),
        ];
        let unknown = |line: &Compared| !line.ahead.is_empty() || !line.other.is_empty();
        let rolled_back = compared
            .iter()
            .any(|(chain, line)| own.contains(chain) && unknown(line));
        if rolled_back && !planted!(IncarnationKept) {
            self.event(Event::Notice(Notice::RolledBack { space }));
            self.out.push(Effect::NeedIncarnation { space });
        }
    }
}

fn compare(space: &Space, held: &dyn Held, chain: ChainId, tips: &[Tip]) -> Compared {
    let mut compared = Compared {
        holds: Vec::new(),
        ahead: Vec::new(),
        other: Vec::new(),
    };
    for tip in tips {
        if tip.seq > space.top(chain) {
            compared.ahead.push(*tip);
            continue;
        }
        let on = space.branches(chain).find(|(id, state)| {
            // A read that fails proves nothing.
            let hash = || space.hash_at(held, *id, tip.seq).ok().flatten();
            tip.seq <= state.tip.seq && hash() == Some(tip.hash)
        });
        match on {
            Some((id, _)) => compared.holds.push((space.holder(id, tip.seq), tip.seq)),
            None => compared.other.push(*tip),
        }
    }
    compared
}
