//! Who may write: device keys, entries, chains, roster, secrets and tickets.
//!
//! Pure: time, randomness and storage are arguments. Bytes are those of `formats.md`, rules those of `security.md` and
//! `protocol.md`.
//!
//! Start with [`Entry`] (what a device says, signed), then [`Roster`] (whose word counts), then [`Root`] (the keys).

pub mod ceremony;
pub mod chain;
mod codec;
pub mod config;
mod copied;
pub mod entry;
pub mod gossip;
pub mod header;
pub mod ids;
pub mod keys;
pub mod labels;
pub mod member;
pub mod pairing;
pub mod planted;
#[cfg(feature = "recall")]
mod recall;
pub mod recovery;
pub mod roster;
pub mod secret;
pub mod session;
pub mod ticket;

pub use chain::{Chain, EntryRef, Log, alias_id, client_id, space_id};
pub use codec::Broken;
pub use entry::{Draft, Entry, EntryError};
pub use gossip::{GossipError, GossipKey};
pub use header::{Header, Kind};
pub use ids::{
    BadId, ChainId, DeviceKey, EntryHash, Incarnation, InvitationId, Nonce, NoteId, SecretLabel,
    ShortHash, SpaceId, TicketId, Topic, TransportKey,
};
pub use keys::{BadSignature, DeviceSigner, Root, TransportSigner};
pub use labels::Label;
pub use member::{Member, MemberError, Role, Statement};
pub use pairing::{
    Admission, AdmissionError, Admitted, Ask, Inviter, Joiner, PairingError, PairingMessage,
    Proven, Reason,
};
pub use recovery::{RecoveryKey, RecoveryTextError};
pub use roster::{
    Membership, MissingRoster, NotAdmitted, Refused, Roster, RosterPast, SealError, Standing,
};
pub use secret::{KnockKey, SpaceSecret, TagKey};
pub use session::SessionPayload;
pub use ticket::{Ticket, TicketError, TicketSecret};
