//! The network's commands and events: who may connect, what is announced, streams, gossip.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use skein_net::{Announcement, CommandRefused, NetCommand, NetEvent, NetHandle, Tag, Verdict};
use skein_space::gossip::GossipKey;
use skein_space::{DeviceKey, Entry, SpaceId, SpaceSecret, Topic, TransportKey};
use skein_sync::frame::Frame;
use skein_sync::{Input, StreamId};

use super::clock::{random, wall_ms};
use super::{Driver, Reply};
use crate::address;
use crate::error::{AppError, Code};
use crate::view::Happening;

/// Labels of tags: from this on they mean tickets; below it the place of a space in the list of spaces.
pub(super) const TICKET_LABEL: u32 = 1 << 30;

/// The label of the tag that everybody knows: an invitation is open there.
pub(super) const INVITATION_LABEL: u32 = u32::MAX;

/// The network as the driver knows it.
#[derive(Default)]
pub(super) struct Network {
    /// `None` when the profile is open without a network.
    handle: Option<NetHandle>,
    listening: Vec<SocketAddr>,
    offline: bool,
    /// Gossip keys of the topics this device takes part in.
    topics: BTreeMap<Topic, (SpaceId, GossipKey)>,
    /// Streams this device asked for, until they are up.
    asked: BTreeMap<StreamId, SpaceId>,
    up: BTreeSet<StreamId>,
    connected: BTreeSet<TransportKey>,
    /// Members whose stream for a space is open.
    online: BTreeSet<(SpaceId, DeviceKey)>,
    /// When a device was last heard of, in Unix milliseconds.
    seen: BTreeMap<DeviceKey, i64>,
    /// Who waits to learn where this device listens.
    listen_waits: Vec<Reply<Vec<String>>>,
}

impl Network {
    pub(super) fn new(handle: Option<NetHandle>, offline: bool) -> Self {
        Self {
            offline,
            handle,
            ..Self::default()
        }
    }

    pub(super) fn online_in(&self, space: SpaceId) -> Vec<DeviceKey> {
        let here = self
            .online
            .iter()
            .filter(|(in_space, _)| *in_space == space);
        here.map(|(_, device)| *device).collect()
    }
}

impl Driver {
    /// Hands a command to the network. It always takes them; a full queue would mean a loop of ours.
    pub(super) fn net(&self, command: NetCommand) {
        let Some(handle) = &self.net.handle else {
            return;
        };
        match handle.try_command(command) {
            Ok(()) => {}
            Err(CommandRefused::Full(command)) => {
                tracing::error!("the network is busy; left out: {command:?}");
            }
            Err(CommandRefused::Stopped) => tracing::warn!("the network has stopped"),
        }
    }

    /// Whether the offline switch is on. A profile opened without a network has it as the person left it.
    pub(super) fn is_offline(&self) -> bool {
        self.net.offline
    }

    pub(super) fn is_connected(&self, peer: TransportKey) -> bool {
        self.net.connected.contains(&peer)
    }

    pub(super) fn has_network(&self) -> bool {
        self.net.handle.is_some()
    }

    pub(super) fn listening_at(&self) -> &[SocketAddr] {
        &self.net.listening
    }

    pub(super) fn listening(&self) -> Vec<String> {
        self.net
            .listening
            .iter()
            .copied()
            .map(address::to_text)
            .collect()
    }

    /// A roster or secret changed: who may connect, what is announced, which topics are ours.
    pub(super) fn network_changed_members(&mut self) {
        self.allow_members();
        self.announce();
        self.take_part_in_topics();
    }

    fn allow_members(&self) {
        let mut members = BTreeSet::new();
        let (mut current, mut former) = (Vec::new(), Vec::new());
        let me = self.device();
        for space in self.engine.spaces() {
            if self.left_in_silence(space) {
                continue;
            }
            let now = self.current_secret(space).map(|secret| *secret.bytes());
            let rows = self.held.reader().secrets(space).unwrap_or_default();
            for secret in rows.iter().flat_map(|row| &row.secrets) {
                let keys = match Some(*secret) == now {
                    true => &mut current,
                    false => &mut former,
                };
                keys.push(SpaceSecret::new(*secret).knock_key());
            }
            if self.engine.role(space).is_none() {
                // Out of it there is nobody here to meet; who calls all the same is told.
                continue;
            }
            let roster = self.engine.roster(space);
            let others = roster.map(|roster| roster.members()).unwrap_or_default();
            let inside = others.iter().filter(|member| member.role.is_some());
            members.extend(
                inside
                    .filter(|member| member.device != me)
                    .map(|member| member.transport),
            );
        }
        self.net(NetCommand::Allow {
            members,
            current,
            former,
        });
    }

