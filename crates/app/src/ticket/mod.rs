//! A ticket on its way from one person to another: as a QR code, as a file, as a picture of the code.
//!
//! Effects on files stand here and nowhere else; a path comes from a person (a dialog, a command line), never from a
//! page. What is read is a ticket's text again, checked, so a joiner has one way in: [`crate::App::join`].

mod error;
mod file;
mod picture;
mod qr;
#[cfg(test)]
mod tests;

use std::io::Read;
use std::path::Path;

use skein_space::{SpaceId, Ticket};

use crate::config::{TICKET_FILE_BYTES, TICKET_PICTURE_BYTES};

pub use error::TicketFileError;
pub use file::{EXTENSION, Existing, TicketFile, file_name};
pub use qr::QrCode;

/// A ticket that was found in a file or a picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Found {
    /// Its text, `SKEIN1-…`.
    pub ticket: String,
    /// The space it opens.
    pub space: SpaceId,
    /// Until when it says that it is good, in Unix milliseconds of the inviter, who alone judges it.
    pub expires_at_ms: i64,
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Found")
            .field("space", &self.space)
            .field("expires_at_ms", &self.expires_at_ms)
            .finish_non_exhaustive()
    }
}

/// Reads the ticket in a file: its text, or a PNG picture of its QR code. Of a picture this takes up to seconds.
///
/// # Errors
/// When the file cannot be read, is too large, or holds no ticket this version knows.
pub fn read(path: &Path) -> Result<Found, TicketFileError> {
    let unreadable = |why: std::io::Error| TicketFileError::Unreadable {
        what: path.display().to_string(),
        why: why.to_string(),
    };
    // Looked at before it is opened: opening a pipe waits for whoever writes into it.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(TicketFileError::NotAFile(path.to_path_buf()));
    }
    let file = std::fs::File::open(path).map_err(unreadable)?;
    read_from(file, &path.display().to_string())
}

/// The same, of anything that gives bytes; `what` names it in errors.
///
/// # Errors
/// Like [`read`].
pub fn read_from(source: impl Read, what: &str) -> Result<Found, TicketFileError> {
    let mut bytes = Vec::new();
    source
        .take(TICKET_PICTURE_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|why| TicketFileError::Unreadable {
            what: what.to_owned(),
            why: why.to_string(),
        })?;
    find(&bytes)
}

/// The ticket in the bytes of a file.
///
/// # Errors
/// When they are too many, or hold no ticket this version knows.
pub fn find(bytes: &[u8]) -> Result<Found, TicketFileError> {
    if bytes.len() > TICKET_PICTURE_BYTES {
        return Err(TicketFileError::TooLarge);
    }
    if picture::is_png(bytes) {
        return picture::find(bytes);
    }
    if picture::is_other(bytes) {
        return Err(TicketFileError::OtherPicture);
    }
    if bytes.len() > TICKET_FILE_BYTES {
        return Err(TicketFileError::TooLarge);
    }
    parse(&String::from_utf8_lossy(bytes))
}

fn parse(text: &str) -> Result<Found, TicketFileError> {
    let ticket: Ticket = text.parse()?;
    Ok(Found {
        ticket: ticket.text()?,
        space: ticket.space,
        expires_at_ms: i64::try_from(ticket.expiry_s.saturating_mul(1000)).unwrap_or(i64::MAX),
    })
}
