//! Files of the profile: written whole or not at all, the owner's alone, and erased.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::ProfileError;

/// Writes a file of mode 0600 so that after a crash it is there whole or not at all.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), ProfileError> {
    let fail = |error: &io::Error| file_error(path, error);
    let unfinished = unfinished(path);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)
        .map_err(|error| fail(&error))?;
    file.write_all(bytes).map_err(|error| fail(&error))?;
    file.sync_all().map_err(|error| fail(&error))?;
    fs::rename(&unfinished, path).map_err(|error| fail(&error))?;
    match path.parent() {
        Some(parent) => sync_folder(parent),
        None => Ok(()),
    }
}

/// Erases a file that [`write_private`] wrote, and what a crash left of it unfinished. One that is not there is
/// erased already.
///
/// Its bytes are written over first. A file system that copies on write, and a disk that spreads its writes, may keep
/// them all the same.
pub(super) fn erase(path: &Path) -> Result<(), ProfileError> {
    for path in [path, &unfinished(path)] {
        match erase_one(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(file_error(path, &error));
            }
            _ => {}
        }
    }
    match path.parent() {
        Some(parent) => sync_folder(parent),
        None => Ok(()),
    }
}

fn erase_one(path: &Path) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).open(path)?;
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(0);
    file.write_all(&vec![0; length])?;
    file.sync_all()?;
    fs::remove_file(path)
}

/// Where a file lies before it has its name.
fn unfinished(path: &Path) -> PathBuf {
    path.with_extension("new")
}

/// Makes a rename or a new folder in `dir` durable.
pub(super) fn sync_folder(dir: &Path) -> Result<(), ProfileError> {
    // A relative path of one part has the empty path as its parent.
    let dir = if dir.as_os_str().is_empty() {
        Path::new(".")
    } else {
        dir
    };
    fs::File::open(dir)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| file_error(dir, &error))
}

/// Sorts the file system's answers: what cannot be written is read-only, the rest is said as it is.
pub(super) fn file_error(path: &Path, error: &io::Error) -> ProfileError {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            ProfileError::ReadOnly {
                path: path.into(),
                why: error.to_string(),
            }
        }
        _ => ProfileError::File {
            path: path.into(),
            why: error.to_string(),
        },
    }
}
