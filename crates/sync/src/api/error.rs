//! Why a note cannot be opened, somebody not be let in, a role not be changed, what is set aside not come in, a space not
//! be left or not be recovered.

/// Why a note could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// This device is not in the space.
    #[error("this device is not in that space")]
    NoSuchSpace,
    /// Reading the note from disk failed.
    #[error("the note could not be read from disk: {0}")]
    Unreadable(String),
    /// The document fails on this device.
    #[error("the note cannot be shown on this device; everything written in it is kept")]
    Broken,
}

/// Why somebody could not be let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdmitError {
    /// This device is not in the space.
    #[error("this device is not in that space")]
    NoSuchSpace,
    /// Only an owner's device changes who is in a space.
    #[error("only an owner's device can let somebody in")]
    NotOwner,
    /// The entry could not be made.
    #[error("the member could not be added: {0}")]
    Invalid(String),
}

/// Why a member's role could not be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoleError {
    /// This device is not in the space.
    #[error("this device is not in that space")]
    NoSuchSpace,
    /// Only an owner's device changes who is in a space.
    #[error("only an owner's device can change what others may do")]
    NotOwner,
    /// Whose role it would be is not in the space.
    #[error("that device is not in this space")]
    NotMember,
    /// An owner that lowered itself could leave a space without any.
    #[error("a device cannot change its own role. another owner's device can")]
    Itself,
    /// It has that role.
    #[error("that is its role already")]
    Unchanged,
    /// The entry could not be made.
    #[error("the role could not be changed: {0}")]
    Invalid(String),
}

/// Why what is set aside could not be brought in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TakeInError {
    /// This device is not in the space.
    #[error("this device is not in that space")]
    NoSuchSpace,
    /// Only an owner's device moves a cut.
    #[error("only an owner's device can bring in what is set aside")]
    NotOwner,
    /// Nothing of it is held that a moved cut would let in.
    #[error("nothing of that device is set aside here")]
    Nothing,
    /// The notes could not be read.
    #[error("the notes could not be read: {0}")]
    Unreadable(String),
    /// The entry could not be made.
    #[error("it could not be brought in: {0}")]
    Invalid(String),
}

/// Why this device could not leave a space.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeaveError {
    /// This device is not in the space.
    #[error("this device is not in that space")]
    NoSuchSpace,
    /// It left before, or was removed.
    #[error("this device is out of that space already")]
    Out,
    /// An owner's last entry could not be made.
    #[error("the space could not be left: {0}")]
    Invalid(String),
}

/// Why a recovery key did not make this device an owner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecoverError {
    /// Nothing of the space is here.
    #[error("nothing of that space is on this device")]
    NoSuchSpace,
    /// It is not the key the space was founded with.
    #[error("this is not the recovery key of that space")]
    OtherKey,
    /// There is nothing to recover.
    #[error("this device is an owner of that space already")]
    Owner,
    /// It is about to leave.
    #[error("this device is leaving that space")]
    Leaving,
    /// The entry could not be made.
    #[error("the space could not be recovered: {0}")]
    Invalid(String),
}
