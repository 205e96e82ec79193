//! Dials under way: who asked for each, and what it led to.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::Duration;

use libp2p::PeerId;
use libp2p::swarm::ConnectionId;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use skein_space::TransportKey;
use tokio::time::Instant;

use crate::addr::{dialable, to_multiaddr};
use crate::config;
use crate::dial;
use crate::event::{DialReason, NetEvent};
use crate::key;
use crate::task::Task;

/// Who asked for a dial.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    /// The keeper.
    Known(TransportKey),
    /// An announcement, by instance name.
    Sighting(String),
    /// A person, by address typed.
    Manual(SocketAddr),
}

/// An address a person typed: it may stand for several, one per interface.
#[derive(Debug, Default)]
struct Manual {
    under_way: usize,
    /// Connected to this peer, which has not answered yet.
    met: Option<TransportKey>,
    failed: Option<DialReason>,
}

/// All dials under way.
#[derive(Debug, Default)]
pub(super) struct Dials {
    asked: HashMap<ConnectionId, Asked>,
    manual: BTreeMap<SocketAddr, Manual>,
}

impl Dials {
    fn room(&self) -> usize {
        config::DIALS_AT_ONCE.saturating_sub(self.asked.len())
    }

    /// What a person waits for comes to nothing: the net goes offline.
    pub(super) fn all_failed_offline(&mut self) -> Vec<NetEvent> {
        self.asked.clear();
        let manual = std::mem::take(&mut self.manual);
        let failed = manual.into_keys().map(|address| NetEvent::DialFailed {
            address,
            reason: DialReason::Offline,
        });
        failed.collect()
    }

    /// A peer answered: tell who typed its address.
    pub(super) fn answered(&mut self, peer: TransportKey) -> Vec<NetEvent> {
        let met = self
            .manual
            .extract_if(.., |_, manual| manual.met == Some(peer));
        met.map(|(address, _)| NetEvent::Reached { address, peer })
            .collect()
    }

    /// A peer hung up before it answered.
    pub(super) fn turned_away(&mut self, peer: TransportKey) -> Vec<NetEvent> {
        let met = self
            .manual
            .extract_if(.., |_, manual| manual.met == Some(peer));
        let failed = met.map(|(address, _)| NetEvent::DialFailed {
            address,
            reason: DialReason::NotLetIn,
        });
        failed.collect()
    }
}

impl Task {
    pub(super) fn may_dial(&self) -> bool {
        self.online.is_some() && self.dials.room() > 0
    }

    /// Dials what the keeper and the sightings want dialled now.
    pub(super) fn dial_due(&mut self) {
        if !self.may_dial() {
            return;
        }
        let now = Instant::now();
        for (peer, addresses) in self.keeper.take_due(now, self.dials.room()) {
            let Some(id) = key::peer_id(&peer) else {
                continue;
            };
            let addresses = addresses
                .into_iter()
                .flat_map(|address| dialable(address, &self.local));
            let options = DialOpts::peer_id(id)
                .condition(PeerCondition::Always)
                .addresses(addresses.map(to_multiaddr).collect())
                .build();
            self.dial(options, Asked::Known(peer));
        }
        if self.all_connected() {
            return; // whoever is announced, it is nobody we lack
        }
        for (instance, address) in self.sightings.take_due(now, &self.links, self.dials.room()) {
            self.dial(unknown(address), Asked::Sighting(instance));
        }
    }

    /// Nobody we may connect to is missing.
    pub(super) fn all_connected(&self) -> bool {
        self.wanted
            .members
            .iter()
            .all(|peer| self.links.connected(peer))
    }

    /// A person typed this address.
    pub(super) fn dial_address(&mut self, address: SocketAddr) {
        let addresses = dialable(address, &self.local);
        let manual = self.dials.manual.entry(address).or_default();
        if manual.under_way > 0 || manual.met.is_some() {
            return; // one answer to both
        }
        manual.under_way = addresses.len().max(1);
        if addresses.is_empty() {
            self.manual_failed(address, DialReason::Unreachable);
        }
        for one in addresses {
            self.dial(unknown(one), Asked::Manual(address));
        }
    }

    fn dial(&mut self, options: DialOpts, asked: Asked) {
        let Some(online) = self.online.as_mut() else {
            return;
        };
        let id = options.connection_id();
        match online.swarm.dial(options) {
            Ok(()) => {
                self.dials.asked.insert(id, asked);
            }
            Err(error) => self.dial_failed(asked, &error),
        }
    }

    /// A dial did not lead to a connection.
    pub(super) fn on_dial_error(&mut self, id: ConnectionId, error: &libp2p::swarm::DialError) {
        if let Some(asked) = self.dials.asked.remove(&id) {
            self.dial_failed(asked, error);
        }
    }

    fn dial_failed(&mut self, asked: Asked, error: &libp2p::swarm::DialError) {
        let now = Instant::now();
        match asked {
            Asked::Known(peer) => self.keeper.dial_ended(&peer, now),
            Asked::Sighting(instance) => self.sightings.dial_ended(&instance, None, now),
            Asked::Manual(address) => self.manual_failed(address, dial::reason(error)),
        }
    }

    fn manual_failed(&mut self, address: SocketAddr, reason: DialReason) {
        let Some(manual) = self.dials.manual.get_mut(&address) else {
            return;
        };
        manual.under_way = manual.under_way.saturating_sub(1);
        let reason = manual.failed.take().unwrap_or(reason);
        if manual.under_way > 0 || manual.met.is_some() {
            manual.failed = Some(reason);
            return;
        }
        self.dials.manual.remove(&address);
        self.tell(NetEvent::DialFailed { address, reason });
    }

    /// A dial led to a connection with a member or a guest.
    pub(super) fn on_dialled(&mut self, id: ConnectionId, peer: TransportKey) {
        let now = Instant::now();
        match self.dials.asked.remove(&id) {
            Some(Asked::Known(known)) => self.keeper.dial_ended(&known, now),
            Some(Asked::Sighting(instance)) => {
                self.sightings.dial_ended(&instance, Some(peer), now)
            }
            Some(Asked::Manual(address)) => {
                if let Some(manual) = self.dials.manual.get_mut(&address) {
                    manual.under_way = manual.under_way.saturating_sub(1);
                    manual.met = Some(peer);
                }
                if self.links.is_up(&peer) && self.wanted.members.contains(&peer) {
                    self.tell_reached(peer);
                }
            }
            None => {}
        }
    }

    /// Tells who typed the address of a member that it is reached.
    pub(super) fn tell_reached(&mut self, peer: TransportKey) {
        let reached = self.dials.answered(peer);
        reached.into_iter().for_each(|event| self.tell(event));
    }

    /// The last connection to a peer is gone.
    pub(super) fn on_disconnected(&mut self, peer: TransportKey, lived: Duration) {
        let now = Instant::now();
        self.keeper.disconnected(&peer, lived, now);
        let soon = if lived >= config::STABLE_AFTER {
            config::REDIAL_MIN
        } else {
            config::REDIAL_MAX
        };
        self.sightings.disconnected(peer, soon, now);
        self.dials
            .turned_away(peer)
            .into_iter()
            .for_each(|event| self.tell(event));
    }
}

fn unknown(address: SocketAddr) -> DialOpts {
    DialOpts::unknown_peer_id()
        .address(to_multiaddr(address))
        .build()
}

/// The transport key of a connected peer. All have Ed25519 keys: the gate lets nobody else in.
pub(super) fn key_of(peer: &PeerId) -> Option<TransportKey> {
    key::transport_key(peer)
}
