//! Opens and accepts streams of one protocol on the connections of the swarm.
//!
//! libp2p-stream does this too, but opens on a connection picked at random, which may be the ghost of
//! a peer that restarted, and drops inbound streams while its one-place queue is full.

use std::collections::{HashMap, VecDeque};
use std::task::{Context, Poll, Waker};

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::core::upgrade::ReadyUpgrade;
use libp2p::swarm::behaviour::{ConnectionClosed, ConnectionEstablished};
use libp2p::swarm::handler::{
    ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound,
};
use libp2p::swarm::{
    ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm,
    NetworkBehaviour, NotifyHandler, Stream, StreamProtocol, SubstreamProtocol, THandler,
    THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId};

use crate::command::StreamId;
use crate::config;

/// The protocol of the framed streams.
pub(crate) const SYNC_PROTOCOL: StreamProtocol = StreamProtocol::new("/skein/sync/1");

/// What became of a stream.
#[derive(Debug)]
pub(crate) enum Opened {
    /// We asked for it.
    Outbound {
        peer: PeerId,
        connection: ConnectionId,
        id: StreamId,
        stream: Stream,
    },
    /// The peer asked for it.
    Inbound {
        peer: PeerId,
        connection: ConnectionId,
        stream: Stream,
    },
    /// It could not be opened.
    Failed { id: StreamId },
}

/// Opens streams on the newest connection of a peer and accepts those of peers.
#[derive(Default)]
pub(crate) struct Streams {
    connections: HashMap<PeerId, Vec<ConnectionId>>,
    asked: HashMap<StreamId, (PeerId, ConnectionId)>,
    events: VecDeque<ToSwarm<Opened, StreamId>>,
    waker: Option<Waker>,
}

impl Streams {
    /// Asks for a stream; answered by [`Opened`]. False when the peer has no connection.
    pub(crate) fn open(&mut self, peer: PeerId, id: StreamId) -> bool {
        let Some(newest) = self
            .connections
            .get(&peer)
            .and_then(|all| all.last())
            .copied()
        else {
            return false;
        };
        self.asked.insert(id, (peer, newest));
        self.events.push_back(ToSwarm::NotifyHandler {
            peer_id: peer,
            handler: NotifyHandler::One(newest),
            event: id,
        });
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
        true
    }

    fn closed(&mut self, peer: PeerId, connection: ConnectionId) {
        if let Some(all) = self.connections.get_mut(&peer) {
            all.retain(|id| *id != connection);
            if all.is_empty() {
                self.connections.remove(&peer);
            }
        }
        let lost = self.asked.extract_if(|_, asked| asked.1 == connection);
        let lost: Vec<StreamId> = lost.map(|(id, _)| id).collect();
        for id in lost {
            self.open_elsewhere(peer, connection, id);
        }
    }

    /// A connection failed a stream: when both ends dialled at once it was one too many, and the peer is
    /// there on a newer one.
    fn open_elsewhere(&mut self, peer: PeerId, failed: ConnectionId, id: StreamId) {
        let newest = self.connections.get(&peer).and_then(|all| all.last());
        if newest.is_none_or(|newest| *newest == failed) || !self.open(peer, id) {
            self.events
                .push_back(ToSwarm::GenerateEvent(Opened::Failed { id }));
        }
    }
}

impl NetworkBehaviour for Streams {
    type ConnectionHandler = Handler;
    type ToSwarm = Opened;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::default())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::default())
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        match event {
            FromSwarm::ConnectionEstablished(ConnectionEstablished {
                peer_id,
                connection_id,
                ..
            }) => self
                .connections
                .entry(peer_id)
                .or_default()
                .push(connection_id),
            FromSwarm::ConnectionClosed(ConnectionClosed {
                peer_id,
                connection_id,
                ..
            }) => self.closed(peer_id, connection_id),
            _ => {}
        }
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        let opened = match event {
            Negotiated::Inbound(stream) => Opened::Inbound {
                peer,
                connection,
                stream,
            },
            Negotiated::Outbound(id, stream) => match self.asked.get(&id) {
                Some(asked) if asked.1 == connection => {
                    self.asked.remove(&id);
                    Opened::Outbound {
                        peer,
                        connection,
                        id,
                        stream,
                    }
                }
                _ => return, // already reported as failed, or asked for on another connection
            },
            Negotiated::Failed(id) => {
                if self
                    .asked
                    .get(&id)
                    .is_some_and(|asked| asked.1 == connection)
                {
                    self.asked.remove(&id);
                    self.open_elsewhere(peer, connection, id);
                }
                return;
            }
        };
        self.events.push_back(ToSwarm::GenerateEvent(opened));
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Opened, THandlerInEvent<Self>>> {
        if let Some(event) = self.events.pop_front() {
            return Poll::Ready(event);
        }
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

/// What a connection reports.
#[derive(Debug)]
pub(crate) enum Negotiated {
    Inbound(Stream),
    Outbound(StreamId, Stream),
    Failed(StreamId),
}

/// The end of [`Streams`] on one connection.
#[derive(Default)]
pub(crate) struct Handler {
    wanted: VecDeque<StreamId>,
    ready: VecDeque<Negotiated>,
}

impl ConnectionHandler for Handler {
    type FromBehaviour = StreamId;
    type ToBehaviour = Negotiated;
    type InboundProtocol = ReadyUpgrade<StreamProtocol>;
    type OutboundProtocol = ReadyUpgrade<StreamProtocol>;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = StreamId;

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        SubstreamProtocol::new(ReadyUpgrade::new(SYNC_PROTOCOL), ())
            .with_timeout(config::OPEN_DEADLINE)
    }

    /// Members stay connected; the gate closes who is no member, silence who is not there.
    fn connection_keep_alive(&self) -> bool {
        true
    }

    fn on_behaviour_event(&mut self, id: StreamId) {
        self.wanted.push_back(id);
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, StreamId, Negotiated>> {
        if let Some(negotiated) = self.ready.pop_front() {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(negotiated));
        }
        if let Some(id) = self.wanted.pop_front() {
            let protocol = SubstreamProtocol::new(ReadyUpgrade::new(SYNC_PROTOCOL), id)
                .with_timeout(config::OPEN_DEADLINE);
            return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
        }
        Poll::Pending // both queues fill only in calls that are followed by a poll
    }

    fn on_connection_event(
        &mut self,
        event: ConnectionEvent<Self::InboundProtocol, Self::OutboundProtocol, (), StreamId>,
    ) {
        let negotiated = match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
                protocol, ..
            }) => Negotiated::Inbound(protocol),
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound {
                protocol,
                info,
            }) => Negotiated::Outbound(info, protocol),
            ConnectionEvent::DialUpgradeError(DialUpgradeError { info, .. }) => {
                Negotiated::Failed(info)
            }
            _ => return,
        };
        self.ready.push_back(negotiated);
    }
}
