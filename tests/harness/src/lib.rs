//! The simulator: the production engine, store and membership on a network, disks and clocks made of numbers.
//!
//! One seed is one run: [`generate::plan`] makes a schedule of it, [`run::once`] plays it, [`run::twice`] plays it
//! twice and compares every line of what happened. A schedule ends with everything mended; then the oracles look
//! ([`oracle`]). A failure prints its seed, the command that plays it again, and a small schedule that still fails
//! ([`shrink`]).
//!
//! Nothing of the product is written a second time here: the rows between engine and store are those of
//! `skein-rows`, windows are `skein_note::Writer` replicas. What stands in for the outside is the outside:
//!
//! | Module | Is |
//! |---|---|
//! | [`disk`] | a disk that tears writes, fails, fills up, lies about syncs, and loses its power |
//! | [`net`] | connections and streams as TCP gives them; gossip that loses, doubles and reorders |
//! | [`clock`] | a monotonic clock per process and a wall clock that may say anything |
//! | [`window`] | a replica with numbered pushes, as the page keeps it |
//! | [`device`] | disk, clock and process of one device |
//! | [`cluster`] | all of them and time; people, faults and lying members act here |
//! | [`ledger`] | what was promised to people |
//!
//! `cargo run --release -p skein-harness --bin simulate -- --seed N` plays one seed, `--schedules N` many.

pub mod clock;
pub mod cluster;
pub mod config;
pub mod device;
pub mod disk;
pub mod event;
pub mod generate;
pub mod ledger;
pub mod net;
pub mod oracle;
pub mod plan;
pub mod report;
pub mod run;
pub mod shrink;
pub mod trace;
pub mod window;
