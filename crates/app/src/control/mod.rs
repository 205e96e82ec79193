//! The control socket: how a command reaches the process that holds the profile.
//!
//! One profile, one process; every other command becomes a client of it. A frame is a
//! u32 length (little-endian) and JSON, at most 2 MiB. A connection carries requests one
//! after another, each answered before the next is read; after [`Request::Watch`] it
//! carries events only. An answer that is longer than a frame travels in parts.
//!
//! The socket lies in the profile (0700), and the server checks the peer's user id as
//! well. No answer carries a secret, save the ticket that the same request has just made.

mod client;
mod frame;
mod messages;
mod path;
mod server;
#[cfg(test)]
mod tests;

pub use client::Client;
pub use frame::{FrameError, read as read_frame};
pub use messages::{Answer, CatFormat, Request};
pub use path::socket_path;

pub(crate) use path::remove as remove_socket;
pub(crate) use server::serve;