    /// This device left and the others do not count it out: who calls is told nothing, as by a stranger.
    fn left_in_silence(&self, space: SpaceId) -> bool {
        let roster = self.engine.roster(space);
        let counts_in = roster.is_some_and(|roster| roster.role(self.device()).is_some());
        counts_in && self.engine.has_left_space(space)
    }

    /// Says which spaces' members we are, to those who share their secrets, and that a ticket is open.
    pub(super) fn announce(&mut self) {
        let mut tags = Vec::new();
        for (label, space) in (0..).zip(self.engine.spaces()) {
            if self.engine.role(space).is_none() {
                // This device is out: it is not found any more, and looks for nobody.
                continue;
            }
            let current = self.current_secret(space).map(|secret| *secret.bytes());
            for row in self.held.reader().secrets(space).unwrap_or_default() {
                tags.extend(row.secrets.iter().map(|secret| Tag {
                    label,
                    key: SpaceSecret::new(*secret).tag_key(),
                    shown: Some(*secret) == current,
                    dial: true,
                }));
            }
        }
        tags.extend(self.ticket_tags());
        tags.push(self.invitation_tag());
        self.net(NetCommand::Announce(Announcement {
            tags,
            pairing_port: self.announced_port(),
        }));
    }

    fn take_part_in_topics(&mut self) {
        let mut wanted = BTreeMap::new();
        for space in self.engine.spaces() {
            if let Some(secret) = self.current_secret(space) {
                let key = secret.gossip_key();
                wanted.insert(key.topic(), (space, key));
            }
        }
        for topic in self
            .net
            .topics
            .keys()
            .filter(|topic| !wanted.contains_key(topic))
        {
            self.net(NetCommand::Unsubscribe(*topic));
        }
        for topic in wanted
            .keys()
            .filter(|topic| !self.net.topics.contains_key(topic))
        {
            self.net(NetCommand::Subscribe(*topic));
        }
        self.net.topics = wanted;
    }

    /// The secret whose label is that of our own roster (security.md).
    pub(super) fn current_secret(&self, space: SpaceId) -> Option<SpaceSecret> {
        self.engine.role(space)?;
        let label = self.engine.roster(space)?.secret_label();
        let rows = self.held.reader().secrets(space).unwrap_or_default();
        let row = rows.into_iter().find(|row| row.label == label)?;
        Some(SpaceSecret::new(*row.secrets.iter().min()?))
    }

