//! Bytes that nobody honest wrote, given to every parser that takes bytes from elsewhere.
//!
//! A [`Target`] is one function of bytes. It feeds them to the production parser, and asserts what
//! must hold whatever they are: no panic, no more memory than the bytes have paid for, what is read
//! is written again as it was, what was signed or summed does not survive a change. [`targets::ALL`]
//! lists them; the name of a target is the name of its corpus folder.
//!
//! Two runners share them: [`trial`] on stable Rust (replaying the corpus, then seeded mutations, as
//! part of `cargo xtask test`), and libFuzzer in `guided`, which lies outside the workspace because it
//! needs a nightly compiler.
//!
//! A signature, checksum or hash would turn every mutation away at the door. Such targets mend it
//! after the mutation, or build the value from the bytes and sign it.

pub mod bounded;
pub mod cast;
pub mod config;
pub mod corpus;
pub mod mutator;
pub mod targets;
pub mod trial;

pub use targets::Target;
