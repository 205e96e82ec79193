//! Joining by sight: both people see the same four pictures, and nobody between them can arrange that.
//!
//! ```text
//! guest   Call                                      →
//!                                                   ←  Offer        who, and what is given        host
//! guest   Commit       keys, names, hash(nonce)     →
//!                                                   ←  Nonce        from here on the exchange counts
//! guest   Reveal       nonce, all signatures        →
//!                                                   ←  Countersign  both signatures
//!         four pictures                                four rows of four; the person picks the guest's
//!                                                   ←  Welcome      admissions, both signatures
//!                                                      or Declined: why
//! ```
//!
//! The guest commits to its nonce before it knows the host's, and the host gives its own before it knows the guest's:
//! neither can choose the pictures. They are a hash of everything both must see alike, the two ends of this very
//! connection among it, so somebody between runs two exchanges with two rows, equal by luck alone: one in 2²⁴ a try.
//! [`Invitation`] counts and paces the tries.
//!
//! What is given is among what both must see alike: one space, or, to another device of the same person, every space of
//! the host ([`Grant`]). There is one statement and one admission for each.
//!
//! Values that take and give messages: no clock, no socket, no randomness. Whatever does not fit ends the exchange; an
//! `Err` of the host is never told to the other side.

mod emoji;
mod grant;
mod guest;
mod host;
mod invitation;
mod message;
mod transcript;

pub use emoji::{Emoji, Row, TABLE};
pub use grant::{Grant, OwnSpaces};
pub use guest::Guest;
pub use host::{Host, Picked, ProvenGuest, Question, ROWS};
pub use invitation::{Ended, Invitation};
pub use message::{
    CeremonyMessage, Commit, Decline, FIRST_CODE, Offer, Reveal, Signatures, Welcome,
};
