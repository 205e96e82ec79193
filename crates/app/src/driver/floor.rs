//! How much of the profile's disk is free: below the floor nothing of others is taken in, and it is said.

use std::time::Instant;

use skein_sync::Input;

use super::Driver;
use crate::config::{DISK_AGAIN_BYTES, DISK_FLOOR_BYTES, DISK_LOOK};

/// The last look.
pub(super) struct Floor {
    due: Instant,
    low: bool,
    /// Windows that were there when it was last said.
    told: usize,
}

impl Floor {
    pub(super) fn new() -> Self {
        Self {
            due: Instant::now(),
            low: false,
            told: 0,
        }
    }

    pub(super) fn next_deadline(&self) -> Instant {
        self.due
    }
}

/// Whether so many free bytes are too few; `low` is what was so before.
fn is_low(free: u64, low: bool) -> bool {
    let more = if low { DISK_AGAIN_BYTES } else { 0 };
    free < DISK_FLOOR_BYTES + more
}

impl Driver {
    /// Looks how much is free, when it is time.
    pub(super) fn look_at_floor(&mut self, now: Instant) {
        if now < self.floor.due {
            return;
        }
        self.floor.due = now + DISK_LOOK;
        let free = match rustix::fs::statvfs(self.profile.dir()) {
            Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
            Err(error) => {
                // The store says what is wrong with a folder that is gone; a guess here would stop everything.
                return tracing::warn!("how much of the disk is free cannot be read: {error}");
            }
        };
        let low = is_low(free, self.floor.low);
        if low != self.floor.low {
            self.floor.low = low;
            tracing::info!("{free} bytes of the disk are free; low: {low}");
            self.floor.told = self.windows_listening();
            self.feed(Input::DiskRoom { low });
        } else if low {
            self.tell_late_windows();
        }
    }

    /// A window that was opened since hears it too.
    fn tell_late_windows(&mut self) {
        let here = self.windows_listening();
        if here > self.floor.told {
            self.tell_disk_low();
        }
        self.floor.told = here;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_the_floor_is_low_until_there_is_clearly_more() {
        let floor = DISK_FLOOR_BYTES;
        assert!(!is_low(floor, false));
        assert!(is_low(floor - 1, false));
        assert!(is_low(floor + DISK_AGAIN_BYTES - 1, true));
        assert!(!is_low(floor + DISK_AGAIN_BYTES, true));
    }
}
