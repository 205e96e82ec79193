//! Gossipsub, set up for a handful of devices that know each other.

use std::collections::HashSet;
use std::task::{Context, Poll};

use either::Either;
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::gossipsub::{
    AllowAllSubscriptionFilter, Behaviour, ConfigBuilder, Event, IdentTopic, IdentityTransform,
    MaxCountSubscriptionFilter, Message, MessageAcceptance, MessageAuthenticity, MessageId,
    TopicHash, ValidationMode,
};
use libp2p::swarm::behaviour::{ConnectionClosed, ConnectionEstablished};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm, dummy,
};
use libp2p::{Multiaddr, PeerId};
use skein_space::Topic;

use crate::command::{GossipId, Verdict};
use crate::config;
use crate::key::peer_id;

type Inner = Behaviour<IdentityTransform, MaxCountSubscriptionFilter<AllowAllSubscriptionFilter>>;

/// Gossipsub that tells our topics to a peer on each of its connections.
///
/// Gossipsub itself tells them on the first only. A peer that restarts while we still hold its old
/// connection would never learn them, and nothing in its mesh upkeep would notice (rust-libp2p
/// #5097). Hearing them twice is harmless.
pub(crate) struct Gossip {
    inner: Inner,
    connections: Vec<(PeerId, ConnectionId, libp2p::core::ConnectedPoint)>,
    /// Who has a part in it.
    members: HashSet<PeerId>,
    /// Connections of others: gossipsub has no handler on them and does not know of them. Its own
    /// blacklist refuses what they say and still sends them everything.
    outside: HashSet<ConnectionId>,
}

/// What stands against publishing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PublishRefused {
    /// Larger than [`config::GOSSIP_MAX_BYTES`].
    TooLarge,
    /// Nobody is there, all queues are full, or it was said already. All of that is gossip's right.
    Dropped,
}

impl Gossip {
    pub(crate) fn new() -> Self {
        let mut builder = ConfigBuilder::default();
        builder
            .validation_mode(ValidationMode::Anonymous)
            .validate_messages()
            .message_id_fn(message_id)
            .max_transmit_size(config::GOSSIP_TRANSMIT_MAX_BYTES)
            // With 2 to 20 devices the water marks of large networks are never reached.
            .mesh_n(4)
            .mesh_n_low(2)
            .mesh_n_high(8)
            .mesh_outbound_min(1);
        let gossip = builder
            .build()
            .expect("constant settings that gossipsub accepts (tested)");
        // Also topics that are not ours: a peer announces each one once, and one that we join later
        // would otherwise stay unknown. Only members are connected, and 64 hashes cost nothing.
        let filter = MaxCountSubscriptionFilter {
            filter: AllowAllSubscriptionFilter::default(),
            max_subscribed_topics: config::TOPICS_MAX,
            max_subscriptions_per_request: config::TOPICS_MAX,
        };
        let inner =
            Behaviour::new_with_subscription_filter(MessageAuthenticity::Anonymous, gossip, filter)
                .expect("anonymous messages and anonymous validation fit (tested)");
        Self {
            inner,
            connections: Vec::new(),
            members: HashSet::new(),
            outside: HashSet::new(),
        }
    }

    pub(crate) fn subscribe(&mut self, topic: &Topic) {
        if let Err(error) = self.inner.subscribe(&ident(topic)) {
            tracing::debug!(?error, "subscription failed");
        }
    }

    pub(crate) fn unsubscribe(&mut self, topic: &Topic) {
        self.inner.unsubscribe(&ident(topic));
    }

    pub(crate) fn publish(&mut self, topic: &Topic, bytes: Vec<u8>) -> Result<(), PublishRefused> {
        if bytes.len() > config::GOSSIP_MAX_BYTES {
            return Err(PublishRefused::TooLarge);
        }
        self.inner
            .publish(ident(topic).hash(), bytes)
            .map(drop)
            .map_err(|error| {
                tracing::trace!(%error, "gossip dropped");
                PublishRefused::Dropped
            })
    }

