//! A space's secret and what is derived from it: finding each other and gossip. Admission is the roster's alone.

use std::fmt;

use zeroize::Zeroizing;

use crate::gossip::GossipKey;
use crate::ids::Topic;
use crate::labels::{self, Label};

/// 32 random bytes that the members of a space hand each other. Wiped from memory when dropped, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SpaceSecret(Zeroizing<[u8; 32]>);

impl SpaceSecret {
    /// From the operating system's randomness, the database, or a member.
    pub fn new(secret: [u8; 32]) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// The bytes, for the database and for members. Of several secrets with one label the smallest is used.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The name of the space's gossip topic while this secret is current.
    pub fn topic(&self) -> Topic {
        Topic(blake3::derive_key(labels::TOPIC.text(), self.0.as_slice()))
    }

    /// Seals and opens the space's gossip while this secret is current.
    pub fn gossip_key(&self) -> GossipKey {
        GossipKey::new(
            blake3::derive_key(labels::GOSSIP.text(), self.0.as_slice()),
            self.topic(),
        )
    }

    /// Marks the space in announcements.
    pub fn tag_key(&self) -> TagKey {
        TagKey::derive(labels::TAG, &self.0)
    }

    /// Shows another holder that this device holds it too.
    pub fn knock_key(&self) -> KnockKey {
        KnockKey(Zeroizing::new(blake3::derive_key(
            labels::KNOCK.text(),
            self.0.as_slice(),
        )))
    }
}

impl fmt::Debug for SpaceSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SpaceSecret(secret)")
    }
}

/// Makes the tags by which those who share a secret recognise each other's announcements, and nobody else does.
#[derive(Clone, PartialEq, Eq)]
pub struct TagKey(Zeroizing<[u8; 32]>);

impl TagKey {
    /// Bytes of a tag.
    pub const TAG_BYTES: usize = 8;

    /// The tag everybody knows: an invitation is open here.
    pub fn pairing() -> Self {
        Self::derive(labels::PAIRING_TAG, &[0; 32])
    }

    pub(crate) fn derive(label: Label, secret: &[u8; 32]) -> Self {
        Self(Zeroizing::new(blake3::derive_key(label.text(), secret)))
    }

    /// The tag under one announcement's nonce (its TXT value `n`).
    pub fn tag(&self, nonce: &[u8; 16]) -> [u8; Self::TAG_BYTES] {
        crate::chain::first(blake3::keyed_hash(&self.0, nonce))
    }
}

impl fmt::Debug for TagKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TagKey(secret)")
    }
}

/// Proves to somebody who holds the same secret that this device does, under two fresh nonces; tells nobody else anything.
#[derive(Clone, PartialEq, Eq)]
pub struct KnockKey(Zeroizing<[u8; 32]>);

impl KnockKey {
    /// Bytes of a proof.
    pub const PROOF_BYTES: usize = 16;

    /// What the side that dialled shows. `nonces` is the listener's, then the dialler's.
    pub fn dialler(&self, nonces: &[u8; 32]) -> [u8; Self::PROOF_BYTES] {
        self.proof(b'd', nonces)
    }

    /// What the side that listens answers.
    pub fn listener(&self, nonces: &[u8; 32]) -> [u8; Self::PROOF_BYTES] {
        self.proof(b'l', nonces)
    }

    fn proof(&self, side: u8, nonces: &[u8; 32]) -> [u8; Self::PROOF_BYTES] {
        let mut said = [side; 33];
        said[1..].copy_from_slice(nonces);
        crate::chain::first(blake3::keyed_hash(&self.0, &said))
    }
}

impl fmt::Debug for KnockKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnockKey(secret)")
    }
}
