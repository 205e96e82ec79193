//! A time that was promised: measured, printed, and held with an allowance for a busy machine.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::story::tell;

/// Looked-for end of a connection on which nothing arrives any more (issue "No word lost").
pub const NOTICED: Duration = Duration::from_secs(10);
/// Longest time from the network being back to being connected again (the same).
pub const MET_AGAIN: Duration = Duration::from_secs(5);

/// What is allowed beyond a promise on a machine that does nothing else.
const QUIET: Duration = Duration::from_secs(1);
/// The most that is allowed, however busy the machine is.
const BUSY: Duration = Duration::from_secs(4);

/// Prints what took how long, and checks it.
///
/// # Panics
/// When it took longer than `promised` and the allowance together.
pub fn promised(what: &str, took: Duration, promised: Duration) {
    let allowance = allowance();
    tell(format!(
        "{what}: {:.1} s (promised {} s, allowed {:.1} s)",
        took.as_secs_f32(),
        promised.as_secs(),
        (promised + allowance).as_secs_f32()
    ));
    assert!(took <= promised + allowance, "{what} took {took:?}");
}

/// A second, and another for each process in the queue per core.
fn allowance() -> Duration {
    let said = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: f64 = said
        .split(' ')
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or(0.0);
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as f64;
    QUIET.mul_f64(1.0 + load / cores).min(BUSY)
}

/// Now, as events of a peer say it: Unix milliseconds.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let ms = since.expect("after 1970").as_millis();
    i64::try_from(ms).expect("a time of this millennium")
}

/// The time between two moments in Unix milliseconds; none where the second came first.
pub fn between(from_ms: i64, to_ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(to_ms - from_ms).unwrap_or(0))
}
