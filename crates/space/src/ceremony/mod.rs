//! Joining by sight: both people see the same four pictures, and nobody between them can arrange that.
//!
//! ```text
//! guest   Call                                      →
//!                                                   ←  Offer        who, into what, as what       host
//! guest   Commit       keys, names, hash(nonce)     →
//!                                                   ←  Nonce        from here on the exchange counts
//! guest   Reveal       nonce, both signatures       →
//!                                                   ←  Countersign  both signatures
//!         four pictures                                four rows of four; the person picks the guest's
//!                                                   ←  Welcome      admission, both signatures
//!                                                      or Declined: why
//! ```
//!
//! The guest commits to its nonce before it knows the host's, and the host gives its own before it knows the guest's:
//! neither can choose the pictures. They are a hash of everything both must see alike, the two ends of this very
//! connection among it, so somebody between runs two exchanges with two rows, equal by luck alone: one in 2²⁴ a try.
//! [`Invitation`] counts and paces the tries.
//!
//! Values that take and give messages: no clock, no socket, no randomness. Whatever does not fit ends the exchange; an
//! `Err` of the host is never told to the other side.

mod emoji;
mod guest;
mod host;
mod invitation;
mod message;
mod transcript;

pub use emoji::{Emoji, Row, TABLE};
pub use guest::Guest;
pub use host::{Host, Picked, Question, ROWS};
pub use invitation::{Ended, Invitation};
pub use message::{
    CeremonyMessage, Commit, Decline, FIRST_CODE, Offer, Reveal, Signatures, Welcome,
};
