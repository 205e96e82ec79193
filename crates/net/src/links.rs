//! The connections that stand, per peer.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use libp2p::swarm::ConnectionId;
use skein_space::TransportKey;
use tokio::time::Instant;

use crate::config;

/// One connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) connection: ConnectionId,
    pub(crate) remote: SocketAddr,
    /// We dialled it, so `remote` is where the peer listens.
    pub(crate) outbound: bool,
    pub(crate) since: Instant,
}

impl Link {
    /// Whether the peer dialled `newer` because this one is dead to it: nobody dials a peer that it is
    /// connected with, both at once only while they meet, and from another address no word of the end
    /// of this one can come.
    fn is_left_for(&self, newer: &Link) -> bool {
        let met = newer.since.duration_since(self.since) < config::HANDSHAKE_DEADLINE;
        !newer.outbound && newer.remote.ip() != self.remote.ip() && !met
    }
}

/// What is known of a connected peer.
#[derive(Debug, Default)]
struct Peer {
    links: Vec<Link>,
    /// It answered on one of them, so its gate let us in too.
    up: bool,
}

/// What a closed connection means for its peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed {
    /// The link that is gone.
    pub(crate) link: Link,
    /// It was the last one.
    pub(crate) last: bool,
    /// The peer had been reported as up.
    pub(crate) was_up: bool,
}

/// All connections to allowed peers.
#[derive(Debug, Default)]
pub(crate) struct Links {
    peers: BTreeMap<TransportKey, Peer>,
}

impl Links {
    /// Notes a connection; returns older ones, to be closed: those beyond
    /// [`config::CONNECTIONS_PER_PEER`], because of three the oldest is the likeliest ghost, and those
    /// that a peer has left behind with its old address.
    pub(crate) fn established(&mut self, peer: TransportKey, link: Link) -> Vec<ConnectionId> {
        let links = &mut self.peers.entry(peer).or_default().links;
        links.push(link);
        let surplus = links.len().saturating_sub(config::CONNECTIONS_PER_PEER);
        let to_close = |(index, old): &(usize, &Link)| *index < surplus || old.is_left_for(&link);
        let old = links.iter().enumerate().filter(to_close);
        old.map(|(_, old)| old.connection).collect()
    }

    /// Forgets a connection.
    pub(crate) fn closed(
        &mut self,
        peer: TransportKey,
        connection: ConnectionId,
    ) -> Option<Closed> {
        let known = self.peers.get_mut(&peer)?;
        let index = known
            .links
            .iter()
            .position(|link| link.connection == connection)?;
        let link = known.links.remove(index);
        let last = known.links.is_empty();
        let was_up = known.up;
        if last {
            self.peers.remove(&peer);
        }
        Some(Closed { link, last, was_up })
    }

    /// The peer answered; true the first time.
    pub(crate) fn answered(&mut self, peer: TransportKey) -> bool {
        match self.peers.get_mut(&peer) {
            Some(known) if !known.up => {
                known.up = true;
                true
            }
            _ => false,
        }
    }

    /// Forgets a peer with all its connections; true if it was up.
    pub(crate) fn forget(&mut self, peer: TransportKey) -> bool {
        self.peers.remove(&peer).is_some_and(|known| known.up)
    }

    /// Whether a connection stands.
    pub(crate) fn connected(&self, peer: &TransportKey) -> bool {
        self.peers.contains_key(peer)
    }

    /// Whether this connection with the peer stands.
    pub(crate) fn has(&self, peer: &TransportKey, connection: ConnectionId) -> bool {
        let known = self.peers.get(peer);
        known.is_some_and(|known| known.links.iter().any(|link| link.connection == connection))
    }

    /// Whether the peer was reported as up.
    pub(crate) fn is_up(&self, peer: &TransportKey) -> bool {
        self.peers.get(peer).is_some_and(|known| known.up)
    }

    /// Every connected peer.
    pub(crate) fn peers(&self) -> impl Iterator<Item = TransportKey> + '_ {
        self.peers.keys().copied()
    }

    /// Every connection with its peer.
    pub(crate) fn all(&self) -> impl Iterator<Item = (TransportKey, &Link)> {
        self.peers
            .iter()
            .flat_map(|(peer, known)| known.links.iter().map(|link| (*peer, link)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: TransportKey = TransportKey([7; 32]);

    fn link(number: usize, remote: &str, outbound: bool, since: Instant) -> Link {
        Link {
            connection: ConnectionId::new_unchecked(number),
            remote: remote.parse().expect("test address"),
            outbound,
            since,
        }
    }

    #[test]
    fn a_peer_that_dials_from_another_address_has_left_its_old_connections() {
        let now = Instant::now();
        let later = now + config::HANDSHAKE_DEADLINE;
        let old = ConnectionId::new_unchecked(0);
        let closed = |newer: Link| {
            let mut links = Links::default();
            assert!(
                links
                    .established(PEER, link(0, "10.0.0.1:1", true, now))
                    .is_empty()
            );
            links.established(PEER, newer)
        };
        assert_eq!(closed(link(1, "10.0.0.9:2", false, later)), [old]);
        let both_at_once = link(1, "10.0.0.9:2", false, now + config::HANDSHAKE_DEADLINE / 2);
        assert_eq!(closed(both_at_once), []);
        assert_eq!(closed(link(1, "10.0.0.1:2", false, later)), []);
        assert_eq!(closed(link(1, "10.0.0.9:2", true, later)), []);
    }

    #[test]
    fn of_three_connections_the_oldest_is_closed() {
        let now = Instant::now();
        let mut links = Links::default();
        for number in 0..2 {
            assert!(
                links
                    .established(PEER, link(number, "10.0.0.1:1", false, now))
                    .is_empty()
            );
        }
        let surplus = links.established(PEER, link(2, "10.0.0.1:1", false, now));
        assert_eq!(surplus, [ConnectionId::new_unchecked(0)]);
    }
}
