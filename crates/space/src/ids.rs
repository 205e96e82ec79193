//! Names of things: fixed-length byte strings, each its own type.
//!
//! All are shown, parsed and serialised as lower-case hex. Ordering is that of the bytes.

use std::fmt;
use std::str::FromStr;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text that is no id of the type it was read as.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} hexadecimal digits for a {what}")]
pub struct BadId {
    /// The type that was asked for.
    pub what: &'static str,
    /// Digits it has.
    pub expected: usize,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $len;

            /// The bytes.
            pub fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// All bytes zero: "none" in fields that must be there.
            pub const ZERO: Self = Self([0; $len]);

            /// Whether this is [`Self::ZERO`].
            pub fn is_zero(&self) -> bool {
                *self == Self::ZERO
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), HEXLOWER.encode(&self.0))
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                let bad = || BadId { what: stringify!($name), expected: 2 * $len };
                let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map_err(|_| bad())?;
                Ok(Self(bytes.try_into().map_err(|_| bad())?))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    };
}

id!(/// Names a space: from its founder's device key and a nonce.
    SpaceId, 16);
id!(/// A device's name in every log: its Ed25519 public key.
    DeviceKey, 32);
id!(/// The Ed25519 public key of a device's libp2p identity. The PeerId is computed from it.
    TransportKey, 32);
id!(/// One life of a device in one space: 16 random bytes, new after a restore, a clone or a rejoin.
    Incarnation, 16);
id!(/// Names a note: 16 random bytes, or the space id for the space's own note.
    NoteId, 16);
id!(/// Names a chain: the hash of its space, device, incarnation and log.
    ChainId, 16);
id!(/// BLAKE3 of an entry's header: the entry's name.
    EntryHash, 32);
id!(/// The first 16 bytes of an [`EntryHash`]: what deps, cuts and Heads carry.
    ShortHash, 16);
id!(/// 16 random bytes that make something unique: a session, a space.
    Nonce, 16);
id!(/// Names a ticket without giving its secret away.
    TicketId, 16);
id!(/// Names an open invitation: 16 random bytes.
    InvitationId, 16);
id!(/// Names a space's secret by the lowerings its maker knew.
    SecretLabel, 32);
id!(/// Names a space's gossip topic.
    Topic, 32);

impl EntryHash {
    /// What a reference to this entry carries.
    pub fn short(&self) -> ShortHash {
        let mut short = [0; 16];
        short.copy_from_slice(&self.0[..16]);
        ShortHash(short)
    }
}

impl PartialEq<EntryHash> for ShortHash {
    fn eq(&self, other: &EntryHash) -> bool {
        *self == other.short()
    }
}
