//! Who may connect: the first behaviour of the swarm.
//!
//! Everybody here has shown a secret of one of our spaces (`knock`), and Noise told who it is.
//! Members stay. Who is no member is a **guest**: let in for a moment, for streams alone, so that it
//! can show its admission by somebody we have not heard of yet, or hear that it is out. The gate must
//! stand first: a behaviour that refuses after gossipsub leaves the peer in gossipsub's tables for ever.

use std::collections::{HashMap, HashSet, VecDeque};
use std::convert::Infallible;
use std::fmt;
use std::task::{Context, Poll, Waker};

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::swarm::behaviour::{ConnectionClosed, ConnectionEstablished};
use libp2p::swarm::{
    CloseConnection, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler,
    THandlerInEvent, THandlerOutEvent, ToSwarm, dummy,
};
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

use crate::config;

/// The reason of a refusal; told apart from other failures of a dial.
#[derive(Debug)]
pub(crate) struct Stranger;

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no member here, and not a guest now")
    }
}

impl std::error::Error for Stranger {}

/// Lets members through, guests for a moment, and closes the others.
#[derive(Default)]
pub(crate) struct Gate {
    members: HashSet<PeerId>,
    /// When each guest was last let in.
    guests: HashMap<PeerId, Instant>,
    established: HashMap<PeerId, usize>,
    closing: VecDeque<PeerId>,
    waker: Option<Waker>,
}

impl Gate {
    /// Replaces the members and closes connections of peers that are no longer what they were.
    pub(crate) fn allow(&mut self, members: HashSet<PeerId>) {
        let before = std::mem::replace(&mut self.members, members);
        let another = |peer: &&PeerId| before.contains(*peer) != self.members.contains(*peer);
        let out: Vec<PeerId> = self.established.keys().filter(another).copied().collect();
        self.guests.retain(|peer, _| !self.members.contains(peer));
        self.close(out);
    }

    /// Closes the connections of guests whose moment is over.
    pub(crate) fn tend(&mut self, now: Instant) {
        let over = |peer: &&PeerId| {
            let let_in = self.guests.get(*peer);
            let_in.is_some_and(|at| now >= *at + config::GUEST_OPEN)
        };
        let out = self.established.keys().filter(over).copied().collect();
        self.close(out);
    }

    fn close(&mut self, peers: Vec<PeerId>) {
        self.closing.extend(peers);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn check(&mut self, peer: &PeerId) -> Result<dummy::ConnectionHandler, ConnectionDenied> {
        let lets_in = self.members.contains(peer) || self.is_guest(peer, Instant::now());
        if lets_in {
            Ok(dummy::ConnectionHandler)
        } else {
            Err(ConnectionDenied::new(Stranger))
        }
    }

    fn is_guest(&mut self, peer: &PeerId, now: Instant) -> bool {
        self.guests.retain(|_, at| now < *at + config::GUEST_PAUSE);
        let is_here = |at: &Instant| now < *at + config::GUEST_OPEN;
        if let Some(at) = self.guests.get(peer) {
            return is_here(at);
        }
        let here = self.guests.values().filter(|at| is_here(at)).count();
        let room = here < config::GUESTS_AT_ONCE && self.guests.len() < config::GUESTS_REMEMBERED;
        if room {
            self.guests.insert(*peer, now);
        }
        room
    }
}

impl NetworkBehaviour for Gate {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.check(&peer)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.check(&peer)
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        match event {
            FromSwarm::ConnectionEstablished(ConnectionEstablished { peer_id, .. }) => {
                *self.established.entry(peer_id).or_default() += 1;
            }
            FromSwarm::ConnectionClosed(ConnectionClosed {
                peer_id,
                remaining_established: 0,
                ..
            }) => {
                self.established.remove(&peer_id);
            }
            _ => {}
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

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        // Also when the peer was let in again meanwhile: its streams are gone on our side already.
        if let Some(peer_id) = self.closing.pop_front() {
            return Poll::Ready(ToSwarm::CloseConnection {
                peer_id,
                connection: CloseConnection::All,
            });
        }
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn guests_are_few_and_come_once_a_minute_and_members_are_none() {
        let (mut gate, now) = (Gate::default(), Instant::now());
        let peers: Vec<PeerId> = (0..=config::GUESTS_AT_ONCE)
            .map(|_| PeerId::random())
            .collect();
        let (last, first) = peers.split_last().expect("some");
        assert!(first.iter().all(|peer| gate.is_guest(peer, now)));
        assert!(!gate.is_guest(last, now), "one too many");
        assert!(gate.is_guest(&first[0], now), "still here");
        gate.allow(HashSet::from([*last]));
        assert!(gate.check(last).is_ok(), "a member");
        let over = now + config::GUEST_OPEN;
        assert!(!gate.is_guest(&first[0], over), "its moment is over");
        assert!(
            gate.is_guest(&PeerId::random(), over),
            "there is room again"
        );
        assert!(gate.is_guest(&first[0], now + config::GUEST_PAUSE));
    }

    #[test]
    fn made_up_identities_take_no_memory_without_end() {
        let (mut gate, now) = (Gate::default(), Instant::now());
        for number in 0..10_000 {
            gate.is_guest(&PeerId::random(), now + Duration::from_millis(100 * number));
            assert!(gate.guests.len() <= config::GUESTS_REMEMBERED);
        }
    }
}
