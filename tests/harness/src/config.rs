//! Every bound and chance of the simulator, with its unit and its reason.

/// What a disk writes at once, bytes: no smaller piece survives a power cut whole by promise.
pub const SECTOR_BYTES: usize = 512;

/// What a file system allocates at once, bytes.
pub const BLOCK_BYTES: u64 = 4_096;

/// After so long without an answer a connection is given up, ms: dead connections are noticed within 10 s.
pub const KEEP_ALIVE_MS: u64 = 10_000;

/// How often devices that can reach each other and are not connected are tried, ms.
pub const DIAL_MS: u64 = 1_000;

/// Bytes of one stream and direction that are on their way at once; beyond it the sender waits.
pub const WINDOW_BYTES: usize = 256 * 1024;

/// Frames waiting for one stream beyond that, bytes, above which it is cut: the driver's own bound.
pub const STREAM_QUEUE_BYTES: usize = 8 * 1024 * 1024;

/// Bytes a stream carries in a millisecond: 20 MB/s, a slow room.
pub const BYTES_PER_MS: u64 = 20_000;

/// How much of a range is read from disk at once, bytes: the driver's own bound.
pub const RANGE_READ_BYTES: usize = 256 * 1024;

/// Operations in one commit, as the store's own thread groups them.
pub const GROUP_OPS: usize = 256;

/// A window whose session was ended has handed over all it wrote after so long, ms: the engine takes it for 30 s.
pub const HANDED_OVER_MS: u64 = 20_000;

/// A window that hears no acknowledgement sends its pushes again after so long, ms.
pub const PUSH_RETRY_MS: u64 = 2_000;

/// First wait of a store before it tries again after a fault, ms; doubles up to [`RETRY_LONGEST_MS`].
pub const RETRY_FIRST_MS: u64 = 50;

/// Longest such wait, ms.
pub const RETRY_LONGEST_MS: u64 = 5_000;

/// After healing everybody agrees within so long, virtual ms: three digests, a stream asked for again, and the
/// longest keep-alive and backoff. Once more for every device that runs with the identity of another: one
/// connection per identity, so they take turns.
pub const HEAL_MS: u64 = 60_000;

/// While all heals, devices that run with one identity take each other's place this often, ms: time enough for two
/// to say what they hold and to send it.
pub const TWIN_TURN_MS: u64 = 3_000;

/// How often it is looked whether everybody agrees, virtual ms.
pub const LOOK_MS: u64 = 500;

/// Runs of a schedule that shrinking may take.
pub const SHRINK_RUNS: usize = 300;

/// Events of one schedule; more is a storm that never ends.
pub const EVENTS_MAX: u64 = 2_000_000;

/// Effects that one input may lead to: more is memory without a bound.
pub const EFFECTS_MAX: usize = 20_000;

/// Commits on their way to one disk, entries included, while it works; more is a queue without a bound.
pub const COMMITS_MAX: usize = 20_000;

/// Where every simulated clock begins, Unix ms.
pub const EPOCH_MS: i64 = 1_700_000_000_000;
