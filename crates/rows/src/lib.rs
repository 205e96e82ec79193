//! Between the engine and the store: rows of the one are rows of the other here, and nowhere else.
//!
//! The driver and the simulator both carry the engine's effects to the store. They share this crate, so that
//! what is simulated is what runs. [`rows`] converts; [`Committed`] lets the engine read what is committed.

mod held;
mod rows;

pub use held::Committed;
pub use rows::{graph_row, held_snapshot, note_row, op, start_spaces};
