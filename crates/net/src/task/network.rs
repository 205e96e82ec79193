//! What the swarm reports.

use libp2p::core::ConnectedPoint;
use libp2p::swarm::{ConnectionId, SwarmEvent};
use libp2p::{PeerId, gossipsub, ping};
use tokio::time::Instant;

use crate::addr::from_multiaddr;
use crate::command::{GossipId, StreamId, Verdict};
use crate::config;
use crate::event::{NetEvent, StreamEnd};
use crate::gossip::topic_of;
use crate::links::Link;
use crate::swarm::SkeinEvent;
use crate::task::Task;
use crate::task::dials::key_of;

impl Task {
    pub(super) fn on_swarm(&mut self, event: SwarmEvent<SkeinEvent>) {
        match event {
            SwarmEvent::Behaviour(SkeinEvent::Ping(ping::Event {
                peer,
                result: Ok(_),
                ..
            })) => self.on_answer(&peer),
            SwarmEvent::Behaviour(SkeinEvent::Streams(opened)) => self.on_opened(opened),
            SwarmEvent::Behaviour(SkeinEvent::Gossip(gossipsub::Event::Message {
                propagation_source,
                message_id,
                message,
            })) => self.on_gossip(&propagation_source, &message_id, message),
            SwarmEvent::ConnectionEstablished {
                peer_id,
                connection_id,
                endpoint,
                ..
            } => self.on_established(&peer_id, connection_id, &endpoint),
            SwarmEvent::ConnectionClosed {
                peer_id,
                connection_id,
                cause,
                ..
            } => {
                let from_here = cause.is_none();
                tracing::debug!(%connection_id, cause = ?cause.map(|cause| cause.to_string()), "connection closed");
                if from_here {
                    self.streams_closed_with(connection_id);
                } else {
                    self.streams_outlive(connection_id);
                }
                self.on_closed(&peer_id, connection_id);
            }
            SwarmEvent::OutgoingConnectionError {
                connection_id,
                error,
                ..
            } => {
                tracing::debug!(%connection_id, %error, "dial failed");
                self.on_dial_error(connection_id, &error);
            }
            _ => {} // strangers and rubbish: nobody needs to hear of each
        }
    }

    fn on_established(&mut self, id: &PeerId, connection: ConnectionId, endpoint: &ConnectedPoint) {
        let (Some(peer), Some(remote)) =
            (key_of(id), from_multiaddr(endpoint.get_remote_address()))
        else {
            return;
        };
        if self.leaving.contains(&peer) {
            // It is back before its last frames were taken: the old time with it ends first.
            self.drop_peer(peer);
        }
        let link = Link {
            connection,
            remote,
            outbound: endpoint.is_dialer(),
            since: Instant::now(),
        };
        let surplus = self.links.established(peer, link);
        self.keeper.connected(&peer);
        if let Some(online) = self.online.as_mut() {
            for old in surplus {
                online.swarm.close_connection(old);
            }
        }
        if link.outbound {
            self.keeper.reached(peer, remote, Instant::now());
            if self.wanted.members.contains(&peer) {
                self.tell(NetEvent::PeerAddress {
                    peer,
                    address: remote,
                });
            }
        }
        self.on_dialled(connection, peer);
    }

    /// The peer let us in: it answers.
    pub(super) fn on_answer(&mut self, id: &PeerId) {
        let Some(peer) = key_of(id) else { return };
        if self.links.answered(peer) {
            self.tell(NetEvent::PeerUp { peer });
        }
        if self.wanted.members.contains(&peer) {
            self.tell_reached(peer);
        }
    }

    fn on_closed(&mut self, id: &PeerId, connection: ConnectionId) {
        let Some(peer) = key_of(id) else { return };
        let Some(closed) = self.links.closed(peer, connection) else {
            return;
        };
        if !closed.last {
            return;
        }
        self.on_disconnected(peer, closed.link.since.elapsed());
        // Streams that were never open have nothing more to say; the others still hand over what
        // came before the end.
        let opening: Vec<StreamId> = self
            .opening
            .iter()
            .filter(|(_, of)| **of == peer)
            .map(|(id, _)| *id)
            .collect();
        for stream in opening {
            self.stream_down(stream, StreamEnd::Lost);
        }
        if !closed.was_up {
            return;
        }
        if self.streams.values().any(|running| running.peer == peer) {
            self.leaving.insert(peer);
        } else {
            self.tell(NetEvent::PeerDown { peer });
        }
    }

    fn on_gossip(&mut self, from: &PeerId, id: &gossipsub::MessageId, message: gossipsub::Message) {
        let (Some(from), Ok(hash)) = (key_of(from), <[u8; 32]>::try_from(id.0.as_slice())) else {
            return;
        };
        let id = GossipId {
            message: hash,
            from,
        };
        let topic = topic_of(&message.topic, &self.wanted.topics);
        let room = self.pending.len() < config::PENDING_GOSSIP;
        match topic.filter(|_| room && self.links.connected(&from)) {
            Some(topic) => self.tell(NetEvent::Gossip {
                id,
                topic,
                bytes: message.data,
            }),
            None => {
                if let Some(gossip) = self.gossip() {
                    gossip.validate(&id, Verdict::Ignore);
                }
            }
        }
    }
}
