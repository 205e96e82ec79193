//! What a note is.
//!
//! A note is one yrs document with five roots (`title`, `body`, `attrs`, `objects`, `meta`). The body
//! is one flat text: markers start blocks, U+2029 ends them, formatting carries the marks. This crate
//! reads that document, writes it on behalf of Rust sessions, and guards its door:
//!
//! - [`Note`] applies updates and never writes. It yields the [`Projection`] (title, blocks, marks,
//!   tables), the plain text with its offsets, the [`Summary`] for lists, the canonical JSON and its
//!   hash. Two devices that hold the same entries show the same note and have the same hash.
//! - [`gate`] is an iterative parser over the raw bytes of an update. Nothing from another device
//!   reaches yrs before it. It also turns a window's bytes into the canonical form and splits what is
//!   too large for one entry.
//! - [`Writer`] is a Rust session's own replica: command line, import and templates edit through it,
//!   and every edit comes back as the bytes of just that transaction.
//!
//! The crate is pure: no clock, no file, no socket, no random source, no order that differs from run
//! to run. Ids and client ids are arguments. Only this crate knows yrs.

pub mod config;
pub mod gate;

mod canonical;
mod document;
mod jcs;
mod objects;
mod places;
mod projection;
mod runs;
mod summary;
mod text;
mod value;
mod writer;

pub use document::{Note, NoteError};
pub use projection::{Block, Inline, Projection};
pub use serde_json::Value;
pub use summary::Summary;
pub use writer::{EditError, Writer};
