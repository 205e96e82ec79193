//! What can go wrong, in closed codes and in sentences for people.
//!
//! Every sentence says what happened, what is safe, and what to do about it.
//! Shells act on [`Code`]; people read the message. Over the control socket an
//! error travels as a [`Fault`].

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

use crate::profile::{KeyStoreError, MoveError};

/// The closed list of ways in which a request can fail.
///
/// A shell may act on a code; a new one is added here and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// An argument cannot be understood: a number, an id, an address, JSON.
    BadArgument,
    /// The ticket's text is mistyped or cut short (its check sum fails).
    BadTicket,
    /// No note, space or device answers to what was asked.
    NotFound,
    /// A short id or a name fits more than one thing.
    Ambiguous,
    /// The member's role does not allow it.
    NotAllowed,
    /// The note cannot be written here now (read only, waiting, broken).
    ReadOnly,
    /// An offset lies outside the note's text or inside a surrogate pair.
    OutOfRange,
    /// A line of edits is malformed.
    BadLine,
    /// Our own gate refused the edit; its bytes are kept as a draft.
    Refused,
    /// The inviter refused the ticket: expired, used, or not known any more.
    TicketRefused,
    /// Another process holds the profile.
    Held,
    /// There is no profile in the folder.
    NoProfile,
    /// A file that a person named cannot be written, or is there already.
    FileFailed,
    /// `verify` found problems.
    VerifyFailed,
    /// A bound was reached: open tickets, clients, sizes.
    TooMuch,
    /// Other people of this machine could read the profile.
    ProfileOpenToOthers,
    /// The profile cannot be written.
    ProfileReadOnly,
    /// Files of the profile are missing, cut short or do not fit together.
    ProfileDamaged,
    /// The key is not where `key.toml` says, or it is another one.
    KeyMissing,
    /// The key store is locked, or said no.
    KeyStoreRefused,
    /// A person called it off.
    CalledOff,
    /// The database failed while it was in use.
    Storage,
    /// No key store answered.
    NoKeyStore,
    /// No `skein run` and no window holds the profile.
    NoPeer,
    /// Nobody answered at the address, or nobody is there.
    Unreachable,
    /// The time given has passed.
    TimedOut,
    /// Another program listens on the port.
    PortBusy,
    /// The offline switch is on.
    Offline,
    /// The process that holds the profile is ending.
    Stopping,
}

/// The four ways in which a command may end badly; the command line's exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The thing asked for is not so: not found, refused, not allowed. Exit code 1.
    NotSo,
    /// Wrong usage. Exit code 2.
    Usage,
    /// The profile is damaged or unreadable. Exit code 3.
    Profile,
    /// Not reachable: no running peer, no such address, time-out. Exit code 4.
    Unreachable,
}

impl Code {
    /// Which of the four exit classes the code belongs to (cli.md).
    pub fn class(self) -> Class {
        match self {
            Code::BadArgument | Code::BadTicket => Class::Usage,
            Code::NotFound
            | Code::Ambiguous
            | Code::NotAllowed
            | Code::ReadOnly
            | Code::OutOfRange
            | Code::BadLine
            | Code::Refused
            | Code::TicketRefused
            | Code::Held
            | Code::NoProfile
            | Code::FileFailed
            | Code::VerifyFailed
            | Code::KeyStoreRefused
            | Code::CalledOff
            | Code::TooMuch => Class::NotSo,
            Code::ProfileOpenToOthers
            | Code::ProfileReadOnly
            | Code::ProfileDamaged
            | Code::KeyMissing
            | Code::Storage => Class::Profile,
            Code::NoPeer
            | Code::NoKeyStore
            | Code::Unreachable
            | Code::TimedOut
            | Code::PortBusy
            | Code::Offline
            | Code::Stopping => Class::Unreachable,
        }
    }

    /// The code as it stands in JSON, for example `not_found`.
    pub fn name(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => name,
            _ => unreachable!("a unit variant serialises to its name"),
        }
    }
}

/// An error as it crosses the control socket and reaches a shell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct Fault {
    /// What a shell may act on.
    pub code: Code,
    /// What a person reads.
    pub message: String,
}

impl Fault {
    /// Makes an error of a code and the sentence that goes with it.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        Fault::new(error.code(), error.to_string())
    }
}

impl From<ProfileError> for Fault {
    fn from(error: ProfileError) -> Self {
        AppError::from(error).into()
    }
}