    /// Who has a part in gossip on connections that begin from now on.
    pub(crate) fn keep_to(&mut self, members: HashSet<PeerId>) {
        self.members = members;
    }

    pub(crate) fn validate(&mut self, id: &GossipId, verdict: Verdict) {
        let Some(from) = peer_id(&id.from) else {
            return;
        };
        let acceptance = match verdict {
            Verdict::Accept => MessageAcceptance::Accept,
            Verdict::Ignore => MessageAcceptance::Ignore,
        };
        self.inner.report_message_validation_result(
            &MessageId::new(&id.message),
            &from,
            acceptance,
        );
    }

    /// Peers in gossipsub's tables.
    #[cfg(test)]
    pub(crate) fn peers(&self) -> usize {
        self.inner.all_peers().count()
    }

    fn stays_out(&mut self, connection: ConnectionId, peer: &PeerId) -> bool {
        !self.members.contains(peer) && self.outside.insert(connection)
    }

    fn on_established(&mut self, established: ConnectionEstablished<'_>) {
        let ConnectionEstablished {
            peer_id,
            connection_id,
            endpoint,
            ..
        } = established;
        self.connections
            .push((peer_id, connection_id, endpoint.clone()));
        self.inner
            .on_swarm_event(FromSwarm::ConnectionEstablished(ConnectionEstablished {
                other_established: 0,
                ..established
            }));
    }

    fn on_closed(&mut self, closed: ConnectionClosed<'_>) {
        self.connections
            .retain(|(_, id, _)| *id != closed.connection_id);
        self.inner
            .on_swarm_event(FromSwarm::ConnectionClosed(closed));
        // The closed one may have been a ghost that took our topics to the grave: say them again.
        let left = self
            .connections
            .iter()
            .find(|(peer, _, _)| *peer == closed.peer_id);
        if let Some((peer_id, connection_id, endpoint)) = left {
            self.inner
                .on_swarm_event(FromSwarm::ConnectionEstablished(ConnectionEstablished {
                    peer_id: *peer_id,
                    connection_id: *connection_id,
                    endpoint,
                    failed_addresses: &[],
                    other_established: 0,
                }));
        }
    }
}

fn message_id(message: &Message) -> MessageId {
    MessageId::new(blake3::hash(&message.data).as_bytes())
}

fn ident(topic: &Topic) -> IdentTopic {
    IdentTopic::new(topic.to_string())
}

/// The topic of a received message, if it is one of ours.
pub(crate) fn topic_of<'a>(
    hash: &TopicHash,
    ours: impl IntoIterator<Item = &'a Topic>,
) -> Option<Topic> {
    ours.into_iter()
        .find(|topic| topic.to_string() == hash.as_str())
        .copied()
}

impl NetworkBehaviour for Gossip {
    type ConnectionHandler =
        Either<<Inner as NetworkBehaviour>::ConnectionHandler, dummy::ConnectionHandler>;
    type ToSwarm = Event;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if self.stays_out(connection, &peer) {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        self.inner
            .handle_established_inbound_connection(connection, peer, local, remote)
            .map(Either::Left)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port_use: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if self.stays_out(connection, &peer) {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        self.inner
            .handle_established_outbound_connection(connection, peer, address, role, port_use)
            .map(Either::Left)
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        match event {
            FromSwarm::ConnectionEstablished(established)
                if self.outside.contains(&established.connection_id) => {}
            FromSwarm::ConnectionClosed(closed) if self.outside.remove(&closed.connection_id) => {}
            FromSwarm::AddressChange(change) if self.outside.contains(&change.connection_id) => {}
            FromSwarm::ConnectionEstablished(established) => self.on_established(established),
            FromSwarm::ConnectionClosed(closed) => self.on_closed(closed),
            other => self.inner.on_swarm_event(other),
        }
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {
            Either::Left(event) => self
                .inner
                .on_connection_handler_event(peer, connection, event),
            Either::Right(never) => match never {},
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Event, THandlerInEvent<Self>>> {
        self.inner.poll(cx).map(|event| event.map_in(Either::Left))
    }
}
