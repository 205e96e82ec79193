//! Why a note cannot be opened or somebody not be let in.

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
