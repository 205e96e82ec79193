//! Streams to peers: Hello, then the roster until equal, then content.

use std::collections::{BTreeMap, VecDeque};

use skein_space::{ChainId, DeviceKey, Entry, SpaceId, TransportKey};

use super::Engine;
use super::guests::Doubt;
use super::receipt::Word;
use super::relay::HandedOn;
use crate::api::{Effect, Held, StreamId};
use crate::config;
use crate::frame::{Frame, kind};
use crate::heads::Tip;
use std::sync::Arc;

/// How far a stream has come.
#[derive(Debug)]
pub(super) enum Phase {
    /// The peer has not said Hello. On a stream this side opened, the space is known.
    Greeting {
        space: Option<SpaceId>,
        since_ms: u64,
        doubt: Doubt,
    },
    /// Both said Hello.
    Up(Box<Up>),
}

#[derive(Debug)]
pub(super) struct Up {
    pub space: SpaceId,
    pub device: DeviceKey,
    /// The process at the other end.
    pub run: [u8; 16],
    /// Rosters are known to be equal: content may flow.
    pub content: bool,
    /// Per chain the highest place the peer has or was sent.
    pub has: BTreeMap<ChainId, u64>,
    /// Per chain the highest place the peer showed.
    pub shown: BTreeMap<ChainId, u64>,
    /// The roster chains' tips in the peer's last Heads.
    pub roster: BTreeMap<ChainId, Vec<Tip>>,
    /// A range is being sent; live entries wait until it is out.
    pub sending: bool,
    pub sent_ms: u64,
    pub told_heads_ms: u64,
    pub digest_at_ms: u64,
    /// The hash of all lines in the peer's last Heads or digest.
    pub lines: Option<[u8; 32]>,
    /// What it knows of others' Heads, from here or by itself.
    pub handed_on: BTreeMap<DeviceKey, HandedOn>,
    /// The state of the space's secrets it was last handed.
    pub secrets: u64,
    /// What it asked for and is not yet being sent: chain, first and last place.
    pub wanted: VecDeque<(ChainId, u64, u64)>,
}

/// One stream.
#[derive(Debug)]
pub(super) struct Link {
    pub peer: TransportKey,
    /// This side opened it.
    pub opened: bool,
    pub phase: Phase,
}

impl Link {
    pub fn space(&self) -> Option<SpaceId> {
        match &self.phase {
            Phase::Greeting { space, .. } => *space,
            Phase::Up(up) => Some(up.space),
        }
    }

    pub fn device(&self) -> Option<DeviceKey> {
        match &self.phase {
            Phase::Greeting { .. } => None,
            Phase::Up(up) => Some(up.device),
        }
    }

    /// The process at the other end, once it said Hello.
    pub fn run(&self) -> Option<[u8; 16]> {
        match &self.phase {
            Phase::Greeting { .. } => None,
            Phase::Up(up) => Some(up.run),
        }
    }

    pub fn up(&mut self) -> Option<&mut Up> {
        match &mut self.phase {
            Phase::Greeting { .. } => None,
            Phase::Up(up) => Some(up.as_mut()),
        }
    }

    pub fn is_up_in(&self, space: SpaceId) -> bool {
        matches!(&self.phase, Phase::Up(up) if up.space == space)
    }

    /// Whether content flows on it.
    pub fn has_content(&self, space: SpaceId) -> bool {
        matches!(&self.phase, Phase::Up(up) if up.space == space && up.content)
    }

    pub fn shown_tip(&self, chain: ChainId) -> Option<u64> {
        match &self.phase {
            Phase::Greeting { .. } => None,
            Phase::Up(up) => up.shown.get(&chain).copied(),
        }
    }

    pub fn told_heads(&mut self, now_ms: u64) {
        if let Some(up) = self.up() {
            up.told_heads_ms = now_ms;
            up.digest_at_ms = now_ms + beat(up.device, now_ms);
        }
    }

    pub fn may_answer_digest(&self, now_ms: u64) -> bool {
        matches!(&self.phase, Phase::Up(up) if now_ms >= up.told_heads_ms + config::HEADS_ANSWER_MS)
    }

    pub fn has_exactly(&mut self, lines: &BTreeMap<ChainId, u64>, now_ms: u64) {
        if let Some(up) = self.up() {
            up.has.clone_from(lines);
            up.shown.clone_from(lines);
            up.content = true;
            up.sent_ms = now_ms;
        }
    }

    pub fn next_deadline_ms(&self) -> u64 {
        match &self.phase {
            Phase::Greeting { since_ms, .. } => since_ms + config::HELLO_WAIT_MS,
            Phase::Up(up) => up.digest_at_ms,
        }
    }
}

/// The digest beat, spread by a fifth either way so that a room of devices does not speak at once.
pub(super) fn beat(device: DeviceKey, now_ms: u64) -> u64 {
    let spread = config::DIGEST_MS / 5;
    let seed = u64::from(device.0[0]) ^ u64::from(device.0[1]) << 8 ^ now_ms;
    config::DIGEST_MS - spread + seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) % (2 * spread)
}

