//! Gossip between the members of a space, sealed: gossipsub shows topics to every peer, and anybody may subscribe to
//! what it has seen.

use std::fmt;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::config::MAX_GOSSIP;
use crate::ids::Topic;

/// Bytes of the random nonce before each message. Long enough that all members may draw theirs blindly.
pub const NONCE_BYTES: usize = 24;

/// Bytes of the authenticator after each message.
const TAG_BYTES: usize = 16;

/// Why a message cannot be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GossipError {
    /// It belongs on a stream.
    #[error("this message is too large for gossip")]
    TooLarge,
    /// Not sealed with this key for this topic, or changed on the way.
    #[error("this gossip message was not sealed by a member")]
    NotOurs,
}

/// Seals and opens what is said on one topic. Wiped from memory when dropped.
#[derive(Clone)]
pub struct GossipKey {
    key: Zeroizing<[u8; 32]>,
    topic: Topic,
}

impl GossipKey {
    pub(crate) fn new(key: [u8; 32], topic: Topic) -> Self {
        Self {
            key: Zeroizing::new(key),
            topic,
        }
    }

    /// The topic this key is for.
    pub fn topic(&self) -> Topic {
        self.topic
    }

    /// nonce 24 ‖ XChaCha20-Poly1305(key, message), the topic as associated data. The nonce must be random.
    pub fn seal(&self, nonce: [u8; NONCE_BYTES], message: &[u8]) -> Result<Vec<u8>, GossipError> {
        if message.len() > MAX_GOSSIP - NONCE_BYTES - TAG_BYTES {
            return Err(GossipError::TooLarge);
        }
        let payload = Payload {
            msg: message,
            aad: &self.topic.0,
        };
        let sealed = self
            .cipher()
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| GossipError::TooLarge)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// The message, if it was sealed with this key for this topic.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, GossipError> {
        if sealed.len() > MAX_GOSSIP {
            return Err(GossipError::TooLarge);
        }
        let (nonce, sealed) = sealed
            .split_at_checked(NONCE_BYTES)
            .ok_or(GossipError::NotOurs)?;
        let payload = Payload {
            msg: sealed,
            aad: &self.topic.0,
        };
        self.cipher()
            .decrypt(XNonce::from_slice(nonce), payload)
            .map_err(|_| GossipError::NotOurs)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.key.as_slice().into())
    }
}

impl fmt::Debug for GossipKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GossipKey({})", self.topic)
    }
}
