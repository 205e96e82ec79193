//! What each command does.

use std::collections::{BTreeSet, HashSet};

use libp2p::PeerId;
use skein_space::{Topic, TransportKey};
use tokio::time::Instant;

use crate::command::{Announcement, NetCommand};
use crate::config;
use crate::event::{DialReason, NetEvent, TroubleCode};
use crate::gossip::PublishRefused;
use crate::key;
use crate::task::Task;
use crate::watch::Change;

impl Task {
    pub(super) async fn on_command(&mut self, command: NetCommand) {
        match command {
            NetCommand::Allow {
                members,
                current,
                former,
            } => {
                self.keyring.replace(current, former);
                self.allow(members);
            }
            NetCommand::Known { peer, addresses } => {
                let connected = self.links.connected(&peer);
                self.keeper
                    .known(peer, addresses, connected, Instant::now());
            }
            NetCommand::Dial { address } => match self.online {
                Some(_) => self.dial_address(address),
                None => self.tell(NetEvent::DialFailed {
                    address,
                    reason: DialReason::Offline,
                }),
            },
            NetCommand::OpenStream { peer, stream } => self.open_stream(peer, stream),
            NetCommand::CloseStream { stream } => self.close_stream(stream),
            NetCommand::Subscribe(topic) => self.subscribe(topic),
            NetCommand::Unsubscribe(topic) => {
                if self.wanted.topics.remove(&topic)
                    && let Some(gossip) = self.gossip()
                {
                    gossip.unsubscribe(&topic);
                }
            }
            NetCommand::Publish { topic, bytes } => self.publish(&topic, bytes),
            NetCommand::Validate { id, verdict } => {
                if let Some(gossip) = self.gossip() {
                    gossip.validate(&id, verdict);
                }
            }
            NetCommand::Announce(announcement) => self.announce(announcement),
            NetCommand::Offline(offline) => self.set_offline(offline).await,
            NetCommand::NetworkChanged => self.network_changed(&Change {
                woke: true,
                ..Change::default()
            }),
        }
    }

    pub(super) fn gossip(&mut self) -> Option<&mut crate::gossip::Gossip> {
        self.online.as_mut()?.swarm.behaviour_mut().gossip.as_mut()
    }

    fn allow(&mut self, members: BTreeSet<TransportKey>) {
        // Who is something else now comes again as that.
        let another = self.wanted.members.symmetric_difference(&members);
        let another: Vec<TransportKey> = another.copied().collect();
        self.keeper.allow(&members, Instant::now());
        self.wanted.members = members;
        self.tell_gate();
        for peer in another {
            if self.wanted.members.contains(&peer) {
                self.tell_reached(peer);
            }
            if self.links.connected(&peer) || self.leaving.contains(&peer) {
                self.drop_peer(peer);
            }
        }
    }

    /// Who may connect, and who of them has a part in gossip.
    pub(super) fn tell_gate(&mut self) {
        let Some(online) = self.online.as_mut() else {
            return;
        };
        let ids = self.wanted.members.iter().filter_map(key::peer_id);
        let members: HashSet<PeerId> = ids.collect();
        let behaviour = online.swarm.behaviour_mut();
        behaviour.gate.allow(members.clone());
        if let Some(gossip) = behaviour.gossip.as_mut() {
            gossip.keep_to(members);
        }
    }

    fn subscribe(&mut self, topic: Topic) {
        if self.wanted.topics.len() >= config::TOPICS_MAX && !self.wanted.topics.contains(&topic) {
            self.tell(NetEvent::Trouble {
                code: TroubleCode::TooManyTopics,
                text: format!("gossip is limited to {} spaces", config::TOPICS_MAX),
            });
        } else if self.wanted.topics.insert(topic)
            && let Some(gossip) = self.gossip()
        {
            gossip.subscribe(&topic);
        }
    }

    fn publish(&mut self, topic: &Topic, bytes: Vec<u8>) {
        let length = bytes.len();
        if let Some(gossip) = self.gossip()
            && let Err(PublishRefused::TooLarge) = gossip.publish(topic, bytes)
        {
            self.tell(NetEvent::Trouble {
                code: TroubleCode::GossipTooLarge,
                text: format!("a gossip message of {length} bytes was not sent"),
            });
        }
    }

    fn announce(&mut self, announcement: Announcement) {
        let events = self
            .sightings
            .recognise(announcement.tags.clone(), Instant::now());
        events.into_iter().for_each(|event| self.tell(event));
        self.wanted.announcement = announcement;
        let discovery = self
            .online
            .as_ref()
            .and_then(|online| online.discovery.as_ref());
        if let Some(Err(error)) =
            discovery.map(|discovery| discovery.announce(&self.wanted.announcement))
        {
            self.tell(NetEvent::Trouble {
                code: TroubleCode::Discovery,
                text: format!("cannot announce this device nearby: {error}"),
            });
        }
    }
}
