//! A ticket as a file: what it is called, and how it is written.

use std::ffi::OsStr;
use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, PersistError};

use super::TicketFileError;
use crate::config::TICKET_NAME_BYTES;

/// How the name of a ticket's file ends.
pub const EXTENSION: &str = "skein-ticket";

/// What becomes of a file that has the name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It is replaced: a person was asked.
    Replace,
    /// It stays, and nothing is written.
    Keep,
}

/// A file for a ticket that is about to be made: a place that cannot be written is found out before there is a ticket.
/// Dropped without [`Self::write`], it leaves nothing behind.
#[derive(Debug)]
pub struct TicketFile {
    path: PathBuf,
    existing: Existing,
    draft: NamedTempFile,
}

impl TicketFile {
    /// Makes room beside the path, readable by this user alone.
    ///
    /// # Errors
    /// When the name is taken and what has it stays, or the folder cannot be written.
    pub fn at(path: &Path, existing: Existing) -> Result<Self, TicketFileError> {
        if existing == Existing::Keep && path.symlink_metadata().is_ok() {
            return Err(TicketFileError::Exists(path.to_path_buf()));
        }
        let draft = tempfile::Builder::new()
            .prefix(".skein-ticket-")
            .permissions(Permissions::from_mode(0o600))
            .tempfile_in(folder(path));
        Ok(Self {
            draft: draft.map_err(|why| unwritable(path, &why))?,
            path: path.to_path_buf(),
            existing,
        })
    }

    /// Puts the ticket there, whole or not at all, and through to the disk: it may be a stick that is pulled next.
    ///
    /// # Errors
    /// When the disk is full or gone, or the name was taken meanwhile.
    pub fn write(mut self, ticket: &str) -> Result<(), TicketFileError> {
        let text = format!("{ticket}\n");
        let written = self.draft.write_all(text.as_bytes());
        written
            .and_then(|()| self.draft.as_file().sync_all())
            .map_err(|why| unwritable(&self.path, &why))?;
        let put = match self.existing {
            Existing::Replace => self.draft.persist(&self.path),
            Existing::Keep => persist_new(self.draft, &self.path),
        };
        put.map_err(|failed| match failed.error.kind() {
            io::ErrorKind::AlreadyExists => TicketFileError::Exists(self.path.clone()),
            _ => unwritable(&self.path, &failed.error),
        })?;
        // Some file systems have nothing to do here and say so.
        let _ = File::open(folder(&self.path)).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

/// Renames to a name that is free. Sticks know neither of the two ways in which a system does both at once; there the
/// look before has to do.
fn persist_new(draft: NamedTempFile, path: &Path) -> Result<File, PersistError> {
    match draft.persist_noclobber(path) {
        Err(failed)
            if failed.error.kind() != io::ErrorKind::AlreadyExists
                && path.symlink_metadata().is_err() =>
        {
            failed.file.persist(path)
        }
        done => done,
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != OsStr::new("") => folder,
        _ => Path::new("."),
    }
}

fn unwritable(path: &Path, why: &io::Error) -> TicketFileError {
    TicketFileError::Unwritable {
        path: path.to_path_buf(),
        why: why.to_string(),
    }
}

/// What the file of a ticket into a space of that name is called. The name is other people's, so only letters, digits,
/// spaces, `-` and `_` of it are taken.
pub fn file_name(space_name: &str) -> String {
    let plain = |c: char| {
        if c.is_alphanumeric() || c == '_' {
            c
        } else if c.is_whitespace() {
            ' '
        } else {
            '-'
        }
    };
    let mut name = String::new();
    for c in space_name.chars().map(plain) {
        // A row of signs says no more than one of them.
        if (c == ' ' || c == '-') && (name.is_empty() || name.ends_with([' ', '-'])) {
            continue;
        }
        if name.len() + c.len_utf8() > TICKET_NAME_BYTES {
            break;
        }
        name.push(c);
    }
    let name = name.trim_end_matches([' ', '-']);
    let name = if name.is_empty() { "Skein" } else { name };
    format!("{name}.{EXTENSION}")
}
