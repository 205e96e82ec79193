//! Every bound of the benchmarks, each with its unit and its reason.

use std::time::Duration;

/// Rounds of a latency run when none are given. Each measures everything once, so that a change of the
/// machine's load meets all alike.
pub const ROUNDS: usize = 5;

/// Edits before the first round that are not counted: they open the session and warm caches.
pub const WARM_UP_EDITS: usize = 50;

/// Longest wait for the next step of anything, far above what a loaded machine needs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How long the ticket of a run is good, in minutes.
pub const TICKET_MINUTES: u32 = 10;

/// Edits of a trace under way at once, below the 1,024 messages that the app keeps for a window: each edit
/// comes back as one acknowledgement.
pub const IN_FLIGHT: u64 = 512;

/// Head of a frame on a stream, in bytes: length and type. Encryption and multiplexing add about thirty more,
/// which the ping-pong leaves out.
pub const FRAME_HEAD_BYTES: usize = 5;
