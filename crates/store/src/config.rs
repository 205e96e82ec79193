//! Every bound of the store, with its unit and its reason.

use std::time::Duration;

/// Version of the tables and rows. A database that says anything else is not touched.
pub const FORMAT: u32 = 1;

/// Memory for database pages, bytes. redb's default is 1 GiB, more than the whole application may use;
/// 64 MiB holds the inner pages of some ten million entries and the notes somebody works on.
pub const CACHE_BYTES: usize = 64 * 1024 * 1024;

/// Operations in one commit (protocol.md, Storage). An fsync takes 2 to 10 ms on a laptop: more than this
/// many would let the first one wait for the writing of the last.
pub const GROUP_OPS: usize = 256;

/// Bytes in one commit: dirty pages stay in memory until the commit, and in a full disk small steps fit.
pub const GROUP_BYTES: usize = 8 * 1024 * 1024;

/// Operations that may wait for the disk. At the rate measured for grouped appends this is more than a
/// second of work; who fills it does not listen to [`crate::StoreThread::waiting`].
pub const QUEUE_OPS: usize = 65_536;

/// Bytes that may wait for the disk: what a stalled disk may cost in memory.
pub const QUEUE_BYTES: usize = 128 * 1024 * 1024;

/// Largest part of a snapshot, bytes. redb's pages are powers of two, so with its own header a part of
/// 65,000 fits one page of 65,536 (protocol.md, Storage).
pub const SNAPSHOT_PART_BYTES: usize = 65_000;

/// Largest snapshot, bytes. It is held in memory whole while it is written; a note of this size cannot be
/// edited anyway.
pub const SNAPSHOT_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Generations of a snapshot that are kept: the newest and the one before, in case the newest is damaged.
pub const SNAPSHOT_GENERATIONS: u32 = 2;

/// Branches of one chain, the first included (protocol.md, forks: Heads lists at most 4 tips).
pub const BRANCHES_MAX: usize = 4;

/// Largest row other than snapshots, bytes: a draft of a window's largest push with its text.
pub const ROW_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Longest reason kept with a refused entry, bytes; a longer one is cut, it is a sentence for people.
pub const REASON_BYTES_MAX: usize = 1_024;

/// Addresses kept per peer; the one seen longest ago goes.
pub const PEER_ADDRESSES_MAX: usize = 8;

/// Longest address of a peer, bytes (formats.md: strings).
pub const ADDRESS_BYTES_MAX: usize = 256;

/// Size of the reserve file, bytes: room for what is typed until the windows stop, with the pages copied for it
/// and the repair at reopening. Larger groups wait in memory until there is room.
pub const RESERVE_BYTES: usize = 4 * 1024 * 1024;

/// Wait before the second attempt after a storage error; the first follows at once. Doubles each time.
pub const RETRY_FIRST: Duration = Duration::from_millis(50);

/// Longest wait between two attempts: a person who freed disk space or plugged the disk back in waits no
/// longer than this.
pub const RETRY_LONGEST: Duration = Duration::from_secs(5);

/// How often a spent reserve is tried to be laid up again.
pub const RESERVE_RETRY: Duration = Duration::from_secs(5);

/// Attempts left to a failing disk once the store is being closed: quitting must not hang.
pub const CLOSE_ATTEMPTS: u32 = 3;

/// Entries that verification reads in one transaction: readers must stay short, they hold back the
/// reuse of pages and the reopening after an error.
pub const VERIFY_STEP: usize = 512;

/// Problems that a verification lists; more are only counted.
pub const PROBLEMS_MAX: usize = 1_000;
