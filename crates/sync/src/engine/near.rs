//! Which streams of a space are open: all, or those the choice of neighbours wants.

use std::collections::{BTreeMap, BTreeSet};

use skein_space::{DeviceKey, SpaceId, TransportKey};

use super::Engine;
use super::links::Link;
use crate::api::{Effect, Event, StreamId};
use crate::config;
use crate::neighbours::{self, Wanted};

/// The choice of one space.
#[derive(Default)]
pub(super) struct Near {
    pub wanted: Wanted,
    /// Since when a stream to one that is wanted is missing.
    missing: BTreeMap<DeviceKey, u64>,
    /// Took no stream since the last draw.
    refused: BTreeSet<DeviceKey>,
    /// How often was drawn.
    draws: u64,
    redraw_ms: Option<u64>,
    /// When streams that nobody wants any more are closed.
    tidy_ms: Option<u64>,
    /// When a stream that the other side should open is opened from here.
    alone_ms: Option<u64>,
    /// Who was last told to be online.
    online: BTreeSet<DeviceKey>,
}

impl Near {
    pub fn next_deadline_ms(&self) -> Option<u64> {
        [self.redraw_ms, self.tidy_ms, self.alone_ms]
            .into_iter()
            .flatten()
            .min()
    }

    /// It closed a stream of ours before its Hello.
    pub fn refuses(&mut self, device: DeviceKey) {
        if !self.wanted.everybody && !self.wanted.near.contains(&device) {
            self.refused.insert(device);
        }
    }

    fn choose(
        &mut self,
        space: SpaceId,
        me: DeviceKey,
        run: &[u8; 16],
        others: &BTreeSet<DeviceKey>,
        now_ms: u64,
    ) {
        if self.redraw_ms.is_some_and(|at| at <= now_ms) {
            self.draws += 1;
            self.refused.clear();
            self.redraw_ms = None;
        }
        let mut dice = blake3::Hasher::new();
        dice.update(run).update(&self.draws.to_le_bytes());
        let dice = dice.finalize();
        let wanted = neighbours::choose(space, me, others, &self.refused, dice.as_bytes());
        if wanted.everybody {
            (self.redraw_ms, self.tidy_ms) = (None, None);
        } else {
            self.redraw_ms.get_or_insert(now_ms + config::REDRAW_MS);
            if wanted != self.wanted {
                self.tidy_ms = Some(now_ms + config::SETTLE_MS);
            }
        }
        self.wanted = wanted;
    }
}

impl Engine {
    /// Opens what is wanted and missing in all spaces: after a connection, a join or a roster change.
    pub(super) fn open_streams(&mut self) {
        for space in self.spaces.keys().copied().collect::<Vec<_>>() {
            self.open_streams_in(space);
        }
    }

    /// The device with the lower key opens, one stream per (peer, space); the other one when it does not.
    pub(super) fn open_streams_in(&mut self, id: SpaceId) {
        let (me, now_ms, run) = (self.device(), self.now.mono_ms, self.me.run);
        let members = self.connected_members(id);
        let open: BTreeSet<TransportKey> = self
            .links
            .values()
            .filter(|l| l.space() == Some(id))
            .map(|l| l.peer)
            .collect();
        let Some(s) = self.spaces.get_mut(&id) else {
            return;
        };
        let others = members.keys().copied().collect();
        s.near.choose(id, me, &run, &others, now_ms);
        let takes_part = s.role_here().is_some();
        let near = &mut s.near;
        let missing = members
            .iter()
            .filter(|(device, peer)| near.wanted.has(device) && !open.contains(peer) && takes_part);
        let missing: Vec<(DeviceKey, TransportKey)> = missing.map(|(d, p)| (*d, *p)).collect();
        near.missing
            .retain(|device, _| missing.iter().any(|(d, _)| d == device));
        near.alone_ms = None;
        let mut asks = Vec::new();
        for (device, peer) in missing {
            let since = *near.missing.entry(device).or_insert(now_ms);
            let alone = since + config::OPEN_ALONE_MS;
            if me > device && alone > now_ms {
                near.alone_ms = Some(near.alone_ms.map_or(alone, |at| at.min(alone)));
            } else if !self.asked.contains_key(&(peer, id)) {
                asks.push(peer);
            }
        }
        for peer in asks {
            self.asked.insert((peer, id), now_ms);
            self.out.push(Effect::OpenStream { peer, space: id });
        }
        self.tell_online(id);
    }

