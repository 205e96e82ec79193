//! Waiting for a condition, with a deadline: a test never sleeps and hopes.

use std::time::{Duration, Instant};

/// Pause between two looks at a condition: short beside what is waited for, long beside a look.
const PAUSE: Duration = Duration::from_millis(25);

/// Waits until `look` gives a value, and returns it.
///
/// # Panics
/// When `limit` has passed; the message names `what` and says how long it was.
pub fn until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    match within(limit, &mut look) {
        Some(value) => value,
        None => panic!("waited {} s for: {what}", limit.as_secs_f32()),
    }
}

/// Like [`until`], but gives `None` when `limit` has passed.
pub fn within<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        if let Some(value) = look() {
            return Some(value);
        }
        if Instant::now() >= end {
            return None;
        }
        std::thread::sleep(PAUSE);
    }
}
