//! Rows of small things: secrets, tickets, drafts, addresses of peers.

use std::fmt;

use skein_space::{DeviceKey, NoteId, Role, SecretLabel, SpaceId, TicketId, TransportKey};

use super::{In, Indexed, Named, Out, Row, RowError};

/// The secrets of one label of a space.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretRow {
    /// Names them by the lowerings their makers knew.
    pub label: SecretLabel,
    /// The secrets, the one in use first.
    pub secrets: Vec<[u8; 32]>,
}

/// An open ticket this device gave out.
#[derive(Clone, PartialEq, Eq)]
pub struct TicketRow {
    /// Its id, which gives nothing away.
    pub ticket: TicketId,
    /// The space it lets into.
    pub space: SpaceId,
    /// What the joiner proves.
    pub secret: [u8; 32],
    /// What the joiner becomes.
    pub role: Role,
    /// When it ends, Unix seconds by this device's clock.
    pub expiry_s: u64,
    /// The pairing port that was written into it.
    pub port: u16,
    /// The device that used it, once one did.
    pub bound: Option<DeviceKey>,
}

/// Something a person wrote that could not be sealed, kept for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRow {
    /// The space.
    pub space: SpaceId,
    /// The note.
    pub note: NoteId,
    /// When it was put here, Unix milliseconds.
    pub made_ms: i64,
    /// The raw update.
    pub update: Vec<u8>,
    /// The words it writes, as far as they can be read.
    pub text: String,
    /// Why it could not be sealed.
    pub reason: String,
}

/// Where a peer was last reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerRow {
    /// Its libp2p identity.
    pub peer: TransportKey,
    /// Addresses with the time they last worked (Unix milliseconds), newest first.
    pub addresses: Vec<(String, i64)>,
}

impl DraftRow {
    /// Names the draft among those of its note, by what was written: the same words twice are one draft, so
    /// that writing it again after an error makes no second one.
    pub fn id(&self) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new();
        for part in [
            &self.update[..],
            self.text.as_bytes(),
            self.reason.as_bytes(),
        ] {
            hasher
                .update(&(part.len() as u64).to_le_bytes())
                .update(part);
        }
        let mut id = [0; 16];
        id.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        id
    }
}

impl fmt::Debug for SecretRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretRow({})", self.label)
    }
}

impl fmt::Debug for TicketRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TicketRow({}, bound {:?})", self.ticket, self.bound)
    }
}

/// `secrets`: (space, label) → this.
pub(crate) struct SecretBody(pub Vec<[u8; 32]>);

impl Row for SecretBody {
    const VERSION: u8 = 1;

    fn write(&self, out: &mut Out, _: Indexed<'_>) {
        self.0.iter().for_each(|secret| out.raw(secret));
    }

    fn read(_: u8, input: &mut In<'_>, _: Named<'_>) -> Result<Self, RowError> {
        let (secrets, rest) = input.rest().as_chunks();
        if secrets.is_empty() || !rest.is_empty() {
            return Err(RowError("these are no secrets of 32 bytes each"));
        }
        Ok(Self(secrets.to_vec()))
    }
}

impl Row for TicketRow {
    const VERSION: u8 = 1;

    fn write(&self, out: &mut Out, _: Indexed<'_>) {
        out.raw(&self.ticket.0);
        out.raw(&self.space.0);
        out.raw(&self.secret);
        out.u8(Role::code(Some(self.role)));
        out.num(self.expiry_s);
        out.num(u64::from(self.port));
        out.u8(u8::from(self.bound.is_some()));
        if let Some(device) = &self.bound {
            out.raw(&device.0);
        }
    }

    fn read(_: u8, input: &mut In<'_>, _: Named<'_>) -> Result<Self, RowError> {
        Ok(Self {
            ticket: TicketId(input.array()?),
            space: SpaceId(input.array()?),
            secret: input.array()?,
            role: Role::from_code(input.u8()?)
                .flatten()
                .ok_or(RowError("the ticket's role is not known"))?,
            expiry_s: input.num()?,
            port: input.small()?,
            bound: if input.flag()? {
                Some(DeviceKey(input.array()?))
            } else {
                None
            },
        })
    }
}

impl Row for DraftRow {
    const VERSION: u8 = 1;

    fn write(&self, out: &mut Out, _: Indexed<'_>) {
        out.raw(&self.space.0);
        out.raw(&self.note.0);
        out.signed(self.made_ms);
        out.blob(&self.update);
        out.blob(self.text.as_bytes());
        out.blob(self.reason.as_bytes());
    }

    fn read(_: u8, input: &mut In<'_>, _: Named<'_>) -> Result<Self, RowError> {
        Ok(Self {
            space: SpaceId(input.array()?),
            note: NoteId(input.array()?),
            made_ms: input.signed()?,
            update: input.blob()?.to_vec(),
            text: input.text()?,
            reason: input.text()?,
        })
    }
}

impl Row for PeerRow {
    const VERSION: u8 = 1;

    fn write(&self, out: &mut Out, _: Indexed<'_>) {
        out.raw(&self.peer.0);
        out.num(self.addresses.len() as u64);
        for (address, seen_ms) in &self.addresses {
            out.blob(address.as_bytes());
            out.signed(*seen_ms);
        }
    }

    fn read(_: u8, input: &mut In<'_>, _: Named<'_>) -> Result<Self, RowError> {
        let peer = TransportKey(input.array()?);
        let count = input.count(2)?;
        let mut addresses = Vec::with_capacity(count);
        for _ in 0..count {
            addresses.push((input.text()?, input.signed()?));
        }
        Ok(Self { peer, addresses })
    }
}

/// `meta` and `local`: name → bytes of the caller's.
pub(crate) struct BytesBody(pub Vec<u8>);

impl Row for BytesBody {
    const VERSION: u8 = 1;

    fn write(&self, out: &mut Out, _: Indexed<'_>) {
        out.raw(&self.0);
    }

    fn read(_: u8, input: &mut In<'_>, _: Named<'_>) -> Result<Self, RowError> {
        Ok(Self(input.rest().to_vec()))
    }
}
