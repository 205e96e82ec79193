//! Why nobody is found: observations in, findings out. Pure.
//!
//! What is known and what is only likely are told apart: a rule that could be wrong makes a finding that
//! is not `certain`, and its sentence says so.

mod judge;
mod seen;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use judge::judge;
pub(crate) use seen::{Dialled, Seen, SeenMember, Standing};
