//! What can go wrong with a ticket's file, in sentences for people.

use std::path::PathBuf;

use skein_space::TicketError;

use crate::error::{AppError, Code, Fault};

/// Why a ticket was not read from a file, or not written into one.
#[derive(Debug, thiserror::Error)]
pub enum TicketFileError {
    /// The system does not give it.
    #[error("{what} cannot be read: {why}. nothing was changed")]
    Unreadable {
        /// The file's path, or what else was read.
        what: String,
        /// The system's words for it.
        why: String,
    },
    /// A folder, a pipe, a device.
    #[error("{0} is no file. nothing was changed. choose the ticket's file itself")]
    NotAFile(PathBuf),
    /// Larger than any ticket, or than any picture that is read.
    #[error("that file is too large to be a ticket. nothing was changed")]
    TooLarge,
    /// A picture, and no PNG.
    #[error(
        "only PNG pictures are read here. nothing was changed. take a screenshot of the QR code, or use the ticket's \
         text or file"
    )]
    OtherPicture,
    /// A PNG that breaks off or does not fit together.
    #[error("that picture is damaged. nothing was changed. ask for it once more")]
    BadPicture,
    /// More pixels than are looked at.
    #[error("that picture is too large. nothing was changed. cut out the QR code")]
    PictureTooLarge,
    /// A picture of something else.
    #[error(
        "no QR code was found in that picture. nothing was changed. take it straight from the front, with the white \
         edge around the code"
    )]
    NoCode,
    /// A QR code that is no ticket of ours.
    #[error("that QR code is no ticket of Skein. nothing was changed")]
    OtherCode,
    /// It is no ticket, or none that this version reads.
    #[error("{0}. nothing was changed")]
    Ticket(#[from] TicketError),
    /// Something has the name already.
    #[error("{0} is there already and stays as it is. take another name")]
    Exists(PathBuf),
    /// The system does not take it.
    #[error("{path} cannot be written: {why}. no file was made")]
    Unwritable {
        /// Where it should have been.
        path: PathBuf,
        /// The system's words for it.
        why: String,
    },
}

impl From<TicketFileError> for AppError {
    fn from(error: TicketFileError) -> Self {
        let code = match error {
            TicketFileError::Unreadable { .. } => Code::NotFound,
            TicketFileError::Exists(_) | TicketFileError::Unwritable { .. } => Code::FileFailed,
            TicketFileError::NotAFile(_)
            | TicketFileError::TooLarge
            | TicketFileError::OtherPicture
            | TicketFileError::BadPicture
            | TicketFileError::PictureTooLarge
            | TicketFileError::NoCode
            | TicketFileError::OtherCode
            | TicketFileError::Ticket(_) => Code::BadTicket,
        };
        AppError::new(code, error.to_string())
    }
}

impl From<TicketFileError> for Fault {
    fn from(error: TicketFileError) -> Self {
        AppError::from(error).into()
    }
}
