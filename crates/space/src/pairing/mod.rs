//! The ticket exchange as two values that take and give messages: no clock, no socket, no randomness.
//!
//! ```text
//! joiner   Ask    ticket id, keys, nonce            →
//!                                                   ←  Nonce   inviter's nonce          inviter
//! joiner   Proof  names, MAC, both signatures       →
//!                                                   ←  Admit   admission, MAC, both signatures
//!                                                      or Turned away: used, expired
//! ```
//!
//! The joiner proves the ticket's secret first; only then does the inviter show anything. Whatever does not fit is
//! answered by closing the connection: an `Err` of the inviter is never told to the other side.

mod admission;
mod inviter;
mod joiner;
mod message;
mod transcript;

pub use admission::{Admission, AdmissionError, Admitted};
pub use inviter::{Inviter, Proven};
pub use joiner::Joiner;
pub use message::{Admit, Ask, PairingMessage, Proof, Reason, TurnedAway};

use crate::ceremony::Decline;
use crate::codec::Broken;

/// Why a pairing ends without an admission.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PairingError {
    /// The bytes are no pairing message.
    #[error("the other device sent something that is no pairing message: {0}")]
    Bytes(#[from] Broken),
    /// A message type of nobody, or a message larger than its kind may be.
    #[error("the other device sent something that is no pairing message")]
    NoMessage,
    /// A message that has no place here.
    #[error("the other device answered out of turn")]
    OutOfTurn,
    /// The other side does not hold the ticket's secret or one of the keys it names, or somebody stands between.
    #[error("the other device could not prove that it belongs to this ticket")]
    WrongProof,
    /// The ticket was made on this very device.
    #[error("this ticket was made on this device")]
    OwnTicket,
    /// The inviter says another device used the ticket.
    #[error("this ticket was already used by another device")]
    Used,
    /// The inviter says the ticket's time is over.
    #[error("this ticket has expired")]
    Expired,
    /// The other side of a ceremony does not hold a key it names, or revealed something else than it committed to.
    #[error("the other device could not prove who it is")]
    Unproven,
    /// The invitation was opened on this very device.
    #[error("this device invites by itself")]
    OwnInvitation,
    /// The host says no.
    #[error(transparent)]
    Declined(#[from] Decline),
    /// The guest speaks another version of the protocol.
    #[error("the other device has another version of Skein: update both")]
    OtherVersion,
    /// The admission gives something else than was offered.
    #[error("the other device gave something else than it had offered")]
    OtherOffer,
    /// The guest of an invitation for another device of the inviting person does not carry that person's name.
    #[error("the other device carries another person's name")]
    OtherPerson,
    /// The random source gave the same again and again.
    #[error("this device's random source does not work, so nobody can be let in")]
    NoRandomness,
    /// What came with the proof does not make this device a member.
    #[error(transparent)]
    Admission(#[from] AdmissionError),
}
