//! The messages of a pairing: type u8 ‖ body.

use super::PairingError;
use crate::codec::{Reader, put_text};
use crate::config::{MAX_ADMISSION, MAX_BEFORE_PROOF, SIG_BYTES};
use crate::ids::{DeviceKey, TicketId, TransportKey};

/// One message, as it stands in one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PairingMessage {
    /// 1, joiner: which ticket, who I am.
    Ask(Ask),
    /// 2, inviter: a nonce, 32 random bytes.
    Nonce([u8; 32]),
    /// 3, joiner: my names, and proof of ticket and keys.
    Proof(Proof),
    /// 4, inviter: the admission, and proof of ticket and keys.
    Admit(Admit),
    /// 5, inviter: no, and why.
    TurnedAway(TurnedAway),
}

/// A joiner's first message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Names the ticket.
    pub ticket: TicketId,
    /// The joiner's device.
    pub device: DeviceKey,
    /// The joiner's ordinary libp2p identity, not the one of this connection.
    pub transport: TransportKey,
    /// 32 random bytes.
    pub nonce: [u8; 32],
}

/// A joiner's proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The person's name, at most 256 bytes.
    pub person: String,
    /// The device's name, at most 256 bytes.
    pub device_name: String,
    /// The transport key over space, device and names, for the Member entry ([`crate::Statement`]).
    pub statement_sig: [u8; SIG_BYTES],
    /// MAC over transcript and names, with the key from the ticket's secret.
    pub mac: [u8; 32],
    /// The device key over the transcript.
    pub device_sig: [u8; SIG_BYTES],
    /// The transport key over the transcript.
    pub transport_sig: [u8; SIG_BYTES],
}

/// An inviter's proof and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admit {
    /// MAC over transcript and hash of the admission.
    pub mac: [u8; 32],
    /// The device key over the same.
    pub device_sig: [u8; SIG_BYTES],
    /// The inviter's ordinary transport key over the same.
    pub transport_sig: [u8; SIG_BYTES],
    /// An encoded [`super::Admission`].
    pub admission: Vec<u8>,
}

/// Why a joiner with a good proof is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Reason {
    /// Another device used the ticket.
    Used = 1,
    /// Its time is over.
    Expired = 2,
}

/// An inviter's refusal after the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnedAway {
    /// What to tell the person.
    pub reason: Reason,
    /// MAC over transcript and reason, so that nobody between can spoil a ticket by saying it is used.
    pub mac: [u8; 32],
}

impl PairingMessage {
    /// The frame's bytes.
    pub fn encode(&self) -> Result<Vec<u8>, PairingError> {
        let mut out = vec![self.code()];
        match self {
            Self::Ask(ask) => {
                out.extend_from_slice(&ask.ticket.0);
                out.extend_from_slice(&ask.device.0);
                out.extend_from_slice(&ask.transport.0);
                out.extend_from_slice(&ask.nonce);
            }
            Self::Nonce(nonce) => out.extend_from_slice(nonce),
            Self::Proof(proof) => {
                put_text(&mut out, &proof.person)?;
                put_text(&mut out, &proof.device_name)?;
                out.extend_from_slice(&proof.statement_sig);
                out.extend_from_slice(&proof.mac);
                out.extend_from_slice(&proof.device_sig);
                out.extend_from_slice(&proof.transport_sig);
            }
            Self::Admit(admit) => {
                out.extend_from_slice(&admit.mac);
                out.extend_from_slice(&admit.device_sig);
                out.extend_from_slice(&admit.transport_sig);
                out.extend_from_slice(&admit.admission);
            }
            Self::TurnedAway(away) => {
                out.push(away.reason as u8);
                out.extend_from_slice(&away.mac);
            }
        }
        if out.len() > limit(out[0]) {
            Err(PairingError::NoMessage)
        } else {
            Ok(out)
        }
    }

    /// Reads exactly one message, at most as long as its kind may be.
    pub fn decode(bytes: &[u8]) -> Result<Self, PairingError> {
        let mut reader = Reader::new(bytes);
        let code = reader.u8()?;
        if bytes.len() > limit(code) {
            return Err(PairingError::NoMessage);
        }
        let message = match code {
            1 => Self::Ask(Ask {
                ticket: TicketId(reader.array()?),
                device: DeviceKey(reader.array()?),
                transport: TransportKey(reader.array()?),
                nonce: reader.array()?,
            }),
            2 => Self::Nonce(reader.array()?),
            3 => Self::Proof(read_proof(&mut reader)?),
            4 => Self::Admit(Admit {
                mac: reader.array()?,
                device_sig: reader.array()?,
                transport_sig: reader.array()?,
                admission: reader.take(reader.left())?.to_vec(),
            }),
            5 => Self::TurnedAway(TurnedAway {
                reason: read_reason(&mut reader)?,
                mac: reader.array()?,
            }),
            _ => return Err(PairingError::NoMessage),
        };
        reader.finish()?;
        Ok(message)
    }

    fn code(&self) -> u8 {
        match self {
            Self::Ask(_) => 1,
            Self::Nonce(_) => 2,
            Self::Proof(_) => 3,
            Self::Admit(_) => 4,
            Self::TurnedAway(_) => 5,
        }
    }
}

fn limit(code: u8) -> usize {
    if code == 4 {
        MAX_ADMISSION
    } else {
        MAX_BEFORE_PROOF
    }
}

fn read_proof(reader: &mut Reader<'_>) -> Result<Proof, PairingError> {
    Ok(Proof {
        person: reader.text()?,
        device_name: reader.text()?,
        statement_sig: reader.array()?,
        mac: reader.array()?,
        device_sig: reader.array()?,
        transport_sig: reader.array()?,
    })
}

fn read_reason(reader: &mut Reader<'_>) -> Result<Reason, PairingError> {
    match reader.u8()? {
        1 => Ok(Reason::Used),
        2 => Ok(Reason::Expired),
        _ => Err(PairingError::NoMessage),
    }
}
