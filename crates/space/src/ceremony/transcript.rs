//! What both sides must see alike: who is connected, who they are, and what is given.

use super::emoji::Row;
use super::message::{Commit, Offer, put_admissions};
use crate::codec::put_text;
use crate::config::{MAX_PEER_ID, PAIRING_PROTOCOL};
use crate::labels::{self, Label};
use crate::pairing::PairingError;

/// Both ends of this connection, as its swarm reports them.
#[derive(Clone, Debug)]
pub(super) struct Peers {
    pub(super) guest: Vec<u8>,
    pub(super) host: Vec<u8>,
}

/// Everything that is known before the nonces: T0.
pub(super) struct Facts(Vec<u8>);

impl Facts {
    /// protocol ‖ invitation ‖ both PeerIds (u16 length each), the guest's first ‖ host's device and transport key ‖
    /// guest's device and transport key ‖ what is given ([`super::Grant`]) ‖ host's names ‖ guest's names.
    pub(super) fn new(peers: &Peers, offer: &Offer, guest: &Commit) -> Result<Self, PairingError> {
        let mut out = PAIRING_PROTOCOL.to_le_bytes().to_vec();
        out.extend_from_slice(&offer.invitation.0);
        for peer in [&peers.guest, &peers.host] {
            if peer.is_empty() || peer.len() > MAX_PEER_ID {
                return Err(PairingError::NoMessage);
            }
            out.extend_from_slice(&(peer.len() as u16).to_le_bytes());
            out.extend_from_slice(peer);
        }
        for key in [
            &offer.device.0,
            &offer.transport.0,
            &guest.device.0,
            &guest.transport.0,
        ] {
            out.extend_from_slice(key);
        }
        offer.grant.put(&mut out)?;
        for name in [
            &offer.person,
            &offer.device_name,
            &guest.person,
            &guest.device_name,
        ] {
            put_text(&mut out, name)?;
        }
        Ok(Self(out))
    }

    /// What the guest commits to before it knows the host's nonce.
    pub(super) fn commitment(&self, guest_nonce: &[u8; 32]) -> blake3::Hash {
        hash(labels::PAIR_COMMIT, &[guest_nonce, &self.0])
    }

    /// The facts and both nonces: T, which both sides sign.
    pub(super) fn with(self, guest_nonce: &[u8; 32], host_nonce: &[u8; 32]) -> Transcript {
        Transcript([&self.0[..], guest_nonce, host_nonce].concat())
    }
}

/// T: what both sides sign before either shows anything.
pub(super) struct Transcript(Vec<u8>);

impl Transcript {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// What both people compare.
    pub(super) fn row(&self) -> Row {
        Row::of(&hash(labels::PAIR_SAS, &[&self.0]))
    }

    /// What the host signs under [`labels::PAIR_WELCOME`].
    pub(super) fn with_admissions(&self, admissions: &[Vec<u8>]) -> Vec<u8> {
        let all = put_admissions(admissions);
        [&self.0[..], blake3::hash(&all).as_bytes()].concat()
    }
}

fn hash(label: Label, parts: &[&[u8]]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(label.bytes());
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize()
}
