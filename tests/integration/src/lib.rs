//! Real processes on a network of our own.
//!
//! The tests of this crate run the built `skein` the way a person would: arguments in, exit codes
//! and JSON out. Each device stands in its own network namespace, joined to the others by a bridge,
//! so that a test can pull a cable, hand out another address, and see multicast pass or not.
//! `tests/e2e` puts windows on the same ground.
//!
//! Where to look:
//!
//! - [`ground`]: which kind of network this machine lets us have, tried in order and said aloud.
//! - [`network`]: the bridge, and [`Host`](network::Host), one device's place on it; [`weather`]:
//!   what goes wrong there; [`trouble`]: what keeps devices from finding each other.
//! - [`peer`]: one profile and the `skein` that runs on it; [`circle`]: several in one space.
//! - [`writer`]: words written into a note, and which of them were called saved.
//! - [`person`]: somebody before a command that asks.
//! - [`capture`]: all that a host hears, recorded; [`traffic`]: what a recording holds; [`announced`]: what stands
//!   in announcements; [`needles`]: what must stand nowhere. [`flood`]: as many connections as one host can make.
//! - [`disk`]: a small disk, and a file that nobody may write; [`clock`]: a wall clock that jumps.
//! - [`key_store`]: a device's own session bus, with a real key store on it.
//! - [`wait`]: the only way to wait here, for a condition, with a deadline; [`figure`]: a time that
//!   was promised.
//! - [`trial`]: a test's name, what it needs, and the main function of a test binary; [`length`]:
//!   how long it may take.

pub mod announced;
pub mod capture;
pub mod chance;
pub mod circle;
pub mod clock;
pub mod disk;
pub mod figure;
pub mod flood;
pub mod ground;
pub mod key_store;
pub mod length;
pub mod needles;
pub mod network;
pub mod peer;
pub mod person;
pub mod process;
pub mod story;
pub mod traffic;
pub mod trial;
pub mod trouble;
pub mod wait;
pub mod weather;
pub mod writer;
