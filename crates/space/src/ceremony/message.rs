//! The messages of a ceremony: type u8 ‖ body. The types follow those of the ticket exchange, which shares the
//! protocol: the first frame of a connection says which of the two it is.

use super::grant::Grant;
use crate::codec::{Reader, put_text};
use crate::config::{MAX_ADMISSION, MAX_BEFORE_PROOF, MAX_OWN_SPACES, PAIRING_PROTOCOL, SIG_BYTES};
use crate::ids::{DeviceKey, InvitationId, TransportKey};
use crate::pairing::PairingError;

/// The first type: whatever begins with it or more is of a ceremony.
pub const FIRST_CODE: u8 = 16;

const WELCOME: u8 = FIRST_CODE + 6;

/// One message, as it stands in one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CeremonyMessage {
    /// 16, guest: who invites here?
    Call,
    /// 17, host: who, and what is given.
    Offer(Offer),
    /// 18, guest: who I am, and a nonce that I will not change any more.
    Commit(Commit),
    /// 19, host: a nonce, 32 random bytes. From here on the exchange counts.
    Nonce([u8; 32]),
    /// 20, guest: the nonce, and proof of my keys.
    Reveal(Reveal),
    /// 21, host: proof of my keys.
    Countersign(Signatures),
    /// 22, host: my person picked your row. The admissions.
    Welcome(Welcome),
    /// 23, host: no, and why.
    Declined(Decline),
}

/// What an open invitation says of itself to whoever calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Names the invitation.
    pub invitation: InvitationId,
    /// What it gives.
    pub grant: Grant,
    /// The inviting device.
    pub device: DeviceKey,
    /// Its ordinary libp2p identity, not the one of this connection.
    pub transport: TransportKey,
    /// The inviting person's name, at most 256 bytes.
    pub person: String,
    /// The inviting device's name, at most 256 bytes.
    pub device_name: String,
}

impl Offer {
    /// The name under which a guest takes it whose person is called so: another device of the same person has theirs.
    pub fn person_of_guest<'a>(&'a self, person: &'a str) -> &'a str {
        match self.grant {
            Grant::Space { .. } => person,
            Grant::Own(_) => &self.person,
        }
    }
}

/// Who asks, and what it commits to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The guest's device.
    pub device: DeviceKey,
    /// Its ordinary libp2p identity.
    pub transport: TransportKey,
    /// The person's name, at most 256 bytes.
    pub person: String,
    /// The device's name, at most 256 bytes.
    pub device_name: String,
    /// Hash of its nonce and of everything both sides must see alike.
    pub commitment: [u8; 32],
}

/// Signatures of the transcript by both keys of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signatures {
    /// By the device key.
    pub device: [u8; SIG_BYTES],
    /// By the ordinary transport key.
    pub transport: [u8; SIG_BYTES],
}

/// What opens a commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reveal {
    /// The nonce committed to.
    pub nonce: [u8; 32],
    /// The transport key over space, device and names, for the Member entry ([`crate::Statement`]) of each space given.
    pub statement_sigs: Vec<[u8; SIG_BYTES]>,
    /// Over the transcript.
    pub signatures: Signatures,
}

/// Admissions and who gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Welcome {
    /// Over transcript and hash of the admissions.
    pub signatures: Signatures,
    /// An encoded [`crate::Admission`] to each space given, in that order.
    pub admissions: Vec<Vec<u8>>,
}

/// Why a guest is not let in. Unsigned: who can say it could as well cut the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[repr(u8)]
pub enum Decline {
    /// The person chose "none of these".
    #[error("the pictures were not the same on the other screen")]
    NotSeen = 1,
    /// The person picked another row; the invitation is over.
    #[error("other pictures were picked on the other screen, so that invitation is over")]
    WrongPick = 2,
    /// The invitation was closed, or its time is over.
    #[error("the invitation is closed")]
    Closed = 3,
    /// Somebody else is asking, or did a moment ago.
    #[error("somebody else is asking just now")]
    Busy = 4,
    /// Too many have asked.
    #[error("somebody else keeps asking: use a ticket")]
    UseTicket = 5,
    /// Nobody answered on the other screen.
    #[error("nobody answered on the other screen")]
    TooLate = 6,
}

impl Decline {
    const ALL: [Self; 6] = [
        Self::NotSeen,
        Self::WrongPick,
        Self::Closed,
        Self::Busy,
        Self::UseTicket,
        Self::TooLate,
    ];
}

impl CeremonyMessage {
    /// The frame's bytes.
    ///
    /// # Errors
    /// A name or an admission that is too long.
    pub fn encode(&self) -> Result<Vec<u8>, PairingError> {
        let mut out = vec![self.code()];
        match self {
            Self::Call => out.extend_from_slice(&PAIRING_PROTOCOL.to_le_bytes()),
            Self::Offer(offer) => put_offer(&mut out, offer)?,
            Self::Commit(commit) => {
                out.extend_from_slice(&commit.device.0);
                out.extend_from_slice(&commit.transport.0);
                put_text(&mut out, &commit.person)?;
                put_text(&mut out, &commit.device_name)?;
                out.extend_from_slice(&commit.commitment);
            }
            Self::Nonce(nonce) => out.extend_from_slice(nonce),
            Self::Reveal(reveal) => {
                out.extend_from_slice(&reveal.nonce);
                out.push(reveal.statement_sigs.len() as u8);
                out.extend_from_slice(reveal.statement_sigs.as_flattened());
                put_signatures(&mut out, &reveal.signatures);
            }
            Self::Countersign(signatures) => put_signatures(&mut out, signatures),
            Self::Welcome(welcome) => {
                put_signatures(&mut out, &welcome.signatures);
                out.extend_from_slice(&put_admissions(&welcome.admissions));
            }
            Self::Declined(why) => out.push(*why as u8),
        }
        if out.len() > limit(out[0]) {
            Err(PairingError::NoMessage)
        } else {
            Ok(out)
        }
    }

