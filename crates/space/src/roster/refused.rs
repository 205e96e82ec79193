//! Why a Member entry is not taken in or cannot be made.

use crate::chain::EntryRef;
use crate::entry::EntryError;
use crate::member::MemberError;

/// Why a Member entry is not valid. The same on every device and for ever: its chain ends before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It belongs to another space.
    #[error("this entry belongs to another space")]
    OtherSpace,
    /// It is not about membership.
    #[error("this is no member entry")]
    NotMember,
    /// Its payload cannot be read.
    #[error(transparent)]
    Payload(MemberError),
    /// The transport key it names did not sign that it belongs to this device and these names.
    #[error("the transport key did not sign this device and its names")]
    Statement,
    /// It claims to found the space and does not.
    #[error("this entry does not found this space")]
    Founding,
    /// Its author was no owner as far as the entry itself knows.
    #[error("its author was no owner")]
    NotOwner,
    /// The space's recovery key stays an owner.
    #[error("the recovery key cannot be changed")]
    RecoveryKey,
    /// A lowering must leave less than there was.
    #[error("this lowering leaves its device with the role it had, or more")]
    LowersNothing,
}

/// Why a Member entry cannot be taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// It never will be.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// What it names, or the entry before it in its chain, is not here yet.
    #[error("{} roster entries it is built on are not here", .0.len())]
    Missing(Vec<EntryRef>),
}

/// Roster entries that are named and not held.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} roster entries it names are not here", .0.len())]
pub struct MissingRoster(pub Vec<EntryRef>);

/// Why a Member entry cannot be sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// What it would say cannot be written.
    #[error(transparent)]
    Payload(#[from] MemberError),
    /// It would be no entry.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// This device may not.
    #[error(transparent)]
    NotAdmitted(#[from] NotAdmitted),
}
