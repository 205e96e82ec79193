//! Why a benchmark gave no figures.

use skein_app::AppError;

/// Why a benchmark gave no figures.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The app refused something.
    #[error("{0}")]
    App(#[from] AppError),
    /// A file, socket or process failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// A line between the processes, or a trace, was not understood.
    #[error("not understood: {0}")]
    Json(#[from] serde_json::Error),
    /// The window's replica did not take an edit.
    #[error("the replica failed: {0}")]
    Replica(String),
    /// A measured device ended or went silent.
    #[error("{0}")]
    Device(String),
    /// What came out is not what went in; figures of it would mean nothing.
    #[error("wrong result: {0}")]
    Wrong(String),
}

impl From<skein_note::NoteError> for BenchError {
    fn from(error: skein_note::NoteError) -> Self {
        Self::Replica(error.to_string())
    }
}

impl From<skein_note::EditError> for BenchError {
    fn from(error: skein_note::EditError) -> Self {
        Self::Replica(error.to_string())
    }
}
