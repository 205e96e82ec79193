//! Every number of this crate, with its unit and its reason.

use std::time::Duration;

/// Seconds of mutations per target unless `SKEIN_FUZZ_SECONDS` says otherwise. The tests run two at a
/// time on two cores.
const SECONDS: u64 = 30;

/// Seed unless `SKEIN_FUZZ_SEED` says otherwise: a run that nobody asked to differ does not.
const SEED: u64 = 20_261_121;

/// Longest input of a mutation, bytes. The parsers' own bounds lie above it and have tests of their
/// own; short inputs try more.
pub const INPUT_BYTES: usize = 16 * 1024;

/// Executions between two notes of how far a run has come. A run that ends the process is begun
/// again from the last one.
pub const BLOCK: u64 = 256;

/// Stack of the thread on which a target runs, bytes: that of an ordinary Rust thread, a thirtieth of
/// what the application's loop has.
pub const STACK_BYTES: usize = 2 * 1024 * 1024;

/// Share of mutated inputs that must come past a target's first door, one in so many. Below it the
/// mutations would test the door alone.
pub const ACCEPTED_ONE_IN: u64 = 2_000;

/// Executions after which that share says something.
pub const ACCEPTED_FROM: u64 = 4_000;

/// How long each target is tried with mutations.
pub fn time() -> Duration {
    Duration::from_secs(number("SKEIN_FUZZ_SECONDS").unwrap_or(SECONDS))
}

/// What the mutations follow from.
pub fn seed() -> u64 {
    number("SKEIN_FUZZ_SEED").unwrap_or(SEED)
}

/// The execution to begin with.
pub fn first() -> u64 {
    number("SKEIN_FUZZ_FROM").unwrap_or(0)
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is no number: {text}")),
    )
}