/// Why opening, reading or making a profile failed.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The folder holds no profile and none was asked for.
    #[error("there is no profile in {0}. nothing was made. `skein init` makes one")]
    Missing(PathBuf),
    /// Group or others have rights on a path of the profile.
    #[error(
        "other users of this machine could read {path} (its mode is {mode:o}). nothing was opened. \
         fix it with: chmod {fix:o} {path}"
    )]
    OpenToOthers {
        /// The folder or file that is open to others.
        path: PathBuf,
        /// Its permission bits as they are.
        mode: u32,
        /// The permission bits it must have.
        fix: u32,
    },
    /// The folder or a file in it cannot be written.
    #[error(
        "the profile cannot be written: {path}: {why}. what it holds is untouched. \
         make it writable for its owner, or name another folder with --profile"
    )]
    ReadOnly {
        /// The folder or file that cannot be written.
        path: PathBuf,
        /// The system's words for it.
        why: String,
    },
    /// Something in the profile is missing or does not parse.
    #[error("the profile in {dir} is damaged: {what}. nothing was changed. {advice}")]
    Damaged {
        /// The profile's folder.
        dir: PathBuf,
        /// What is wrong.
        what: String,
        /// What a person can do.
        advice: &'static str,
    },
    /// The root secret is not where `key.toml` says, or belongs to another device.
    #[error(
        "the key of this device is not there: {what}. the notes are untouched and no new key was \
         made. put the key back where {dir}/key.toml says it lies"
    )]
    Key {
        /// The profile's folder.
        dir: PathBuf,
        /// What was expected and what was found.
        what: String,
    },
    /// The root secret lies in the system's key store, and did not come from there.
    #[error(
        "the key of this device lies in the system's key store: {why}. the notes are untouched and no new \
         key was made. {advice}", advice = why.advice_to_open()
    )]
    KeyStore {
        /// What the store said.
        why: KeyStoreError,
    },
    /// Another process holds the profile.
    #[error("{holder} uses the profile in {dir}. nothing was changed. {advice}")]
    Held {
        /// The profile's folder.
        dir: PathBuf,
        /// Who holds it, for example "`skein run` (process 4711)".
        holder: String,
        /// What a person can do.
        advice: &'static str,
    },
    /// Any other answer of the file system.
    #[error("{path} cannot be used: {why}. nothing was changed")]
    File {
        /// The path that failed.
        path: PathBuf,
        /// The system's words for it.
        why: String,
    },
}

/// Every way in which the app can fail. The sentence is the message.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The profile could not be opened.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The key could not be moved.
    #[error(transparent)]
    Move(#[from] MoveError),
    /// Any failure that carries its code and sentence with it.
    #[error("{message}")]
    Coded {
        /// What a shell may act on.
        code: Code,
        /// What a person reads.
        message: String,
    },
}

impl AppError {
    /// An error of a code and its sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        AppError::Coded {
            code,
            message: message.into(),
        }
    }

    /// Nothing answers to what was asked. `what` names it: "note 4f2a".
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("{what} is not here"))
    }

    /// The loop has ended or is ending; nothing more can be asked.
    pub fn stopping() -> Self {
        Self::new(
            Code::Stopping,
            "skein is ending here. what was called saved is on disk. start it again",
        )
    }

    /// The code of the closed list that this error belongs to.
    pub fn code(&self) -> Code {
        match self {
            AppError::Coded { code, .. } => *code,
            AppError::Profile(error) => profile_code(error),
            AppError::Move(error) => move_code(error),
        }
    }
}

fn profile_code(error: &ProfileError) -> Code {
    match error {
        ProfileError::Missing(_) => Code::NoProfile,
        ProfileError::OpenToOthers { .. } => Code::ProfileOpenToOthers,
        ProfileError::ReadOnly { .. } => Code::ProfileReadOnly,
        ProfileError::Damaged { .. } | ProfileError::File { .. } => Code::ProfileDamaged,
        ProfileError::Key { .. } | ProfileError::KeyStore { .. } => Code::KeyMissing,
        ProfileError::Held { .. } => Code::Held,
    }
}

fn move_code(error: &MoveError) -> Code {
    match error {
        MoveError::NotTheSame { .. } => Code::KeyStoreRefused,
        MoveError::Files { why, .. } => profile_code(why),
        MoveError::Store { why, .. } => match why {
            KeyStoreError::NoAnswer(_) => Code::NoKeyStore,
            KeyStoreError::CalledOff => Code::CalledOff,
            KeyStoreError::Locked
            | KeyStoreError::Refused(_)
            | KeyStoreError::Nothing
            | KeyStoreError::Another => Code::KeyStoreRefused,
        },
    }
}

impl From<Fault> for AppError {
    fn from(fault: Fault) -> Self {
        AppError::new(fault.code, fault.message)
    }
}
