//! Connections and the ends of streams.

use skein_space::{SpaceId, TransportKey};
use skein_sync::{Input, StreamId};

use super::Cluster;
use crate::config::{KEEP_ALIVE_MS, TWIN_TURN_MS};
use crate::event::{Happening, Life};
use crate::net::Side;

impl Cluster {
    /// Devices that can reach each other and are not connected try; connections on which nothing passes for too
    /// long are given up.
    pub(super) fn dial(&mut self) {
        let many = self.devices.len();
        for a in 0..many {
            for b in a + 1..many {
                if self.devices[a].key == self.devices[b].key {
                    continue;
                }
                self.give_up_if_silent(a, b);
                let known = self.net.connections.contains_key(&(a, b))
                    && self.net.connections.contains_key(&(b, a));
                let can = self.is_up(a) && self.is_up(b) && self.net.passes(a, b, self.now_ms);
                // Of two devices with one identity the later takes the earlier one's place, now and then.
                let twins = self.twin_of(a, b).or(self.twin_of(b, a)).is_some();
                let tries = match (twins, self.healing) {
                    (true, true) => !self.twins_rest && self.have_their_turn(a, b),
                    (true, false) => self.chance(0.1),
                    (false, healing) => healing || self.chance(0.7),
                };
                if can && !known && tries {
                    let at_ms = self.now_ms + self.between(1, 300);
                    self.future.plan(at_ms, Happening::Connected(a, b));
                }
            }
        }
    }

    /// Every pair of two identities' devices meets within as many turns as there are such pairs: whether all agree
    /// after healing is not a matter of luck.
    fn have_their_turn(&self, a: usize, b: usize) -> bool {
        let twins = |of: usize| -> Vec<usize> {
            let all = 0..self.devices.len();
            all.filter(|other| self.devices[*other].key == self.devices[of].key)
                .collect()
        };
        let (these, those) = (twins(a), twins(b));
        let turn = (self.now_ms / TWIN_TURN_MS) as usize;
        these[turn % these.len()] == a && those[turn / these.len() % those.len()] == b
    }

    fn give_up_if_silent(&mut self, a: usize, b: usize) {
        for (from, to) in [(a, b), (b, a)] {
            let since = self.net.blocked_since(from, to, self.now_ms);
            if since.is_some_and(|since| self.now_ms >= since + KEEP_ALIVE_MS) {
                for (me, peer) in [(a, b), (b, a)] {
                    if let Some(connection) = self.net.connections.get(&(me, peer)).copied() {
                        self.fire("connection given up");
                        self.connection_gone(me, peer, connection);
                    }
                }
            }
        }
    }

    pub(super) fn connected(&mut self, a: usize, b: usize) {
        let fits = self.is_up(a) && self.is_up(b) && self.net.passes(a, b, self.now_ms);
        if !fits {
            return;
        }
        for (me, peer) in [(a, b), (b, a)] {
            while let Some(twin) = self.twin_of(me, peer) {
                let connection = self.net.connections[&(me, twin)];
                self.connection_gone(me, twin, connection);
            }
            if let Some(old) = self.net.connections.get(&(me, peer)).copied() {
                self.connection_gone(me, peer, old);
            }
        }
        self.net.connect(a, b);
        let (key_a, key_b) = (self.transport(a), self.transport(b));
        self.hear_network(a, Input::PeerUp { peer: key_b });
        self.hear_network(b, Input::PeerUp { peer: key_a });
    }

    /// Another device with the same identity that this one is connected to: there is one connection per identity.
    fn twin_of(&self, me: usize, peer: usize) -> Option<usize> {
        // Only clones have twins.
        if self.devices.len() == self.plan.world.parts.len() {
            return None;
        }
        let key = self.transport(peer);
        let to = self.net.connections.range((me, 0)..(me + 1, 0));
        to.map(|((_, other), _)| *other)
            .find(|other| *other != peer && self.transport(*other) == key)
    }

    fn transport(&self, device: usize) -> TransportKey {
        self.devices[device].transport
    }

    /// One side hears that a connection is gone: its streams end, and then it.
    pub(super) fn connection_gone(&mut self, me: usize, peer: usize, connection: u64) {
        if self.net.connections.get(&(me, peer)) != Some(&connection) {
            return;
        }
        self.net.connections.remove(&(me, peer));
        for stream in self.net.streams_on(me, connection) {
            if let Some(side) = self.net.sides.get_mut(&stream) {
                side.waiting.clear();
                side.ended = true;
            }
            self.forget_side(stream);
            self.hear_network(me, Input::StreamDown { stream });
        }
        let peer_key = self.transport(peer);
        self.hear_network(me, Input::PeerDown { peer: peer_key });
        // The other side hears too, sooner or later.
        let life = self.life(peer);
        if self.net.connections.get(&(peer, me)) == Some(&connection) {
            let soon = if self.healing { 1_000 } else { KEEP_ALIVE_MS };
            let at_ms = self.now_ms + self.between(0, soon);
            self.future.plan(
                at_ms,
                Happening::Noticed {
                    life,
                    peer: me,
                    connection,
                },
            );
        }
    }

    pub(super) fn open_stream(&mut self, me: usize, peer: TransportKey, space: SpaceId) {
        let to = (0..self.devices.len()).find(|other| {
            *other != me
                && self.net.connections.contains_key(&(me, *other))
                && self.transport(*other) == peer
        });
        let Some(to) = to.filter(|to| self.is_up(*to)) else {
            return;
        };
        let connection = self.net.connections[&(me, to)];
        if self.net.connections.get(&(to, me)) != Some(&connection) {
            return;
        }
        let (mine, theirs) = self.net.stream_ids();
        let (my_life, their_life) = (self.life(me), self.life(to));
        self.net
            .sides
            .insert(mine, Side::new(my_life, to, theirs, connection));
        self.net
            .sides
            .insert(theirs, Side::new(their_life, me, mine, connection));
        let my_key = self.transport(me);
        let there_ms = self.now_ms + self.packet_delay();
        let back_ms = there_ms + self.packet_delay();
        self.plan_stream_up(there_ms, their_life, theirs, my_key, None);
        self.plan_stream_up(back_ms, my_life, mine, peer, Some(space));
    }

    fn plan_stream_up(
        &mut self,
        at_ms: u64,
        life: Life,
        stream: StreamId,
        peer: TransportKey,
        space: Option<SpaceId>,
    ) {
        let input = Input::StreamUp {
            stream,
            peer,
            space,
        };
        self.future
            .plan(at_ms, Happening::Give(life, Box::new(input)));
    }

    /// Gives an engine what was decided earlier, unless its stream is gone since.
    pub(super) fn give_unless_gone(&mut self, device: usize, input: Input) {
        if let Input::StreamUp { stream, .. } = &input {
            let Some(side) = self.net.sides.get_mut(stream) else {
                return;
            };
            side.up = true;
        }
        self.hear_network(device, input);
    }

    /// This side ends a stream: what is on its way still arrives, then the other side hears of it.
    pub(super) fn end_side(&mut self, stream: StreamId) {
        let now_ms = self.now_ms;
        let Some(side) = self.net.sides.get_mut(&stream) else {
            return;
        };
        side.ended = true;
        side.waiting.clear();
        side.waiting_bytes = 0;
        let plan = !side.planned;
        side.planned = true;
        if plan {
            self.future.plan(now_ms + 1, Happening::Frame(stream));
        }
    }

    /// A side that its device has forgotten: what is on its way still arrives.
    pub(super) fn forget_side(&mut self, stream: StreamId) {
        self.end_side(stream);
    }
}
