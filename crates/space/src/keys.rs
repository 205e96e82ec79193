//! A device's keys, all from one 32-byte root, and labelled signatures.
//!
//! Neither key does the other's work: the device key signs what the device says, the transport key is the libp2p
//! identity and signs only that it belongs to a device.

use std::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::config::SIG_BYTES;
use crate::ids::{DeviceKey, TransportKey};
use crate::labels::{self, Label};

/// A signature that its key did not make over these bytes with this label, or a key that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not fit the key and what is signed")]
pub struct BadSignature;

/// The secret a device is. Wiped from memory when dropped, never shown.
#[derive(Clone)]
pub struct Root(Zeroizing<[u8; 32]>);

impl Root {
    /// From 32 bytes of the operating system's randomness, or of the profile's root file.
    pub fn new(secret: [u8; 32]) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// The secret bytes, for the file or keystore that keeps them.
    pub fn secret(&self) -> &[u8; 32] {
        &self.0
    }

    /// Signs as the device.
    pub fn signer(&self) -> DeviceSigner {
        self.signer_for(labels::DEVICE)
    }

    /// Signs as what the label names.
    pub(crate) fn signer_for(&self, label: Label) -> DeviceSigner {
        DeviceSigner(SigningKey::from_bytes(&self.derive(label)))
    }

    /// Signs as the libp2p identity: only transport statements and pairing transcripts.
    pub fn transport_signer(&self) -> TransportSigner {
        TransportSigner(SigningKey::from_bytes(&self.derive(labels::TRANSPORT)))
    }

    /// The Ed25519 seed of the libp2p identity, for the network.
    pub fn transport_seed(&self) -> [u8; 32] {
        *self.derive(labels::TRANSPORT)
    }

    /// The device's name.
    pub fn device_key(&self) -> DeviceKey {
        self.signer().device_key()
    }

    /// The public key of the libp2p identity.
    pub fn transport_key(&self) -> TransportKey {
        self.transport_signer().transport_key()
    }

    /// HKDF-SHA-256, no salt, the label as info.
    fn derive(&self, label: Label) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, self.0.as_slice())
            .expand(label.bytes(), key.as_mut_slice())
            .expect("HKDF gives 32 bytes");
        key
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Root(secret)")
    }
}

/// The device's signing key.
#[derive(Clone)]
pub struct DeviceSigner(SigningKey);

impl DeviceSigner {
    /// The device whose name the signatures carry.
    pub fn device_key(&self) -> DeviceKey {
        DeviceKey(self.0.verifying_key().to_bytes())
    }

    /// Signs label ‖ parts. Parts are joined as they are: give fixed lengths, or lengths of their own.
    pub fn sign(&self, label: Label, parts: &[&[u8]]) -> [u8; SIG_BYTES] {
        self.0.sign(&message(label, parts)).to_bytes()
    }
}

impl fmt::Debug for DeviceSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceSigner({})", self.device_key())
    }
}

/// The signing key of the libp2p identity.
#[derive(Clone)]
pub struct TransportSigner(SigningKey);

impl TransportSigner {
    /// The public key of the libp2p identity.
    pub fn transport_key(&self) -> TransportKey {
        TransportKey(self.0.verifying_key().to_bytes())
    }

    /// Signs label ‖ parts, as [`DeviceSigner::sign`].
    pub fn sign(&self, label: Label, parts: &[&[u8]]) -> [u8; SIG_BYTES] {
        self.0.sign(&message(label, parts)).to_bytes()
    }
}

impl fmt::Debug for TransportSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransportSigner({})", self.transport_key())
    }
}

/// Checks a device's signature over label ‖ parts, strictly: no small-order keys, one encoding per signature, so that
/// every device comes to the same verdict.
pub fn verify(
    device: &DeviceKey,
    label: Label,
    parts: &[&[u8]],
    signature: &[u8; SIG_BYTES],
) -> Result<(), BadSignature> {
    strict(&device.0, label, parts, signature)
}

/// Checks a transport key's signature, as [`verify`].
pub fn verify_transport(
    transport: &TransportKey,
    label: Label,
    parts: &[&[u8]],
    signature: &[u8; SIG_BYTES],
) -> Result<(), BadSignature> {
    strict(&transport.0, label, parts, signature)
}

fn strict(
    key: &[u8; 32],
    label: Label,
    parts: &[&[u8]],
    signature: &[u8; SIG_BYTES],
) -> Result<(), BadSignature> {
    let message = message(label, parts);
    let check = || {
        let signature = Signature::from_bytes(signature);
        VerifyingKey::from_bytes(key)
            .is_ok_and(|key| key.verify_strict(&message, &signature).is_ok())
    };
    #[cfg(feature = "recall")]
    let check = || crate::recall::fits(key, &message, signature, check);
    if check() { Ok(()) } else { Err(BadSignature) }
}

fn message(label: Label, parts: &[&[u8]]) -> Vec<u8> {
    let length = label.bytes().len() + parts.iter().map(|part| part.len()).sum::<usize>();
    let mut message = Vec::with_capacity(length);
    message.extend_from_slice(label.bytes());
    for part in parts {
        message.extend_from_slice(part);
    }
    message
}