    pub(super) fn net_event(&mut self, event: NetEvent) {
        self.note_for_doctor(&event);
        match event {
            NetEvent::Listening {
                addresses,
                port,
                instead_of,
            } => self.listens(addresses, port, instead_of),
            NetEvent::WentOffline => {
                self.net.listening.clear();
                self.telling.overview_changed();
            }
            NetEvent::PeerUp { peer } => {
                self.net.connected.insert(peer);
                self.feed(Input::PeerUp { peer });
            }
            NetEvent::PeerDown { peer } => {
                self.net.connected.remove(&peer);
                self.feed(Input::PeerDown { peer });
            }
            NetEvent::PeerAddress { peer, address } => self.keep_address(peer, address),
            NetEvent::StreamUp { stream, peer, .. } => self.stream_up(StreamId(stream.0), peer),
            NetEvent::Frame { stream, kind, body } => self.feed(Input::Frame {
                stream: StreamId(stream.0),
                kind,
                body,
            }),
            NetEvent::Drained { stream } => {
                let stream = StreamId(stream.0);
                self.outgoing.drained(stream);
                self.pump(stream);
            }
            NetEvent::StreamDown { stream, reason, .. } => {
                let stream = StreamId(stream.0);
                tracing::debug!("{stream:?} ended: {reason}");
                self.net.asked.remove(&stream);
                self.net.up.remove(&stream);
                self.outgoing.close(stream);
                self.feed(Input::StreamDown { stream });
            }
            NetEvent::Gossip { id, topic, bytes } => {
                let verdict = self.gossip_in(topic, &bytes);
                self.net(NetCommand::Validate { id, verdict });
            }
            NetEvent::Reached { address, peer } => self.reached(address, peer),
            NetEvent::DialFailed { address, reason } => self.not_reached(address, &reason),
            NetEvent::Discovered {
                instance,
                addresses,
                pairing_port,
                labels,
            } => {
                let places = at_port(&addresses, pairing_port);
                self.ticket_seen(&places, &labels);
                self.invitation_seen(instance, places, &labels);
            }
            NetEvent::Vanished { instance } => self.invitation_gone(&instance),
            NetEvent::NetworkChanged => {
                tracing::info!("the network changed; everybody is dialled again")
            }
            NetEvent::Trouble { code, text } => {
                tracing::warn!("network: {code:?}: {text}");
                self.telling.say(Happening::Error {
                    code: format!("network_{code:?}").to_lowercase(),
                    message: text,
                });
            }
        }
    }

    fn listens(&mut self, addresses: Vec<SocketAddr>, port: u16, instead_of: Option<u16>) {
        if let Some(busy) = instead_of {
            self.telling.notice(
                "port_taken",
                format!(
                    "another program uses port {busy}, so this device listens on {port} from now on"
                ),
            );
        }
        self.net.listening = addresses;
        if !self.exact_listen {
            self.keep_port(port);
        }
        for reply in std::mem::take(&mut self.net.listen_waits) {
            let _ = reply.send(Ok(self.listening()));
        }
        self.telling.overview_changed();
    }

    /// Answers where this device listens, as soon as it does.
    pub(crate) fn when_listening(&mut self, reply: Reply<Vec<String>>) {
        if self.is_offline() || !self.has_network() || !self.net.listening.is_empty() {
            let _ = reply.send(Ok(self.listening()));
        } else {
            self.net.listen_waits.push(reply);
        }
    }

    /// Remembers who is here, and when a device was last heard of.
    pub(super) fn peer_seen(&mut self, space: SpaceId, device: DeviceKey, online: bool) {
        if online {
            self.net.online.insert((space, device));
        } else {
            self.net.online.remove(&(space, device));
        }
        self.net.seen.insert(device, wall_ms());
    }

    pub(super) fn last_seen(&self, device: DeviceKey) -> Option<i64> {
        if device == self.device() {
            return Some(wall_ms());
        }
        self.net.seen.get(&device).copied()
    }

    pub(super) fn open_stream(&mut self, peer: TransportKey, space: SpaceId) {
        let Some(handle) = &self.net.handle else {
            return;
        };
        match handle.open_stream(peer) {
            Ok(stream) => {
                self.net.asked.insert(StreamId(stream.0), space);
            }
            // The engine asks again after a while.
            Err(error) => tracing::warn!("a stream could not be asked for: {error}"),
        }
    }

    fn stream_up(&mut self, stream: StreamId, peer: TransportKey) {
        let space = self.net.asked.remove(&stream);
        self.net.up.insert(stream);
        self.outgoing.open(stream);
        self.feed(Input::StreamUp {
            stream,
            peer,
            space,
        });
    }

    pub(super) fn close_stream(&mut self, stream: StreamId, reason: &str) {
        tracing::debug!("{stream:?} is closed: {reason}");
        self.outgoing.close(stream);
        self.net(NetCommand::CloseStream {
            stream: skein_net::StreamId(stream.0),
        });
    }

