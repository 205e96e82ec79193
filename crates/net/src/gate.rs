//! Who may connect: the first behaviour of the swarm.
//!
//! It refuses peers outside the allowed set after Noise told who they are and before any protocol
//! runs. It must stand first: a behaviour that refuses after gossipsub leaves the stranger in
//! gossipsub's tables for ever.

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
        f.write_str("not a member of any space here")
    }
}

impl std::error::Error for Stranger {}

/// Lets allowed peers through and closes the others.
#[derive(Default)]
pub(crate) struct Gate {
    members: HashSet<PeerId>,
    /// Who was a member once, and when each was last let in.
    former: HashMap<PeerId, Option<Instant>>,
    established: HashMap<PeerId, usize>,
    closing: VecDeque<PeerId>,
    waker: Option<Waker>,
}

impl Gate {
    /// Replaces the allowed sets and closes connections of peers that are no longer what they were.
    pub(crate) fn allow(&mut self, members: HashSet<PeerId>, former: &HashSet<PeerId>) {
        let before = std::mem::replace(&mut self.members, members);
        let mut let_in = std::mem::take(&mut self.former);
        let another = |peer: &&PeerId| {
            let was = (before.contains(*peer), let_in.contains_key(*peer));
            was != (self.members.contains(*peer), former.contains(*peer))
        };
        let out: Vec<PeerId> = self.established.keys().filter(another).copied().collect();
        for peer in former {
            self.former
                .insert(*peer, let_in.remove(peer).unwrap_or_default());
        }
        self.close(out);
    }

    /// Closes the connections of those who had time enough to be told that they are out.
    pub(crate) fn tend(&mut self, now: Instant) {
        let over = |peer: &&PeerId| {
            let let_in = self.former.get(*peer).copied().flatten();
            let_in.is_some_and(|at| now >= at + config::FORMER_OPEN)
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
        let now = Instant::now();
        let lets_in = self.members.contains(peer)
            || self.former.get_mut(peer).is_some_and(|let_in| {
                if let_in.is_none_or(|at| now >= at + config::FORMER_PAUSE) {
                    *let_in = Some(now);
                }
                let_in.is_some_and(|at| now < at + config::FORMER_OPEN)
            });
        if lets_in {
            Ok(dummy::ConnectionHandler)
        } else {
            Err(ConnectionDenied::new(Stranger))
        }
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
