//! What devices tell each other and when.
//!
//! The whole of replication is one value, [`Engine`]: something happens ([`Input`]), the engine says what to do
//! ([`Effect`]). It owns no socket, no file and no clock; time, randomness and reads of what is held are
//! arguments. The driver (`skein-app`) and the simulator run the very same code.
//!
//! Start with [`api`] for what goes in and out, `SPEC.md` beside this crate for the rules with their numbers, then
//! `engine/receive.rs` (a peer's entry) and `engine/edit.rs` (a window's push): everything else serves these two.
//!
//! Two ideas carry the crate. *Holding is not applying*: entries are held per chain, in order, after signature
//! and role; what a note says follows from the set held. *Nothing is told before it is durable*: chains know
//! their held tip and their durable tip, and only the second ever leaves.

pub mod api;
pub mod config;
mod engine;
pub mod frame;
pub mod heads;
pub mod neighbours;
pub mod presence;
mod wire;

pub use api::*;
pub use engine::{Engine, Identity};
pub use wire::WireError;