    fn connected_members(&self, id: SpaceId) -> BTreeMap<DeviceKey, TransportKey> {
        let me = self.device();
        let s = self.spaces.get(&id).filter(|s| s.role_here().is_some());
        let members = s.map(|s| s.roster.members());
        members
            .unwrap_or_default()
            .into_iter()
            .filter(|m| m.role.is_some() && m.device != me)
            .filter(|m| self.connected.contains(&m.transport))
            .map(|m| (m.device, m.transport))
            .collect()
    }

    pub(super) fn near_timers(&mut self) {
        let now_ms = self.now.mono_ms;
        let due = |s: &&super::Space| s.near.next_deadline_ms().is_some_and(|at| at <= now_ms);
        let due: Vec<SpaceId> = self.spaces.values().filter(due).map(|s| s.id).collect();
        for space in due {
            self.close_unwanted(space);
            self.open_streams_in(space);
        }
    }

    /// Streams that this side opened and wants no more end; the other side opens its own if it does.
    fn close_unwanted(&mut self, space: SpaceId) {
        let now_ms = self.now.mono_ms;
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        if s.near.tidy_ms.is_none_or(|at| at > now_ms) {
            return;
        }
        s.near.tidy_ms = None;
        let wanted = &s.near.wanted;
        let unwanted = |l: &Link| l.opened && l.device().is_some_and(|d| !wanted.has(&d));
        let of = self.links.iter().filter(|(_, l)| l.is_up_in(space));
        let out: Vec<StreamId> = of.filter(|(_, l)| unwanted(l)).map(|(id, _)| *id).collect();
        for stream in out {
            self.drop_link(stream, "others are its neighbours now");
        }
    }

    /// Whether one more stream may be taken from a member; a neighbour's takes the place of another one.
    pub(super) fn makes_room(&mut self, space: SpaceId, device: DeviceKey) -> bool {
        let Some(wanted) = self.spaces.get(&space).map(|s| &s.near.wanted) else {
            return false;
        };
        if wanted.everybody {
            return true;
        }
        let of = self.links.iter().filter(|(_, l)| l.is_up_in(space));
        let taken: Vec<(StreamId, Option<DeviceKey>)> = of
            .filter(|(_, l)| !l.opened)
            .map(|(id, l)| (*id, l.device()))
            .collect();
        if taken.len() < config::STREAMS_ACCEPTED || taken.iter().any(|(_, d)| *d == Some(device)) {
            return true;
        }
        let far = |d: &Option<DeviceKey>| d.is_none_or(|d| !wanted.near.contains(&d));
        let near = wanted.near.contains(&device);
        let Some((stream, _)) = taken.iter().find(|(_, d)| near && far(d)) else {
            return false;
        };
        self.drop_link(*stream, "a neighbour needs its place");
        true
    }

    /// Members here now: their stream is open, or they are connected and others are their neighbours.
    pub(super) fn online_in(&self, space: SpaceId) -> BTreeSet<DeviceKey> {
        let up = self.links.values().filter(|l| l.is_up_in(space));
        let mut online: BTreeSet<DeviceKey> = up.filter_map(Link::device).collect();
        if self
            .spaces
            .get(&space)
            .is_some_and(|s| !s.near.wanted.everybody)
        {
            online.extend(self.connected_members(space).into_keys());
        }
        online
    }

    /// Says who came and who went since it was last said.
    pub(super) fn tell_online(&mut self, space: SpaceId) {
        let online = self.online_in(space);
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        let before = std::mem::replace(&mut s.near.online, online.clone());
        for device in before.symmetric_difference(&online) {
            self.event(Event::Peer {
                space,
                device: *device,
                online: online.contains(device),
            });
        }
    }
}
