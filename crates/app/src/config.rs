//! Every bound of the driver, each with its unit and its reason.

use std::time::Duration;

/// Stack of the loop's thread, in bytes. Applying a hostile document may recurse
/// deeper than the default 2 MiB; the gate bounds nesting, this gives it room.
pub const LOOP_STACK_BYTES: usize = 64 * 1024 * 1024;

/// Requests of shells that wait for the loop. A caller waits for room, so a
/// script cannot fill memory; windows push far slower than this drains.
pub const LOCAL_QUEUE: usize = 256;

/// Messages that wait for one window. A window reads them as they come; one that has stopped reading is
/// let go and opens its note again.
pub const SESSION_QUEUE: usize = 1_024;

/// Events that a slow subscriber may lag behind before it loses the oldest.
pub const EVENT_QUEUE: usize = 1_024;

/// How long a Rust session of a note outlives the last command that used it
/// (formats.md, Window).
pub const RUST_SESSION_IDLE: Duration = Duration::from_secs(60);

/// Longest control frame in bytes (protocol.md, Storage).
pub const CONTROL_FRAME_BYTES: usize = 2 * 1024 * 1024;

/// Longest answer that a client puts together from parts, in bytes: a list of
/// 100,000 notes fits.
pub const CONTROL_ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// Clients on the control socket at once (protocol.md, Storage).
pub const CONTROL_CLIENTS: usize = 16;

/// Longest path of a socket, in bytes. The system's limit is 108 with the final
/// zero on Linux and 104 on macOS; beyond this the socket lies under the runtime
/// directory.
pub const SOCKET_PATH_BYTES: usize = 100;

/// How long a command waits for another short command to let go of the profile.
pub const HELD_WAIT: Duration = Duration::from_secs(10);

/// How long a process that has just taken a profile may need to write who it is: that takes microseconds
/// once it runs, and a busy machine lets it run within this.
pub const HOLDER_WAIT: Duration = Duration::from_millis(500);

/// How often a waiting command looks again whether the profile is free.
pub const HELD_POLL: Duration = Duration::from_millis(50);

/// How long a key store may take for what it answers by itself. A session bus may have to start it first, which takes
/// seconds on a busy machine; the bus itself gives up after 25 s.
pub const KEY_STORE_ANSWER: Duration = Duration::from_secs(30);

/// How long a person may take to find the password that unlocks the key store.
pub const KEY_STORE_PERSON: Duration = Duration::from_secs(120);

/// Longest name of a person, device or space in bytes (formats.md: strings).
pub const NAME_BYTES: usize = 256;

/// Shortest prefix of a note id that a command accepts, in hex digits (cli.md).
pub const PREFIX_DIGITS: usize = 4;

/// Tickets open at once (security.md, Joining 6).
pub const OPEN_TICKETS: usize = 32;

/// Longest life of a ticket in minutes: a week. A ticket is a key to the space;
/// it must not lie about for longer than a person remembers it.
pub const TICKET_MINUTES: u32 = 7 * 24 * 60;

/// Longest file that is read as a ticket's text, in bytes: the longest ticket is a tenth of it, and mail programs
/// add line ends.
pub const TICKET_FILE_BYTES: usize = 8 * 1024;

/// Longest picture of a ticket, in bytes: a screenshot of a large screen takes a few MiB.
pub const TICKET_PICTURE_BYTES: usize = 16 * 1024 * 1024;

/// Most pixels of such a picture: those of a 5K screen. A small file may claim to be any size, and each takes five
/// bytes of memory while it is looked at.
pub const TICKET_PICTURE_PIXELS: u64 = 16 * 1024 * 1024;

/// Longest name that is suggested for a ticket's file, in bytes, without its ending: file systems take 255 in all.
pub const TICKET_NAME_BYTES: usize = 100;

/// Frames that wait for one stream beyond what the network has taken, in bytes.
/// A peer that lets more pile up is cut off and catches up later from the disk.
pub const STREAM_QUEUE_BYTES: usize = 8 * 1024 * 1024;

/// How much of a range is read from disk at once, in bytes: a read takes about a
/// millisecond, so the loop stays with its windows.
pub const RANGE_READ_BYTES: usize = 256 * 1024;

/// Inputs of one kind taken before the loop looks at the others again: a flood of one
/// kind delays the rest by a few milliseconds at most.
pub const TURN: usize = 64;