    /// Reads exactly one message, at most as long as its kind may be.
    ///
    /// # Errors
    /// Bytes that are none, and the version of a guest that speaks another protocol.
    pub fn decode(bytes: &[u8]) -> Result<Self, PairingError> {
        let mut reader = Reader::new(bytes);
        let code = reader.u8()?;
        if bytes.len() > limit(code) {
            return Err(PairingError::NoMessage);
        }
        let message = match code {
            16 if reader.u16()? == PAIRING_PROTOCOL => Self::Call,
            16 => return Err(PairingError::OtherVersion),
            17 => Self::Offer(read_offer(&mut reader)?),
            18 => Self::Commit(Commit {
                device: DeviceKey(reader.array()?),
                transport: TransportKey(reader.array()?),
                person: reader.text()?,
                device_name: reader.text()?,
                commitment: reader.array()?,
            }),
            19 => Self::Nonce(reader.array()?),
            20 => Self::Reveal(Reveal {
                nonce: reader.array()?,
                statement_sigs: read_statement_sigs(&mut reader)?,
                signatures: read_signatures(&mut reader)?,
            }),
            21 => Self::Countersign(read_signatures(&mut reader)?),
            WELCOME => Self::Welcome(Welcome {
                signatures: read_signatures(&mut reader)?,
                admissions: read_admissions(&mut reader)?,
            }),
            23 => {
                let code = reader.u8()?;
                let why = Decline::ALL.into_iter().find(|why| *why as u8 == code);
                Self::Declined(why.ok_or(PairingError::NoMessage)?)
            }
            _ => return Err(PairingError::NoMessage),
        };
        reader.finish()?;
        Ok(message)
    }

    fn code(&self) -> u8 {
        FIRST_CODE
            + match self {
                Self::Call => 0,
                Self::Offer(_) => 1,
                Self::Commit(_) => 2,
                Self::Nonce(_) => 3,
                Self::Reveal(_) => 4,
                Self::Countersign(_) => 5,
                Self::Welcome(_) => 6,
                Self::Declined(_) => 7,
            }
    }
}

fn limit(code: u8) -> usize {
    if code == WELCOME {
        MAX_ADMISSION
    } else {
        MAX_BEFORE_PROOF
    }
}

/// Count u8, then length u32 ‖ admission: as they are sent and signed.
pub(super) fn put_admissions(admissions: &[Vec<u8>]) -> Vec<u8> {
    let mut out = vec![admissions.len() as u8];
    for admission in admissions {
        out.extend_from_slice(&(admission.len() as u32).to_le_bytes());
        out.extend_from_slice(admission);
    }
    out
}

fn read_admissions(reader: &mut Reader<'_>) -> Result<Vec<Vec<u8>>, PairingError> {
    let mut admissions = Vec::new();
    for _ in 0..read_count(reader)? {
        let length = reader.u32()? as usize;
        admissions.push(reader.take(length)?.to_vec());
    }
    Ok(admissions)
}

fn read_statement_sigs(reader: &mut Reader<'_>) -> Result<Vec<[u8; SIG_BYTES]>, PairingError> {
    let count = read_count(reader)?;
    let sigs = (0..count).map(|_| reader.array());
    Ok(sigs.collect::<Result<_, _>>()?)
}

/// Of spaces given.
fn read_count(reader: &mut Reader<'_>) -> Result<usize, PairingError> {
    match usize::from(reader.u8()?) {
        count @ 1..=MAX_OWN_SPACES => Ok(count),
        _ => Err(PairingError::NoMessage),
    }
}

fn put_offer(out: &mut Vec<u8>, offer: &Offer) -> Result<(), PairingError> {
    out.extend_from_slice(&offer.invitation.0);
    offer.grant.put(out)?;
    out.extend_from_slice(&offer.device.0);
    out.extend_from_slice(&offer.transport.0);
    put_text(out, &offer.person)?;
    put_text(out, &offer.device_name)?;
    Ok(())
}

fn read_offer(reader: &mut Reader<'_>) -> Result<Offer, PairingError> {
    Ok(Offer {
        invitation: InvitationId(reader.array()?),
        grant: Grant::read(reader)?,
        device: DeviceKey(reader.array()?),
        transport: TransportKey(reader.array()?),
        person: reader.text()?,
        device_name: reader.text()?,
    })
}

fn put_signatures(out: &mut Vec<u8>, signatures: &Signatures) {
    out.extend_from_slice(&signatures.device);
    out.extend_from_slice(&signatures.transport);
}

fn read_signatures(reader: &mut Reader<'_>) -> Result<Signatures, PairingError> {
    Ok(Signatures {
        device: reader.array()?,
        transport: reader.array()?,
    })
}
