//! The only place where a clock or the system's randomness enters.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use skein_sync::Now;

/// A clock that never runs backwards, and the wall clock beside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// Both clocks now, for the engine.
    pub(crate) fn now(&self) -> Now {
        Now {
            mono_ms: u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX),
            wall_ms: wall_ms(),
        }
    }

    /// The instant of a deadline the engine named.
    pub(crate) fn instant(&self, mono_ms: u64) -> Instant {
        // Deadlines lie at most hours ahead; one beyond the clock's range means never.
        let later = self.start.checked_add(Duration::from_millis(mono_ms));
        later.unwrap_or_else(|| Instant::now() + Duration::from_secs(3600))
    }
}

/// Unix milliseconds as this machine believes them; 0 before 1970.
pub(crate) fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}

/// Fresh random bytes of the operating system.
///
/// # Panics
/// When the system has none. There is no safe way on: nonces and secrets must never repeat.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A block id: 96 random bits in 16 characters of the alphabet that ids allow (formats.md).
pub(crate) fn block_id() -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    let digits = random::<16>();
    digits
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte & 63)]))
        .collect()
}
