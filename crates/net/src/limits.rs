//! How many connections may be in their handshake at once: the second behaviour of the swarm.
//!
//! Only inbound ones count. Dials to members stay outside, so that a stranger who fills every place
//! cannot keep members apart.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::net::IpAddr;
use std::task::{Context, Poll};

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm, dummy,
};
use libp2p::{Multiaddr, PeerId};

use crate::addr::from_multiaddr;
use crate::config;

/// Too many handshakes are under way.
#[derive(Debug)]
pub(crate) struct TooMany;

impl fmt::Display for TooMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many handshakes under way")
    }
}

impl std::error::Error for TooMany {}

/// The part of an address that one stranger owns: an IPv4 address, or an IPv6 /64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    V4([u8; 4]),
    V6([u8; 8]),
}

impl Origin {
    pub(crate) fn of(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(ip) => Self::V4(ip.octets()),
            IpAddr::V6(ip) => {
                let [a, b, c, d, e, f, g, h, ..] = ip.octets();
                Self::V6([a, b, c, d, e, f, g, h])
            }
        }
    }
}

/// Counts handshakes under way, per origin.
#[derive(Debug)]
pub(crate) struct Handshakes<K> {
    pending: HashMap<K, Origin>,
}

impl<K> Default for Handshakes<K> {
    fn default() -> Self {
        Self {
            pending: HashMap::new(),
        }
    }
}

impl<K: std::hash::Hash + Eq> Handshakes<K> {
    /// Takes a place, if there is one.
    pub(crate) fn begin(&mut self, id: K, ip: IpAddr) -> Result<(), TooMany> {
        let origin = Origin::of(ip);
        let same = self
            .pending
            .values()
            .filter(|pending| **pending == origin)
            .count();
        if self.pending.len() >= config::PENDING_INBOUND
            || same >= config::PENDING_INBOUND_PER_ADDRESS
        {
            return Err(TooMany);
        }
        self.pending.insert(id, origin);
        Ok(())
    }

    /// Gives the place back.
    pub(crate) fn end(&mut self, id: &K) {
        self.pending.remove(id);
    }
}

/// [`Handshakes`] of the swarm's listeners.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    inbound: Handshakes<ConnectionId>,
}

impl NetworkBehaviour for Limits {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        id: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        let Some(remote) = from_multiaddr(remote) else {
            return Err(ConnectionDenied::new(TooMany));
        };
        self.inbound
            .begin(id, remote.ip())
            .map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.inbound.end(&id);
        Ok(dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        // Also for a stranger: the gate refused before `handle_established` came here.
        if let FromSwarm::ListenFailure(failure) = event {
            self.inbound.end(&failure.connection_id);
        }
    }

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        _: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("test address")
    }

    #[test]
    fn one_address_gets_four_places_and_gives_them_back() {
        let mut handshakes = Handshakes::default();
        for id in 0..4 {
            assert!(handshakes.begin(id, ip("10.0.0.1")).is_ok());
        }
        assert!(handshakes.begin(4, ip("10.0.0.1")).is_err());
        assert!(handshakes.begin(5, ip("10.0.0.2")).is_ok());
        handshakes.end(&2);
        assert!(handshakes.begin(6, ip("10.0.0.1")).is_ok());
    }

    #[test]
    fn a_whole_ipv6_network_of_64_bits_counts_as_one() {
        let mut handshakes = Handshakes::default();
        for id in 0..4 {
            assert!(handshakes.begin(id, ip(&format!("2001:db8::{id}"))).is_ok());
        }
        assert!(handshakes.begin(4, ip("2001:db8::ffff")).is_err());
        assert!(handshakes.begin(5, ip("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn there_are_64_places_in_all() {
        let mut handshakes = Handshakes::default();
        for id in 0..64u32 {
            assert!(handshakes.begin(id, ip(&format!("10.0.{id}.1"))).is_ok());
        }
        assert!(handshakes.begin(64, ip("10.1.0.1")).is_err());
    }
}
