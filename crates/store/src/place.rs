//! Where a database lies, and opening it there, at the start and after every storage error.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use redb::{BackendError, Builder, Database, DatabaseError, StorageBackend};

use crate::config::CACHE_BYTES;
use crate::error::{Fault, OpenError, io_fault, panic_text, redb_fault};

/// A file, or the medium of a simulator.
#[derive(Debug)]
pub(crate) enum Place {
    File(PathBuf),
    Backend(SharedBackend),
}

/// Which file was opened at a path: another one there has another number, or was made at another time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileId {
    number: (u64, u64),
    created: Option<SystemTime>,
}

impl Place {
    /// Which file lies there now; none for a medium of a simulator.
    pub fn file(&self) -> Result<Option<FileId>, Fault> {
        let Place::File(path) = self else {
            return Ok(None);
        };
        let file = fs::metadata(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Fault::Gone(path.clone()),
            _ => io_fault(&error),
        })?;
        #[cfg(unix)]
        let number = {
            use std::os::unix::fs::MetadataExt;
            (file.dev(), file.ino())
        };
        #[cfg(not(unix))]
        let number = (0, 0); // elsewhere an open file cannot be deleted or moved
        Ok(Some(FileId {
            number,
            created: file.created().ok(),
        }))
    }

    /// Checks that the file opened is still the one that lies there.
    pub fn still_holds(&self, opened: &Option<FileId>) -> Result<(), Fault> {
        match self {
            Place::File(path) if self.file()? != *opened => Err(Fault::Gone(path.clone())),
            _ => Ok(()),
        }
    }

    /// Opens the database. Never makes a file, never empties one.
    pub fn open(&self) -> Result<Database, OpenError> {
        quietly(|| match self {
            Place::File(path) => open_file(path),
            Place::Backend(backend) => open_backend(backend),
        })
    }

    /// Where the reserve lies: beside the file.
    pub fn reserve(&self) -> Option<PathBuf> {
        match self {
            Place::File(path) => Some(path.with_extension("reserve")),
            Place::Backend(_) => None,
        }
    }
}

/// Makes an empty database file at a path where none is, by `fill` under another name: a crash in between
/// leaves no half-made database behind.
pub(crate) fn create_file(
    path: &Path,
    fill: impl FnOnce(&Database) -> Result<(), Fault>,
) -> Result<(), OpenError> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(OpenError::Exists(path.to_owned()));
    }
    let unfinished = path.with_extension("new");
    let file = private_file(&unfinished).map_err(|error| OpenError::from(io_fault(&error)))?;
    quietly(|| {
        let database = builder().create_file(file).map_err(open_error)?;
        fill(&database)?;
        Ok(())
    })?;
    let renamed = File::open(&unfinished)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(&unfinished, path))
        .and_then(|()| sync_folder(path));
    renamed.map_err(|error| OpenError::from(io_fault(&error)))
}

/// A file only its owner can read, empty, for reading and writing.
pub(crate) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a new name in a folder durable. Elsewhere than on Unix folders cannot be synced.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        #[cfg(unix)]
        Some(folder) if folder.as_os_str().is_empty() => File::open(".")?.sync_all(),
        #[cfg(unix)]
        Some(folder) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

fn open_file(path: &Path) -> Result<Database, OpenError> {
    match fs::metadata(path) {
        Ok(file) if file.len() == 0 => return Err(OpenError::Empty),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(OpenError::Missing(path.to_owned()));
        }
        Err(error) => return Err(io_fault(&error).into()),
    }
    builder().open(path).map_err(open_error)
}

fn open_backend(backend: &SharedBackend) -> Result<Database, OpenError> {
    if never_finished(backend).map_err(|error| OpenError::from(io_fault(&error)))? {
        backend
            .set_len(0)
            .map_err(|error| OpenError::from(io_fault(&error)))?;
    }
    builder()
        .create_with_backend(backend.clone())
        .map_err(open_error)
}

/// Whether a medium holds what a crash in the very first moments leaves: no magic number yet and nothing but
/// zeros behind the header. (A file is made under another name instead.)
fn never_finished(backend: &SharedBackend) -> io::Result<bool> {
    const MAGIC: usize = 9;
    const HEADER: usize = 512;
    const STEP: u64 = 64 * 1024;
    let len = backend.len()?;
    let mut at = 0;
    while at < len {
        let mut bytes = vec![0; STEP.min(len - at) as usize];
        backend.read(at, &mut bytes)?;
        // The rest of a whole header is written before the magic number.
        if at == 0 && bytes.len() >= HEADER {
            bytes[MAGIC..HEADER].fill(0);
        }
        if bytes.iter().any(|byte| *byte != 0) {
            return Ok(false);
        }
        at += bytes.len() as u64;
    }
    Ok(len > 0)
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

/// A panic inside redb (a full disk was one, redb issue 620) is an error like any other.
fn quietly<T>(open: impl FnOnce() -> Result<T, OpenError>) -> Result<T, OpenError> {
    catch_unwind(AssertUnwindSafe(open)).unwrap_or_else(|payload| Err(gave_up(&*payload)))
}

/// The error that a panic inside redb stands for: what it read contradicts itself.
pub(crate) fn gave_up(payload: &(dyn std::any::Any + Send)) -> OpenError {
    let what = panic_text(payload);
    OpenError::Corrupt(format!("its pages contradict each other ({what})"))
}

/// Closes a database that is not to be trusted as a crash would: redb writes when it closes, unless the
/// thread is unwinding. On a damaged page that write panics, and panics again in a destructor, which
/// ends the process (redb 4.4.0, found by the fuzz of `tests/fuzz`). Everything acknowledged is on disk.
pub(crate) fn let_go(database: Database) {
    let unwound = catch_unwind(AssertUnwindSafe(move || {
        let _closed_while_unwinding = database;
        resume_unwind(Box::new(()));
    }));
    debug_assert!(unwound.is_err());
}

fn open_error(error: DatabaseError) -> OpenError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => OpenError::AlreadyOpen,
        DatabaseError::UpgradeRequired(found) => OpenError::OlderFormat {
            found: u32::from(found),
            ours: crate::config::FORMAT,
        },
        DatabaseError::Storage(redb::StorageError::Io(error))
            if error.kind() == io::ErrorKind::InvalidData =>
        {
            OpenError::NotADatabase
        }
        DatabaseError::Storage(redb::StorageError::Io(error))
            if error.kind() == io::ErrorKind::UnexpectedEof =>
        {
            OpenError::Truncated("it ends before its own header says".into())
        }
        // redb tells a short file from a damaged one by this sentence only (header.rs, 4.4.0).
        DatabaseError::Storage(redb::StorageError::Corrupted(what))
            if what.contains("truncated") || what.contains("File length") =>
        {
            OpenError::Truncated(what)
        }
        other => redb_fault(other.into()).into(),
    }
}

/// A backend that outlives the databases opened on it, so that it can be opened again after an error.
#[derive(Clone, Debug)]
pub(crate) struct SharedBackend(pub Arc<dyn StorageBackend>);

impl StorageBackend for SharedBackend {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.0.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.0.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.query_lock_range(start, end)
    }
}