impl Engine {
    pub(super) fn stream_up(
        &mut self,
        stream: StreamId,
        peer: TransportKey,
        space: Option<SpaceId>,
    ) {
        let phase = Phase::Greeting {
            space,
            since_ms: self.now.mono_ms,
            doubt: Doubt::No,
        };
        let opened = space.is_some();
        let link = Link {
            peer,
            opened,
            phase,
        };
        self.links.insert(stream, link);
        if let Some(space) = space {
            self.asked.remove(&(peer, space));
            self.say_hello(stream, space);
        }
    }

    pub(super) fn stream_down(&mut self, stream: StreamId) {
        let Some(link) = self.links.remove(&stream) else {
            return;
        };
        if let Phase::Greeting {
            space: Some(space), ..
        } = link.phase
        {
            // The other side closed before its Hello: it may not know us yet, or has streams enough. Not at once
            // again.
            self.asked.insert((link.peer, space), self.now.mono_ms);
            self.not_taken(space, link.peer);
        }
        let Some(space) = link.space() else {
            return;
        };
        self.asked_in_vain(space, stream);
        self.open_streams_in(space);
    }

    /// A stream of ours was closed before its Hello: of those drawn at random another one may do.
    fn not_taken(&mut self, space: SpaceId, peer: TransportKey) {
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        let member = s.roster.members().into_iter();
        if let Some(member) = member
            .filter(|m| m.role.is_some())
            .find(|m| m.transport == peer)
        {
            s.near.refuses(member.device);
        }
    }

    pub(super) fn drop_link(&mut self, stream: StreamId, reason: &'static str) {
        self.stream_down(stream);
        self.out.push(Effect::CloseStream { stream, reason });
    }

    pub(super) fn frame(&mut self, held: &dyn Held, stream: StreamId, kind: u8, body: &[u8]) {
        let Some(link) = self.links.get(&stream) else {
            return;
        };
        let Ok(frame) = Frame::decode(kind, body) else {
            return self.drop_link(stream, "it sent something that is not a frame of ours");
        };
        let greeting = matches!(link.phase, Phase::Greeting { .. });
        match frame {
            Frame::Hello(hello) if greeting => self.hello(stream, hello),
            Frame::Removed(entries) => self.removed_in(held, stream, entries),
            Frame::Who if greeting => self.show_admission(stream),
            Frame::Admission(entries) if greeting => {
                self.admission_in(held, stream, entries, body.len())
            }
            _ if greeting => self.drop_link(stream, "it did not say Hello first"),
            Frame::Hello(_) => self.drop_link(stream, "it said Hello twice"),
            Frame::Heads(heads) => {
                let link = &self.links[&stream];
                if let Some(space) = link.space().filter(|_| link.device() == Some(heads.device)) {
                    self.heads_in(held, space, &heads, Word::Own(stream));
                }
            }
            Frame::Relayed(relayed) => self.relayed_in(held, stream, relayed),
            Frame::Digest(digest) => self.digest_in(stream, digest),
            Frame::Entry(entry) => self.entry_in(held, stream, entry),
            Frame::Want { chain, from, to } => self.want_in(stream, chain, from, to),
            Frame::Presence(presence) => {
                if let Some(space) = self.links[&stream].space() {
                    self.presence_in(space, presence);
                }
            }
            Frame::Secrets(secrets) => self.secrets_in(stream, &secrets),
            Frame::Goodbye => self.drop_link(stream, "it said goodbye"),
            Frame::Who | Frame::Admission(_) | Frame::Unknown(_) => {}
        }
    }

    fn entry_in(&mut self, held: &dyn Held, stream: StreamId, entry: Arc<Entry>) {
        if let Some(space) = self.links[&stream].space() {
            self.receive(held, space, entry, Some(stream));
        }
    }

    pub(super) fn link_timers(&mut self) {
        let now_ms = self.now.mono_ms;
        let before = self.asked.len();
        self.asked
            .retain(|_, at| *at + config::STREAM_RETRY_MS > now_ms);
        if self.asked.len() < before {
            self.open_streams();
        }
        let due: Vec<StreamId> = self
            .links
            .iter()
            .filter(|(_, l)| l.next_deadline_ms() <= now_ms)
            .map(|(id, _)| *id)
            .collect();
        for stream in due {
            match self.links.get_mut(&stream).map(|l| &mut l.phase) {
                Some(Phase::Greeting { .. }) => {
                    self.drop_link(stream, "it did not say Hello in time")
                }
                Some(Phase::Up(up)) => {
                    up.digest_at_ms = now_ms + beat(up.device, now_ms);
                    self.send_digest(stream);
                    self.relay(stream);
                }
                None => {}
            }
        }
    }

    pub(super) fn content_streams(&self, space: SpaceId) -> Vec<StreamId> {
        self.links
            .iter()
            .filter(|(_, l)| l.has_content(space))
            .map(|(id, _)| *id)
            .collect()
    }
}

/// Frame types a peer may send on gossip.
pub(super) const GOSSIPED: [u8; 3] = [kind::ENTRY, kind::HEADS, kind::PRESENCE];
