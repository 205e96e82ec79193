//! Time: one that all share and nobody sees, and what each device believes.

use skein_sync::Now;

use crate::config::EPOCH_MS;

/// The clock of one device. The engine's own clock begins at zero with each process and never runs back; the
/// wall clock says whatever it says.
#[derive(Clone, Copy, Debug, Default)]
pub struct SimClock {
    /// When the process started, in shared time, ms.
    started_ms: u64,
    /// How wrong the wall clock is, ms.
    wall_off_ms: i64,
}

impl SimClock {
    /// A clock that is wrong by so much.
    pub fn wrong_by(wall_off_ms: i64) -> Self {
        Self {
            started_ms: 0,
            wall_off_ms,
        }
    }

    /// The process starts.
    pub fn start(&mut self, shared_ms: u64) {
        self.started_ms = shared_ms;
    }

    /// Somebody sets the wall clock.
    pub fn set_wall(&mut self, by_ms: i64) {
        self.wall_off_ms = self.wall_off_ms.saturating_add(by_ms);
    }

    /// Both clocks, as the driver reads them.
    pub fn now(&self, shared_ms: u64) -> Now {
        Now {
            mono_ms: shared_ms - self.started_ms,
            wall_ms: EPOCH_MS + shared_ms as i64 + self.wall_off_ms,
        }
    }

    /// A deadline of the engine in shared time, ms.
    pub fn shared(&self, mono_ms: u64) -> u64 {
        mono_ms.saturating_add(self.started_ms)
    }
}
