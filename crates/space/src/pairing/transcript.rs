//! What both sides sign and MAC: everything that must be the same for both.

use zeroize::Zeroizing;

use super::PairingError;
use super::message::{Ask, Reason};
use crate::config::{MAX_PEER_ID, PAIRING_PROTOCOL};
use crate::ids::{DeviceKey, SpaceId};
use crate::labels::{self, Label};
use crate::ticket::TicketSecret;

/// Both ends of this connection, as its swarm reports them.
#[derive(Clone, Debug)]
pub(super) struct Peers {
    pub(super) joiner: Vec<u8>,
    pub(super) inviter: Vec<u8>,
}

/// The transcript and the key of the MACs over it.
pub(super) struct Transcript {
    /// Everything after the label "skein/ticket/1".
    body: Vec<u8>,
    key: Zeroizing<[u8; 32]>,
}

impl Transcript {
    /// protocol ‖ space ‖ inviter's device key ‖ both PeerIds (u16 length each), the joiner's first ‖ joiner's device
    /// key, transport key, nonce ‖ inviter's nonce.
    pub(super) fn new(
        secret: &TicketSecret,
        space: &SpaceId,
        inviter: &DeviceKey,
        peers: &Peers,
        ask: &Ask,
        inviter_nonce: &[u8; 32],
    ) -> Result<Self, PairingError> {
        let mut body = PAIRING_PROTOCOL.to_le_bytes().to_vec();
        body.extend_from_slice(&space.0);
        body.extend_from_slice(&inviter.0);
        for peer in [&peers.joiner, &peers.inviter] {
            if peer.is_empty() || peer.len() > MAX_PEER_ID {
                return Err(PairingError::NoMessage);
            }
            body.extend_from_slice(&(peer.len() as u16).to_le_bytes());
            body.extend_from_slice(peer);
        }
        body.extend_from_slice(&ask.device.0);
        body.extend_from_slice(&ask.transport.0);
        body.extend_from_slice(&ask.nonce);
        body.extend_from_slice(inviter_nonce);
        Ok(Self {
            body,
            key: secret.proof_key(),
        })
    }

    /// What the joiner signs under the label [`labels::TICKET`]: with it, the whole transcript.
    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    /// What the inviter signs under the label [`labels::TICKET_MEMBER`]: the whole transcript and the admission's hash.
    pub(super) fn with_admission(&self, admission: &[u8]) -> Vec<u8> {
        [
            labels::TICKET.bytes(),
            &self.body,
            blake3::hash(admission).as_bytes(),
        ]
        .concat()
    }

    /// The joiner's MAC: transcript and names.
    pub(super) fn joiner_mac(&self, names: &[u8]) -> blake3::Hash {
        self.mac(labels::JOINER, names)
    }

    /// The inviter's MAC: transcript and the admission's hash.
    pub(super) fn member_mac(&self, admission: &[u8]) -> blake3::Hash {
        self.mac(labels::MEMBER, blake3::hash(admission).as_bytes())
    }

    /// The inviter's MAC on a refusal.
    pub(super) fn turned_away_mac(&self, reason: Reason) -> blake3::Hash {
        self.mac(labels::TURNED_AWAY, &[reason as u8])
    }

    fn mac(&self, side: Label, tail: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher
            .update(side.bytes())
            .update(labels::TICKET.bytes())
            .update(&self.body)
            .update(tail);
        hasher.finalize()
    }
}

/// Compares in constant time, as BLAKE3's own hashes do.
pub(super) fn mac_fits(expected: blake3::Hash, given: &[u8; 32]) -> Result<(), PairingError> {
    if expected == blake3::Hash::from_bytes(*given) {
        Ok(())
    } else {
        Err(PairingError::WrongProof)
    }
}