/// How long changes of lists, receipts and members gather before shells are told:
/// below what a person notices, far above one keystroke.
pub const TELL_AFTER: Duration = Duration::from_millis(150);

/// Notes whose receipts are followed for events: those edited or opened last. Fewer than the engine keeps in
/// memory, so that following loads nothing.
pub const FOLLOWED_NOTES: usize = 32;

/// Snapshots under way at once; more are dropped and asked for again 500 entries later.
pub const SNAPSHOT_QUEUE: usize = 8;

/// Operations waiting for the disk above which nothing more is taken from the network, and above twice
/// which nothing more from shells. The store takes 65,536; a turn of the loop adds a few hundred.
pub const STORE_BUSY_OPS: usize = 24_576;

/// The same in bytes of payload. The store takes 128 MiB; a turn of the loop adds at most 64 entries of 1 MiB,
/// and checks before each.
pub const STORE_BUSY_BYTES: usize = 32 * 1024 * 1024;

/// Free bytes on the profile's disk below which nothing of others is taken in (protocol.md, Planes): own edits, a
/// backup and the rest of the system keep room.
pub const DISK_FLOOR_BYTES: u64 = 1024 * 1024 * 1024;

/// Free bytes above the floor from which on it is taken in again, so that what comes does not at once end it.
pub const DISK_AGAIN_BYTES: u64 = 128 * 1024 * 1024;

/// How often it is looked how much is free: a gigabit network brings 1 GiB in 9 s, and looking takes microseconds.
pub const DISK_LOOK: Duration = Duration::from_secs(5);

/// How long a command waits for a disk that fails before it is told: the reserve of a full disk and a second
/// attempt take less.
pub const STORE_PATIENCE: Duration = Duration::from_secs(3);

/// How often an address that a person typed and nobody answered at is dialled again.
pub const MANUAL_RETRY: Duration = Duration::from_secs(15);

/// How long handing over what was sent may take when skein ends: a person waits for it.
pub const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// How long `peer add` waits for an answer from the address: dialling gives up after five seconds.
pub const DIAL_WAIT: Duration = Duration::from_secs(10);

/// How long the doctor takes at most: a person looks at it. A dial that has not ended by then counts as unanswered.
pub const DOCTOR_TIME: Duration = Duration::from_secs(6);

/// How long the doctor listens to multicast: two questions, and the time others take to answer.
pub const DOCTOR_LISTEN: Duration = Duration::from_millis(2500);

/// When the doctor looks a second time who is announced: a command that has just opened the network hears others
/// within this.
pub const DOCTOR_AGAIN: Duration = Duration::from_millis(1500);

/// Addresses the doctor dials: what the network dials at once.
pub const DOCTOR_ADDRESSES: usize = 16;

/// Announced devices remembered for the doctor: as many as the network remembers.
pub const DOCTOR_ANNOUNCED: usize = 64;

/// Findings shown; more are of no more help.
pub const DOCTOR_FINDINGS: usize = 12;

/// The space that a first start makes (formats.md, Spaces and first notes).
pub const FIRST_SPACE: &str = "Personal";

/// How long a start waits to learn where it listens: opening sockets takes milliseconds, and a start that
/// hears nothing goes on without.
pub const LISTEN_WAIT: Duration = Duration::from_secs(5);

/// Blocks of Markdown put into a new note at once. Each part is one entry, and an entry has at most 50,000
/// structs (protocol.md, The gate).
pub const IMPORT_BLOCKS: usize = 500;

/// How long an expired ticket is still known, so that a late joiner is told "expired" and not left
/// guessing.
pub const TICKET_GRACE: Duration = Duration::from_secs(600);

/// Pause between two calls of an inviter that does not answer.
pub const JOIN_RETRY: Duration = Duration::from_secs(1);

/// Invitations of others on this network that are remembered: a person chooses among a few, and anybody may show the
/// tag that everybody knows.
pub const NEARBY: usize = 8;

/// Calls at once to learn who invites: each is a connection to an address that somebody announced.
pub const NEARBY_CALLS: usize = 2;

/// Pause before somebody who invites and did not say who they are is called again, and how often that is done.
pub const NEARBY_RETRY: Duration = Duration::from_secs(2);

/// Calls in vain after which an invitation nearby is left alone until it is announced anew.
pub const NEARBY_TRIES: u32 = 3;
