//! The protocol `/skein/sync/1`: framed streams between two devices.

mod behaviour;
pub(crate) mod frame;
mod outbox;
mod run;

#[cfg(test)]
mod tests;

pub(crate) use behaviour::{Opened, Streams};
pub(crate) use outbox::Outbox;
pub(crate) use run::{Note, read_frame, run};