    /// Hands the network what waits for a stream, as much as it takes.
    pub(super) fn pump(&mut self, stream: StreamId) {
        let Some(handle) = &self.net.handle else {
            return;
        };
        let reader = self.held.reader();
        let read = |range: skein_sync::Range, max_bytes| {
            let seqs = range.from..=range.to;
            let entries = reader.branch_entries(range.chain, range.branch, seqs, max_bytes);
            entries.map_err(|error| error.to_string())
        };
        let pumped = self.outgoing.pump(stream, handle, &read);
        for _ in 0..pumped.ranges_sent {
            self.inbox.push_back(Input::RangesSent { stream });
        }
        if let Some(reason) = pumped.close {
            self.close_stream(stream, reason);
            self.inbox.push_back(Input::StreamDown { stream });
        }
    }

    /// Seals and publishes. What does not fit gossip goes on streams only.
    pub(super) fn gossip(&mut self, space: SpaceId, kind: u8, body: &[u8]) {
        let Some((topic, (_, key))) = self.net.topics.iter().find(|(_, (of, _))| *of == space)
        else {
            return;
        };
        let mut message = Vec::with_capacity(body.len() + 1);
        message.push(kind);
        message.extend_from_slice(body);
        match key.seal(random(), &message) {
            Ok(bytes) => self.net(NetCommand::Publish {
                topic: *topic,
                bytes,
            }),
            Err(error) => tracing::debug!("not published: {error}"),
        }
    }

    /// Opens a gossip message and hands it to the engine. It is handed on only when it is known to be good:
    /// an entry when it is held, the rest when its signature is right.
    fn gossip_in(&mut self, topic: Topic, sealed: &[u8]) -> Verdict {
        let Some((space, key)) = self.net.topics.get(&topic) else {
            return Verdict::Ignore;
        };
        let space = *space;
        let Ok(message) = key.open(sealed) else {
            return Verdict::Ignore;
        };
        let Some((kind, body)) = message.split_first() else {
            return Verdict::Ignore;
        };
        let Ok(frame) = Frame::decode(*kind, body) else {
            return Verdict::Ignore;
        };
        self.feed(Input::Gossip {
            space,
            kind: *kind,
            body: body.to_vec(),
        });
        let good = match frame {
            Frame::Entry(entry) => self.holds(space, &entry),
            Frame::Heads(heads) => heads.verify().is_ok(),
            Frame::Presence(presence) => presence.verify(space).is_ok(),
            _ => false,
        };
        if good {
            Verdict::Accept
        } else {
            Verdict::Ignore
        }
    }

    fn holds(&self, space: SpaceId, entry: &Entry) -> bool {
        let tip = self.engine.tip(space, entry.chain_id());
        tip.is_some_and(|(seq, _)| seq >= entry.header().seq)
    }

    /// Joining and inviting need a network that is open.
    pub(crate) fn must_be_online(&self) -> Result<(), AppError> {
        if self.is_offline() || !self.has_network() {
            return Err(AppError::new(
                Code::Offline,
                "this device is set to offline. nothing was tried. go online first",
            ));
        }
        Ok(())
    }

    /// The offline switch: true closes every socket.
    pub(crate) fn set_offline(&mut self, offline: bool, reply: Reply<()>) {
        self.keep_offline(offline);
        self.net.offline = offline;
        if self.has_network() {
            self.net(NetCommand::Offline(offline));
            if offline {
                self.close_pairing();
            } else {
                self.open_tickets();
            }
        }
        self.status_changed();
        self.telling.overview_changed();
        let _ = reply.send(Ok(()));
    }

    /// Closes every stream after what was sent on it, and says which are still to end.
    pub(super) fn close_streams(&mut self) -> usize {
        for stream in self.net.up.clone() {
            self.net(NetCommand::CloseStream {
                stream: skein_net::StreamId(stream.0),
            });
        }
        self.net.up.len()
    }

    pub(super) fn stream_ended(&mut self, stream: StreamId) {
        self.net.up.remove(&stream);
    }

    pub(super) fn streams_up(&self) -> usize {
        self.net.up.len()
    }
}

/// The pairing port at announced hosts; nowhere while none is announced.
fn at_port(addresses: &[SocketAddr], port: Option<u16>) -> Vec<SocketAddr> {
    let Some(port) = port else {
        return Vec::new();
    };
    let at = |address: &SocketAddr| {
        let mut address = *address;
        address.set_port(port);
        address
    };
    addresses.iter().map(at).collect()
}
