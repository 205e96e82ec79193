//! Every bound and delay of the engine, with its unit and its reason.

/// Protocol number said in Hello; the stream protocol's id carries the same.
pub const PROTOCOL: u16 = 1;

/// Entry formats this version reads and writes.
pub const ENTRY_FORMATS: &[u8] = &[1];

/// The oldest and newest note schema this version shows.
pub const NOTE_SCHEMA: (u16, u16) = (1, 1);

/// Largest frame body, bytes; more is a peer that means no good (formats.md).
pub const FRAME_MAX_BYTES: usize = 256 * 1024;

/// Largest body of an Entry frame, bytes: a payload of 1 MiB and its header.
pub const ENTRY_FRAME_MAX_BYTES: usize = 1024 * 1024 + 64 * 1024;

/// Largest payload of one entry, bytes (protocol.md); larger edits are split by their author.
pub const PAYLOAD_MAX_BYTES: usize = 1024 * 1024;

/// Largest entry published on gossip, bytes: above it gossipsub's own limits come near (sync-tech B3).
pub const GOSSIP_MAX_BYTES: usize = 48 * 1024;

/// Entries kept in memory that arrived ahead of their chain or name a roster entry not here, per space.
pub const PARKED_MAX_ENTRIES: usize = 256;

/// The same in payload bytes.
pub const PARKED_MAX_BYTES: usize = 4 * 1024 * 1024;

/// How long a gap may close by itself before it is pulled, ms: gossip overtakes the stream by less.
pub const GAP_WAIT_MS: u64 = 300;

/// How long a pull waits for an answer before the next peer is asked, ms.
pub const PULL_RETRY_MS: u64 = 2_000;

/// Entries in one Want answer or catch-up chunk: keeps a slow peer's queue and our memory small.
pub const RANGE_CHUNK_ENTRIES: u64 = 256;

/// Local quiet before changed Heads are told, ms.
pub const HEADS_QUIET_MS: u64 = 1_000;

/// How long a device without a secret for its roster waits for a member's before it makes one, ms (security.md).
pub const SECRET_WAIT_MS: u64 = 5_000;

/// Labels whose secrets are held, the current one included: with former ones a member that was away is recognised.
pub const SECRET_LABELS_MAX: usize = 33;

/// Secrets held of one label: devices that learn of a removal apart make one each.
pub const SECRETS_PER_LABEL: usize = 4;

/// Secrets in one frame: all that are held, which a byte counts.
pub const SECRETS_MAX: usize = SECRET_LABELS_MAX * SECRETS_PER_LABEL;

const _: () = assert!(SECRETS_MAX <= u8::MAX as usize);

/// Longest wait before changed Heads are told while somebody keeps typing, ms: a receipt within seconds.
pub const HEADS_MAX_WAIT_MS: u64 = 4_000;

/// Heads on gossip at most this often, ms, for each [`STREAMS_WANTED`] members: everybody hears everybody's.
pub const HEADS_GOSSIP_MS: u64 = 5_000;

/// With more other members online than this, streams are kept to so many of them only (protocol.md, Reconciliation):
/// [`NEAR_EACH_SIDE`] on each side and [`DRAWN`] at random.
pub const STREAMS_WANTED: usize = 2 * NEAR_EACH_SIDE + DRAWN;

/// Neighbours on each side, in the order of all members: with two, one that is gone cuts nobody off.
pub const NEAR_EACH_SIDE: usize = 2;

/// Members drawn at random beside the neighbours: a few are enough for everybody to be four steps from everybody.
pub const DRAWN: usize = 4;

/// How often they are drawn anew, ms: who drew badly does not stay there.
pub const REDRAW_MS: u64 = 600_000;

/// Streams taken from others at most when more than [`STREAMS_WANTED`] are online; neighbours always are.
pub const STREAMS_ACCEPTED: usize = 16;

/// A stream that this device wants and the other side, whose turn it is, has not opened after so long is opened from
/// here, ms: who sees other members online may want other streams.
pub const OPEN_ALONE_MS: u64 = 2_000;

/// How long streams that are no longer wanted stay after the choice last changed, ms: when a room of devices is
/// switched on, the choice changes with every one of them.
pub const SETTLE_MS: u64 = 10_000;

/// How much later than its age says a relayed Heads may have been on its way, ms: a stalled connection is given up
/// after ten seconds, and single gossip messages came seconds late.
pub const RELAY_SLACK_MS: u64 = 10_000;

/// The same Heads are relayed a second time when their signer has confirmed them so much later, ms: who had a stream
/// of the signer a moment before they were said cannot be sure the first time.
pub const RELAY_AGAIN_MS: u64 = 15_000;

/// Heads of somebody who holds something else than this device are relayed when they are so old, ms: mostly it is
/// only catching up.
pub const RELAY_SETTLED_MS: u64 = 5_000;

/// Heads of somebody who holds the same as this device, to a peer who does not, after so long, ms: mostly it will in
/// a moment, and then 170 bytes say it.
pub const RELAY_PATIENCE_MS: u64 = 30_000;

/// Heads relayed in full on one stream in one beat of digests.
pub const RELAY_FULL_PER_BEAT: usize = 4;

/// Incarnations remembered of one member; relayed Heads of one more count no longer.
pub const INCARNATIONS_MAX: usize = 64;

