//! Where other devices were reached, and what people typed: kept, and tried again.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Instant;

use skein_net::{DialReason, NetCommand};
use skein_space::{Admission, DeviceKey, SpaceId, TransportKey};
use skein_store::Op;

use super::clock::wall_ms;
use super::{Driver, Reply};
use crate::address;
use crate::config::MANUAL_RETRY;
use crate::view::{PeerAdded, PeerRow};

/// Settings that keep addresses people typed.
const MANUAL: &str = "manual_address/";

fn manual_key(address: SocketAddr) -> String {
    format!("{MANUAL}{}", address::to_text(address))
}

/// Addresses people typed, and who waits for one.
#[derive(Default)]
pub(super) struct Addresses {
    /// Nobody answered there yet in this process.
    unreached: BTreeSet<SocketAddr>,
    retry: Option<Instant>,
    /// Who waits for what came of dialling an address.
    dials: BTreeMap<SocketAddr, Vec<Reply<PeerAdded>>>,
}

impl Addresses {
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.retry
    }
}

impl Driver {
    /// Tells the network where everybody was last reached, and dials what people typed.
    pub(super) fn begin_dialling(&mut self) {
        for row in self.held.reader().peers().unwrap_or_default() {
            let addresses = row.addresses.iter();
            let addresses = addresses.filter_map(|(text, _)| address::parse(text).ok());
            self.net(NetCommand::Known {
                peer: row.peer,
                addresses: addresses.collect(),
            });
        }
        self.addresses.unreached = self.manual().collect();
        self.dial_unreached(Instant::now());
    }

    /// Addresses people typed where nobody answered yet.
    pub(super) fn unreached(&self) -> impl Iterator<Item = SocketAddr> {
        self.addresses.unreached.iter().copied()
    }

    fn manual(&self) -> impl Iterator<Item = SocketAddr> {
        let kept = self.held.reader().locals(MANUAL).unwrap_or_default();
        kept.into_iter()
            .filter_map(|(key, _)| address::parse(&key[MANUAL.len()..]).ok())
    }

    /// Dials, now and again, what people typed and nobody answered at.
    pub(super) fn dial_unreached(&mut self, now: Instant) {
        if self.addresses.unreached.is_empty() || !self.has_network() {
            self.addresses.retry = None;
            return;
        }
        if self.addresses.retry.is_some_and(|due| due > now) {
            return;
        }
        self.addresses.retry = Some(now + MANUAL_RETRY);
        if !self.is_offline() {
            for address in self.addresses.unreached.clone() {
                self.net(NetCommand::Dial { address });
            }
        }
    }

    /// Keeps an address a person typed; answered when it is durable.
    pub(crate) fn keep_manual(&mut self, given: &str, reply: Reply<SocketAddr>) {
        match address::parse(given) {
            Ok(address) => {
                let op = Op::Local(manual_key(address), Some(Vec::new()));
                self.submit_then(vec![op], reply, move |()| address);
            }
            Err(error) => {
                // Whoever asked may have gone.
                let _ = reply.send(Err(error));
            }
        }
    }

    /// Dials an address; answered when somebody is there, or nobody.
    pub(crate) fn dial(&mut self, address: SocketAddr, reply: Reply<PeerAdded>) {
        if let Err(error) = self.must_be_online() {
            let _ = reply.send(Err(error));
            return;
        }
        self.addresses.unreached.insert(address);
        self.addresses
            .retry
            .get_or_insert_with(|| Instant::now() + MANUAL_RETRY);
        self.addresses.dials.entry(address).or_default().push(reply);
        self.net(NetCommand::Dial { address });
    }

    pub(super) fn reached(&mut self, address: SocketAddr, peer: TransportKey) {
        self.addresses.unreached.remove(&address);
        self.keep_address(peer, address);
        let member = self.engine.member_by_transport(peer);
        self.answer_dials(address, true, member.map(|member| member.device));
    }

    pub(super) fn not_reached(&mut self, address: SocketAddr, reason: &DialReason) {
        tracing::info!("{address} was not reached: {reason}");
        self.answer_dials(address, false, None);
    }

    fn answer_dials(&mut self, address: SocketAddr, reached: bool, device: Option<DeviceKey>) {
        for reply in self.addresses.dials.remove(&address).unwrap_or_default() {
            let added = PeerAdded {
                address: address::to_text(address),
                reached,
                device,
            };
            // Whoever asked may have gone.
            let _ = reply.send(Ok(added));
        }
    }

    pub(super) fn keep_address(&mut self, peer: TransportKey, address: SocketAddr) {
        self.submit(vec![Op::PeerAddress {
            peer,
            address: address::to_text(address),
            seen_ms: wall_ms(),
        }]);
    }

    /// This device has just joined: keep where the inviter was said to be, and dial it.
    pub(crate) fn entered(&mut self, space: SpaceId, admission: &Admission) {
        self.remember_told_name(space, &admission.space_name);
        let peer = admission.transport;
        let addresses = admission.addresses.iter();
        let addresses: Vec<SocketAddr> = addresses
            .filter_map(|text| address::parse(text).ok())
            .collect();
        for address in addresses.iter().rev() {
            self.keep_address(peer, *address);
        }
        self.net(NetCommand::Known { peer, addresses });
    }

    /// Everybody in some space, and addresses nobody answered at yet.
    pub(crate) fn peer_rows(&self) -> Vec<PeerRow> {
        let known = self.held.reader().peers().unwrap_or_default();
        let me = self.device();
        let mut rows: BTreeMap<DeviceKey, PeerRow> = BTreeMap::new();
        for space in self.engine.spaces() {
            let members = self.engine.roster(space).map(|roster| roster.members());
            for member in members.unwrap_or_default() {
                if member.device == me || member.role.is_none() {
                    continue;
                }
                let kept = known.iter().find(|row| row.peer == member.transport);
                let addresses = kept.map(|row| row.addresses.clone()).unwrap_or_default();
                let last = addresses.iter().map(|(_, seen_ms)| *seen_ms).max();
                rows.entry(member.device).or_insert_with(|| PeerRow {
                    device: Some(member.device),
                    person: Some(member.person),
                    online: self.is_connected(member.transport),
                    last_seen_ms: self.last_seen(member.device).max(last),
                    addresses: addresses.into_iter().map(|(text, _)| text).collect(),
                });
            }
        }
        let answered: BTreeSet<&String> = rows.values().flat_map(|row| &row.addresses).collect();
        let silent = self.manual().map(address::to_text);
        let silent: Vec<String> = silent.filter(|text| !answered.contains(text)).collect();
        let silent = silent.into_iter().map(|text| PeerRow {
            device: None,
            person: None,
            addresses: vec![text],
            online: false,
            last_seen_ms: None,
        });
        rows.into_values().chain(silent).collect()
    }
}
