//! What can go wrong, by what the caller can do about it.
//!
//! [`OpenError`]: the database does not open. [`Fault`]: the storage under an open database failed.
//! [`StoreError`]: one batch was not written. [`ReadError`]: a read failed.

use std::io;
use std::path::PathBuf;

use skein_space::{ChainId, DeviceKey, EntryHash, SpaceId};

/// Why a database could not be opened or made. In none of these cases was a file deleted, emptied or made
/// anew.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// There is no file; only [`crate::Store::create`] makes one.
    #[error("there is no database at {}", .0.display())]
    Missing(PathBuf),
    /// A file is there already; [`crate::Store::create`] never touches it.
    #[error("there already is a file at {}", .0.display())]
    Exists(PathBuf),
    /// The file has no content.
    #[error("the database file is empty: what it held was lost outside of Skein")]
    Empty,
    /// The file is shorter than what it describes.
    #[error("the database file is cut short: {0}")]
    Truncated(String),
    /// The file is not a database of Skein.
    #[error("the file is not a database of Skein")]
    NotADatabase,
    /// Pages or rows that every start needs do not read.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// Made by a version that wrote an older format.
    #[error("the database has format {found}, this version reads {ours}: it needs an upgrade")]
    OlderFormat {
        /// What the file says.
        found: u32,
        /// What this version reads.
        ours: u32,
    },
    /// Made by a newer version.
    #[error("the database has format {found}, this version reads up to {ours}: use a newer Skein")]
    NewerFormat {
        /// What the file says.
        found: u32,
        /// What this version reads.
        ours: u32,
    },
    /// Where the database was that is open, there is none any more, or another.
    #[error("the database is not at {} any more", .0.display())]
    Gone(PathBuf),
    /// Another process, or another handle of this one, has it open.
    #[error("another process has the database open")]
    AlreadyOpen,
    /// The file or its folder cannot be written.
    #[error("the database cannot be written: {0}")]
    ReadOnly(String),
    /// The disk has no room left for opening it.
    #[error("the disk is full")]
    DiskFull,
    /// The disk or file system failed in another way.
    #[error("the database could not be read from disk: {0}")]
    Io(String),
}

/// How the storage under an open database failed. After one, nothing is written until the file has been
/// opened again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is no room left.
    #[error("the disk is full")]
    DiskFull,
    /// Writing is not allowed any more.
    #[error("the disk cannot be written: {0}")]
    ReadOnly(String),
    /// The disk or file system failed.
    #[error("the disk failed: {0}")]
    Io(String),
    /// The file was deleted or moved, or lies under another one: what is written to it now nobody finds
    /// again.
    #[error("the database is not at {} any more", .0.display())]
    Gone(PathBuf),
    /// What is on disk contradicts itself.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// The database library gave up in the middle of something.
    #[error("the database failed: {0}")]
    Panicked(String),
    /// After an earlier fault the file could not be opened again.
    #[error("the database could not be opened again: {0}")]
    Reopen(OpenError),
}

/// Why a batch was not written. Nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The entry does not follow a tip of its chain.
    #[error("entry {seq} of chain {chain} does not follow what is held, which ends at {tip_seq}")]
    NotNext {
        /// The entry's chain.
        chain: ChainId,
        /// The entry's place.
        seq: u64,
        /// The last place held, 0 when nothing of the chain is.
        tip_seq: u64,
    },
    /// Another entry is held at this place; only [`crate::Op::Fork`] may say so.
    #[error("chain {chain} already has another entry at {seq}")]
    Contradicts {
        /// The entry's chain.
        chain: ChainId,
        /// The entry's place.
        seq: u64,
        /// The entry held there.
        held: EntryHash,
    },
    /// The chain has as many branches as are kept.
    #[error("chain {chain} has more branches than are kept")]
    TooManyBranches {
        /// The chain.
        chain: ChainId,
    },
    /// The space has no row; [`crate::Op::Space`] comes first, in the same batch at the latest.
    #[error("space {0} is not in the database")]
    UnknownSpace(SpaceId),
    /// The ticket has no row.
    #[error("the ticket is not in the database")]
    UnknownTicket,
    /// The ticket was used by another device.
    #[error("the ticket was used by device {0}")]
    TicketUsed(DeviceKey),
    /// A value is larger than its bound in [`crate::config`].
    #[error("{what} of {bytes} bytes is larger than {limit}")]
    TooLarge {
        /// What it is.
        what: &'static str,
        /// Its size.
        bytes: usize,
        /// The bound.
        limit: usize,
    },
    /// The name in `meta` is kept by the store itself.
    #[error("`{0}` in the database is not for callers to set")]
    ReservedName(String),
    /// A row that the batch builds on does not read.
    #[error("damaged on disk: {0}")]
    Damaged(String),
    /// Too much waits for the disk already. Nothing was queued.
    #[error("too much is waiting for the disk")]
    QueueFull,
    /// The store was closed while the storage kept failing: this was not saved.
    #[error("not saved: {0}")]
    NotSaved(Fault),
    /// The store is closed or being closed. Nothing was queued.
    #[error("the store is closed")]
    Closed,
}

/// Why something could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// A row is there but does not read; the rest may.
    #[error("damaged on disk: {0}")]
    Damaged(String),
    /// The storage failed; the next read may succeed.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
}

impl From<Fault> for OpenError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::DiskFull => OpenError::DiskFull,
            Fault::ReadOnly(why) => OpenError::ReadOnly(why),
            Fault::Io(why) => OpenError::Io(why),
            Fault::Gone(path) => OpenError::Gone(path),
            Fault::Corrupt(why) | Fault::Panicked(why) => OpenError::Corrupt(why),
            Fault::Reopen(error) => error,
        }
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged(what) => Fault::Corrupt(what),
            ReadError::Fault(fault) => fault,
            ReadError::Closed => Fault::Io("closed".into()),
        }
    }
}

/// The fault that an operating-system error stands for.
pub(crate) fn io_fault(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Fault::DiskFull,
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            Fault::ReadOnly(error.to_string())
        }
        io::ErrorKind::UnexpectedEof => {
            Fault::Corrupt("the file is shorter than it should be".into())
        }
        _ => Fault::Io(error.to_string()),
    }
}

/// The fault that any error of the database library stands for.
pub(crate) fn redb_fault(error: redb::Error) -> Fault {
    match error {
        redb::Error::Io(error) => io_fault(&error),
        redb::Error::Corrupted(what) => Fault::Corrupt(what),
        redb::Error::PreviousIo => Fault::Io("an earlier read or write failed".into()),
        redb::Error::TableDoesNotExist(name) => Fault::Corrupt(format!("table {name} is missing")),
        other => Fault::Io(other.to_string()),
    }
}

macro_rules! from_redb {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for Fault {
            fn from(error: $error) -> Self {
                redb_fault(error.into())
            }
        }
        impl From<$error> for ReadError {
            fn from(error: $error) -> Self {
                match redb_fault(error.into()) {
                    Fault::Corrupt(what) => ReadError::Damaged(what),
                    fault => ReadError::Fault(fault),
                }
            }
        }
    )*};
}

from_redb!(
    redb::StorageError,
    redb::TableError,
    redb::TransactionError,
    redb::CommitError,
    redb::SetDurabilityError,
);

/// What a caught panic said.
pub(crate) fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no reason given".into())
}
