//! What the doctor asks of the loop: who is away, where they were, who is announced, and dials for it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use skein_net::{DialReason, NetCommand, NetEvent, StreamEnd};
use skein_space::{DeviceKey, TransportKey};

use super::network::TICKET_LABEL;
use super::{Driver, Reply};
use crate::address;
use crate::config::DOCTOR_ANNOUNCED;
use crate::doctor::{SeenMember, Standing};
use crate::view::Ended;

/// What is remembered for it.
#[derive(Default)]
pub(super) struct Ward {
    /// Devices of shared spaces that are announced, by their name on this network.
    announced: BTreeMap<String, Vec<SocketAddr>>,
    /// Where somebody connected was dialled.
    reached_at: BTreeMap<TransportKey, SocketAddr>,
    /// Connected, and a stream could not be opened.
    mute: BTreeSet<TransportKey>,
    /// Who waits for what comes of an address.
    dials: BTreeMap<SocketAddr, Vec<Reply<Ended>>>,
}

/// What the loop knows.
pub(crate) struct Chart {
    pub(crate) offline: bool,
    pub(crate) searching: bool,
    pub(crate) listening: Vec<SocketAddr>,
    pub(crate) members: Vec<SeenMember>,
    /// Addresses of members that are away, latest first, and addresses people typed.
    pub(crate) kept: Vec<(SocketAddr, Option<DeviceKey>)>,
    /// Addresses that devices of shared spaces announce.
    pub(crate) announced: BTreeSet<SocketAddr>,
}

impl Driver {
    /// Notes what passes by; the event goes its way afterwards.
    pub(super) fn note_for_doctor(&mut self, event: &NetEvent) {
        let ward = &mut self.ward;
        match event {
            NetEvent::Discovered {
                instance,
                addresses,
                labels,
                ..
            } => {
                // Labels of tickets and invitations are no members.
                let ours = labels.iter().any(|label| *label < TICKET_LABEL);
                if !ours {
                    ward.announced.remove(instance);
                } else if ward.announced.len() < DOCTOR_ANNOUNCED
                    || ward.announced.contains_key(instance)
                {
                    ward.announced.insert(instance.clone(), addresses.clone());
                }
            }
            NetEvent::Vanished { instance } => {
                ward.announced.remove(instance);
            }
            NetEvent::WentOffline => ward.announced.clear(),
            NetEvent::PeerAddress { peer, address } => {
                ward.reached_at.insert(*peer, *address);
            }
            NetEvent::PeerDown { peer } => {
                ward.reached_at.remove(peer);
                ward.mute.remove(peer);
            }
            NetEvent::StreamUp { peer, .. } => {
                ward.mute.remove(peer);
            }
            NetEvent::StreamDown {
                peer,
                reason: StreamEnd::NotOpened,
                ..
            } => {
                ward.mute.insert(*peer);
            }
            NetEvent::Reached { address, .. } => ward.answer(*address, Ended::Reached),
            NetEvent::DialFailed { address, reason } => ward.answer(*address, ended(reason)),
            _ => {}
        }
    }

    /// Dials an address for the doctor; answered when it is known what came of it.
    pub(crate) fn dial_for_doctor(&mut self, address: SocketAddr, reply: Reply<Ended>) {
        if self.is_offline() || !self.has_network() {
            let _ = reply.send(Ok(Ended::NoWay));
            return;
        }
        self.ward.dials.entry(address).or_default().push(reply);
        self.net(NetCommand::Dial { address });
    }

    /// What is known now.
    pub(crate) fn chart(&self) -> Chart {
        let announced: BTreeSet<SocketAddr> =
            self.ward.announced.values().flatten().copied().collect();
        let me = self.device();
        let mut members: BTreeMap<DeviceKey, (TransportKey, SeenMember)> = BTreeMap::new();
        for space in self.engine.spaces() {
            if self.engine.role(space).is_none() {
                continue; // out of it, there is nobody here to meet
            }
            let all = self.engine.roster(space).map(|roster| roster.members());
            for member in all.unwrap_or_default() {
                if member.device == me || member.role.is_none() {
                    continue;
                }
                let standing = self.standing(member.transport, &announced);
                members.entry(member.device).or_insert_with(|| {
                    let seen = SeenMember {
                        device: member.device,
                        device_name: member.device_name,
                        standing,
                    };
                    (member.transport, seen)
                });
            }
        }
        let known = self.held.reader().peers().unwrap_or_default();
        let mut kept = Vec::new();
        for (transport, member) in members.values() {
            if member.standing != Standing::Away {
                continue;
            }
            let row = known.iter().find(|row| row.peer == *transport);
            let texts = row.map(|row| row.addresses.as_slice()).unwrap_or_default();
            let addresses = texts
                .iter()
                .filter_map(|(text, _)| address::parse(text).ok());
            kept.extend(addresses.map(|address| (address, Some(member.device))));
        }
        let typed = self.unreached().map(|address| (address, None));
        kept.extend(typed);
        Chart {
            offline: self.is_offline() || !self.has_network(),
            searching: self.searching,
            listening: self.listening_at().to_vec(),
            members: members.into_values().map(|(_, member)| member).collect(),
            kept,
            announced,
        }
    }

    fn standing(&self, peer: TransportKey, announced: &BTreeSet<SocketAddr>) -> Standing {
        if !self.is_connected(peer) {
            return Standing::Away;
        }
        if self.ward.mute.contains(&peer) {
            return Standing::Mute;
        }
        let address = self.ward.reached_at.get(&peer).copied();
        Standing::Connected {
            address,
            announced: address.is_some_and(|address| announced.contains(&address)),
        }
    }
}

impl Ward {
    fn answer(&mut self, address: SocketAddr, ended: Ended) {
        for reply in self.dials.remove(&address).unwrap_or_default() {
            // Whoever asked may have gone.
            let _ = reply.send(Ok(ended));
        }
    }
}

/// Whoever is no member of ours may close before it says who it is, so a handshake that came to nothing
/// says only that something is there.
fn ended(reason: &DialReason) -> Ended {
    match reason {
        DialReason::Refused => Ended::Refused,
        DialReason::TimedOut => Ended::NoAnswer,
        DialReason::Unreachable | DialReason::Offline | DialReason::Other(_) => Ended::NoWay,
        DialReason::NotSkein | DialReason::NoSpaceShared => Ended::Unknown,
        DialReason::NotAMember | DialReason::NotLetIn => Ended::Stranger,
        DialReason::Myself => Ended::Myself,
    }
}