/// Entries of one author taken in without having been asked for, at once (protocol.md, Planes).
pub const UNASKED_ENTRIES: u64 = 2_000;

/// The same in bytes of payload.
pub const UNASKED_BYTES: u64 = 64 * 1024 * 1024;

/// Such entries more each second.
pub const UNASKED_ENTRIES_PER_S: u64 = 50;

/// Such bytes more each second.
pub const UNASKED_BYTES_PER_S: u64 = 1024 * 1024;

/// Entries asked for and not here yet, of one peer: two chunks, so that the disk works while the next is on its way.
pub const ASKED_PER_STREAM: u64 = 2 * RANGE_CHUNK_ENTRIES;

/// Entries on their way to disk above which nothing more is asked for: the disk sets the pace of catching up.
pub const ASKED_ON_WAY_TO_DISK: usize = 1_024;

/// Bytes of payload that one answer should have, by what the last ones of the chain had: small enough that what
/// others write meanwhile does not wait long on the same stream.
pub const ASKED_BYTES: u64 = 4 * 1024 * 1024;

/// How soon it is looked again whether a chain's turn to be asked for has come, ms.
pub const TURN_MS: u64 = 20;

/// Answers that wait for a stream; who asks for more asks again.
pub const WANTED_MAX: usize = 64;

/// How often a digest is told on an idle stream, ms, plus or minus a fifth.
pub const DIGEST_MS: u64 = 10_000;

/// Full Heads in answer to a differing digest at most this often per stream, ms.
pub const HEADS_ANSWER_MS: u64 = 1_000;

/// Tips per chain in a Heads line (a fork has more than one).
pub const HEADS_TIPS_MAX: usize = 4;

/// Chains in one Heads, more than any roster of people makes.
pub const HEADS_CHAINS_MAX: usize = 4_096;

/// A stream that was asked for and did not open is asked for again after so long, ms.
pub const STREAM_RETRY_MS: u64 = 3_000;

/// Member entries by which somebody unknown here may show its admission, bytes in all (security.md: Who may connect).
pub const ADMISSION_MAX_BYTES: usize = 1024 * 1024;

/// Time for a peer to say Hello on a new stream, ms.
pub const HELLO_WAIT_MS: u64 = 10_000;

/// Notes kept in memory beside those that are open.
pub const LOADED_NOTES_MAX: usize = 48;

/// A snapshot is due after this many entries since the last.
pub const SNAPSHOT_ENTRIES: u32 = 500;

/// A snapshot is due after this many payload bytes since the last.
pub const SNAPSHOT_BYTES: usize = 256 * 1024;

/// Above this length (UTF-16 units) a note's summary is not made anew on every edit but by [`SUMMARY_REFRESH_MS`].
/// Measured: 1.4 ms at 18,000 units, the larger part of an edit's whole cost.
pub const SUMMARY_EAGER_UTF16: u64 = 1_000;

/// How often the summary of a longer note is made anew while it changes, ms.
pub const SUMMARY_REFRESH_MS: u64 = 1_000;

/// How long a session that was ended from this side still takes what its window had written, ms. The window lets go
/// of it itself after 3 s.
pub const LEAVING_MS: u64 = 30_000;

/// A note that could not be read is read again after so long, ms: as long as the store takes to open its file anew.
pub const REREAD_MS: u64 = 1_000;

/// Notes looked at again in one turn after the roster changed; the rest follow in the next turns.
pub const RECHECKED_PER_TURN: usize = 8;

/// Entries a note is built without at most because its document fails on them here; with more it is not shown.
pub const POISON_MAX: usize = 64;

/// Words shown of what is set aside of one author in one note, bytes of the last edit that still begins below; the rest
/// comes in with it all the same.
pub const ASIDE_WORDS_BYTES: usize = 16 * 1024;

/// Branches kept of one chain, the first included: a line of Heads shows so many tips. The store keeps as many.
pub const BRANCHES_MAX: usize = HEADS_TIPS_MAX;

/// Deliveries a window may leave unconfirmed; one that confirms nothing for so long is opened again.
pub const UNCONFIRMED_MAX: usize = 16_384;

/// Dependencies in one entry (formats.md); a larger frontier is sealed in steps.
pub const DEPS_MAX: usize = 512;

/// Shortest time between two presence messages of one session, ms (ten a second).
pub const PRESENCE_MIN_MS: u64 = 100;

/// Presence is repeated this often, ms, plus or minus a fifth.
pub const PRESENCE_BEAT_MS: u64 = 10_000;

/// An edit makes a session "editing" for so long, ms.
pub const EDITING_MS: u64 = 10_000;

/// Without input for so long a session is "idle", ms.
pub const IDLE_MS: u64 = 300_000;

/// Nothing heard for so long makes a person "offline", ms: three beats.
pub const OFFLINE_MS: u64 = 30_000;

/// After so long a person's presence is forgotten, ms.
pub const FORGET_MS: u64 = 600_000;

/// Presence kept per space, sessions; the oldest goes.
pub const PRESENCE_MAX: usize = 256;

/// A caret or selection head as an encoded relative position, bytes: two ids and a root name fit.
pub const POSITION_MAX_BYTES: usize = 64;

/// Length of a version string in Hello, bytes.
pub const VERSION_MAX_BYTES: usize = 64;

/// Colours in the palette for people.
pub const COLOURS: usize = 12;
