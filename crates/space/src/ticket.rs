//! Tickets: a QR code, file or pasted text that lets one device into a space.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;
use zeroize::Zeroizing;

use crate::chain::first;
use crate::codec::Reader;
use crate::config::{MAX_TICKET_ADDRESSES, MAX_TICKET_TEXT};
use crate::copied::{self, Uncopied};
use crate::ids::{DeviceKey, SpaceId, TicketId};
use crate::labels;
use crate::secret::TagKey;

/// The one version of tickets this version of Skein writes and reads.
const VERSION: u8 = 1;
/// What every ticket's text begins with, before its version digit.
const PREFIX: &str = "SKEIN";

/// Why a text or bytes are no ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// It does not begin like one.
    #[error("this is no ticket: a ticket begins with SKEIN1-")]
    NotATicket,
    /// A newer version made it.
    #[error("this ticket needs a newer Skein")]
    Newer,
    /// Its checksum does not fit, or a character cannot be.
    #[error("this ticket is incomplete or mistyped: copy it again, all of it")]
    Mistyped,
    /// Its checksum fits and its fields do not.
    #[error("this ticket makes no sense")]
    Malformed,
    /// It would be too long to show.
    #[error("a ticket holds at most 8 addresses")]
    TooManyAddresses,
}

impl From<Uncopied> for TicketError {
    fn from(error: Uncopied) -> Self {
        match error {
            Uncopied::Other => Self::NotATicket,
            Uncopied::Newer => Self::Newer,
            Uncopied::Mistyped => Self::Mistyped,
        }
    }
}

/// The secret only inviter and joiner know. Wiped from memory when dropped, never shown but within a ticket.
#[derive(Clone, PartialEq, Eq)]
pub struct TicketSecret(Zeroizing<[u8; 32]>);

impl TicketSecret {
    /// From the operating system's randomness or the database.
    pub fn new(secret: [u8; 32]) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// The bytes, for the database.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The ticket's name: first 16 bytes of BLAKE3(label ‖ secret).
    pub fn id(&self) -> TicketId {
        let mut hasher = blake3::Hasher::new();
        hasher
            .update(labels::TICKET_ID.bytes())
            .update(self.0.as_slice());
        TicketId(first(hasher.finalize()))
    }

    /// Marks the open ticket in announcements.
    pub fn tag_key(&self) -> TagKey {
        TagKey::derive(labels::TICKET_TAG, &self.0)
    }

    /// The key of both sides' proofs.
    pub(crate) fn proof_key(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(blake3::derive_key(
            labels::TICKET_KEY.text(),
            self.0.as_slice(),
        ))
    }
}

impl fmt::Debug for TicketSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TicketSecret({})", self.id())
    }
}

/// What a joiner needs to find the inviter, prove itself and know the inviter again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The space it opens.
    pub space: SpaceId,
    /// The device that will answer.
    pub inviter: DeviceKey,
    /// Proves that the joiner holds the ticket.
    pub secret: TicketSecret,
    /// End of validity in seconds since 1970, for display: only the inviter judges it.
    pub expiry_s: u64,
    /// Where the inviter's pairing port was when the ticket was made; at most 8. Of an IPv6 address only the address
    /// itself is kept, no scope.
    pub addresses: Vec<SocketAddr>,
}

impl Ticket {
    /// The bytes of its text; the last four are a checksum.
    pub fn encode(&self) -> Result<Vec<u8>, TicketError> {
        if self.addresses.len() > MAX_TICKET_ADDRESSES {
            return Err(TicketError::TooManyAddresses);
        }
        let mut out = vec![VERSION];
        out.extend_from_slice(&self.space.0);
        out.extend_from_slice(&self.inviter.0);
        out.extend_from_slice(self.secret.bytes());
        out.extend_from_slice(&self.expiry_s.to_le_bytes());
        out.push(self.addresses.len() as u8);
        for address in &self.addresses {
            match address.ip() {
                IpAddr::V4(ip) => {
                    out.push(4);
                    out.extend_from_slice(&ip.octets());
                }
                IpAddr::V6(ip) => {
                    out.push(6);
                    out.extend_from_slice(&ip.octets());
                }
            }
            out.extend_from_slice(&address.port().to_le_bytes());
        }
        Ok(copied::sealed(out))
    }

    /// Reads exactly one ticket.
    pub fn decode(bytes: &[u8]) -> Result<Self, TicketError> {
        let body = copied::unsealed(bytes)?;
        match body.first() {
            Some(&VERSION) => {}
            Some(&version) if version > VERSION => return Err(TicketError::Newer),
            _ => return Err(TicketError::Malformed),
        }
        let mut reader = Reader::new(&body[1..]);
        let ticket = Self::read(&mut reader)?;
        reader.finish().map_err(|_| TicketError::Malformed)?;
        Ok(ticket)
    }

    /// `SKEIN1-` and base32 without padding.
    pub fn text(&self) -> Result<String, TicketError> {
        Ok(format!(
            "{PREFIX}{VERSION}-{}",
            BASE32_NOPAD.encode(&self.encode()?)
        ))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, TicketError> {
        let malformed = |_| TicketError::Malformed;
        let space = SpaceId(reader.array().map_err(malformed)?);
        let inviter = DeviceKey(reader.array().map_err(malformed)?);
        let secret = TicketSecret::new(reader.array().map_err(malformed)?);
        let expiry_s = reader.u64().map_err(malformed)?;
        let count = usize::from(reader.u8().map_err(malformed)?);
        if count > MAX_TICKET_ADDRESSES {
            return Err(TicketError::Malformed);
        }
        let mut addresses = Vec::with_capacity(count);
        for _ in 0..count {
            let ip = match reader.u8().map_err(malformed)? {
                4 => IpAddr::from(reader.array::<4>().map_err(malformed)?),
                6 => IpAddr::from(reader.array::<16>().map_err(malformed)?),
                _ => return Err(TicketError::Malformed),
            };
            addresses.push(SocketAddr::new(ip, reader.u16().map_err(malformed)?));
        }
        Ok(Self {
            space,
            inviter,
            secret,
            expiry_s,
            addresses,
        })
    }
}

/// Reads a ticket as people paste it: case, spaces, line ends and dashes of any kind do not matter.
impl FromStr for Ticket {
    type Err = TicketError;

    fn from_str(text: &str) -> Result<Self, TicketError> {
        let bytes = copied::bytes_of(text, PREFIX, MAX_TICKET_TEXT)?;
        Self::decode(&bytes)
    }
}
