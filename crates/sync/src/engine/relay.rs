//! Heads of others, handed on to who has no stream of theirs: so receipts work between members that are not
//! neighbours. What is handed on is signed by its holder; only when it was said is the relayer's word.
//!
//! After a change everybody soon holds the same, so almost always the short form does: who holds exactly what the
//! signer held makes the signed bytes itself. The full form is for signers that hold something else.

use std::collections::BTreeMap;
use std::sync::Arc;

use skein_space::{DeviceKey, Incarnation, SpaceId};

use super::Engine;
use super::links::Link;
use super::receipt::{Receipt, Word};
use crate::api::{Effect, Held, StreamId};
use crate::config;
use crate::frame::{Frame, Relayed};
use crate::heads::{Heads, Line, lines_hash};

/// What was handed on to a peer of one signer, or came from that peer.
#[derive(Clone, Copy, Debug)]
pub(super) struct HandedOn {
    incarnation: Incarnation,
    counter: u64,
    /// When they were said, as far as was known.
    said_ms: u64,
    /// How often.
    times: u8,
}

/// Signed Heads of a member as last believed.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    pub heads: Arc<Heads>,
    pub lines: [u8; 32],
}

/// The form in which Heads go to a peer.
enum Form {
    Short,
    Full,
}

impl Engine {
    /// Hands on what a peer may not have heard, at the beat of its stream's digests.
    pub(super) fn relay(&mut self, stream: StreamId) {
        let now_ms = self.now.mono_ms;
        let me = self.device();
        let Some(up) = self.links.get_mut(&stream).and_then(Link::up) else {
            return;
        };
        let Some(s) = self.spaces.get(&up.space) else {
            return;
        };
        let own = lines_hash(&s.lines());
        let peer_equal = up.lines == Some(own);
        let mut full_left = config::RELAY_FULL_PER_BEAT;
        let mut frames = Vec::new();
        for (device, receipt) in &s.receipts {
            let Some(signed) = &receipt.signed else {
                continue;
            };
            if *device == up.device || *device == me || s.roster.role(*device).is_none() {
                continue;
            }
            let before = up.handed_on.get(device);
            if !is_news(before, receipt, &signed.heads) {
                continue;
            }
            let form = form(signed.lines == own, peer_equal, receipt.said_ms, now_ms);
            match form {
                None => continue,
                Some(Form::Full) if full_left == 0 => continue,
                Some(Form::Full) => full_left -= 1,
                Some(Form::Short) => {}
            }
            let age_ms = now_ms.saturating_sub(receipt.said_ms);
            let relayed = match form {
                Some(Form::Short) => Relayed::short(age_ms, &signed.heads),
                _ => Relayed::full(age_ms, &signed.heads),
            };
            frames.push(Frame::Relayed(relayed).encode());
            let same = before.filter(|b| is_same(b, &signed.heads));
            let times = same.map_or(0, |b| b.times) + 1;
            up.handed_on
                .insert(*device, handed_on(&signed.heads, receipt.said_ms, times));
        }
        for (kind, body) in frames {
            if body.len() <= config::FRAME_MAX_BYTES {
                self.out.push(Effect::Send { stream, kind, body });
            }
        }
    }

    /// Heads that a peer hands on.
    pub(super) fn relayed_in(&mut self, held: &dyn Held, stream: StreamId, relayed: Relayed) {
        let now_ms = self.now.mono_ms;
        let Some(space) = self.links.get(&stream).and_then(Link::space) else {
            return;
        };
        let Some(s) = self.spaces.get(&space) else {
            return;
        };
        let age_ms = relayed.age_ms;
        let Some(heads) = relayed.heads(space, || s.lines()) else {
            // It held something else than is held here: when that has come, newer Heads are on their way.
            return;
        };
        if s.roster.role(heads.device).is_none() {
            return;
        }
        let said_ms = now_ms.saturating_sub(age_ms);
        if let Some(up) = self.links.get_mut(&stream).and_then(Link::up) {
            // It knows these: they need not go back to it.
            up.handed_on
                .insert(heads.device, handed_on(&heads, said_ms, u8::MAX));
        }
        self.heads_in(held, space, &heads, Word::Relayed { said_ms });
    }

    /// Whether a member speaks for itself: its own stream is open.
    pub(super) fn hears(&self, space: SpaceId, device: DeviceKey) -> bool {
        let mut links = self.links.values();
        links.any(|l| l.is_up_in(space) && l.device() == Some(device))
    }
}

fn handed_on(heads: &Heads, said_ms: u64, times: u8) -> HandedOn {
    HandedOn {
        incarnation: heads.incarnation,
        counter: heads.counter,
        said_ms,
        times,
    }
}

fn is_same(before: &HandedOn, heads: &Heads) -> bool {
    before.incarnation == heads.incarnation && before.counter == heads.counter
}

/// Other Heads than were handed on, or the same, confirmed so much later that they prove more.
fn is_news(before: Option<&HandedOn>, receipt: &Receipt, heads: &Heads) -> bool {
    before.is_none_or(|before| {
        let later = receipt.said_ms >= before.said_ms + config::RELAY_AGAIN_MS;
        !is_same(before, heads) || (later && before.times < 2)
    })
}

fn form(signer_equal: bool, peer_equal: bool, said_ms: u64, now_ms: u64) -> Option<Form> {
    if signer_equal && peer_equal {
        return Some(Form::Short);
    }
    let wait_ms = if signer_equal {
        config::RELAY_PATIENCE_MS
    } else {
        config::RELAY_SETTLED_MS
    };
    (now_ms >= said_ms + wait_ms).then_some(Form::Full)
}

impl Relayed {
    fn heads(
        self,
        space: SpaceId,
        own: impl FnOnce() -> BTreeMap<skein_space::ChainId, Line>,
    ) -> Option<Heads> {
        match self.heads {
            crate::frame::RelayedHeads::Full(heads) => Some(heads),
            crate::frame::RelayedHeads::Short(short) => {
                let lines = own();
                (lines_hash(&lines) == short.lines).then_some(Heads {
                    space,
                    device: short.device,
                    incarnation: short.incarnation,
                    counter: short.counter,
                    lines,
                    sig: short.sig,
                })
            }
        }
    }
}
