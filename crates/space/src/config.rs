//! Every bound of this crate, with its unit and its reason.

/// The one format of entries this version writes and reads.
pub const ENTRY_FORMAT: u8 = 1;

/// Bytes of one payload. Larger edits are split by their author, so that no device must buffer more for one entry.
pub const MAX_PAYLOAD: usize = 1024 * 1024;

/// Entries one header may name. An author with a larger frontier first seals edits that take up to this many each.
pub const MAX_DEPS: usize = 512;

/// Bytes of a header without its deps: the fixed fields and the u16 count.
pub const HEADER_FIXED: usize = 1 + 16 + 32 + 16 + 1 + 8 + 32 + 1 + 16 + 8 + 2 + 8 + 4 + 32;

/// Bytes of one reference to an entry: chain 16, seq 8, hash 16.
pub const REF_BYTES: usize = 16 + 8 + 16;

/// Bytes of the longest header.
pub const MAX_HEADER: usize = HEADER_FIXED + MAX_DEPS * REF_BYTES;

/// Bytes of a signature.
pub const SIG_BYTES: usize = 64;

/// Bytes of the longest encoded entry, length prefix included. Fits the 1 MiB + 64 KiB entry frame.
pub const MAX_ENTRY: usize = 4 + MAX_HEADER + MAX_PAYLOAD + SIG_BYTES;

/// Bytes of a string in anything signed (names of persons, devices, spaces; addresses).
pub const MAX_TEXT: usize = 256;

/// Bits a yjs client id loses from its hash: 64 − 53, because page and engine share ids as exact doubles.
pub const CLIENT_ID_SHIFT: u32 = 11;

/// Bytes of one sealed gossip message: an entry of 48 KiB, which is the largest that goes by gossip, with room around.
pub const MAX_GOSSIP: usize = 64 * 1024;

/// The version of everything under `/skein/pair/1`; part of the transcript, so that nobody can talk it down.
pub const PAIRING_PROTOCOL: u16 = 1;

/// Bytes of one pairing message before the proof: a stranger may make us read no more.
pub const MAX_BEFORE_PROOF: usize = 8 * 1024;

/// Bytes of the admission message, type and proofs included: about 2,000 Member entries.
pub const MAX_ADMISSION: usize = 1024 * 1024;

/// Bytes of a PeerId: a multihash of an inlined Ed25519 key is 38, of a SHA-256 34.
pub const MAX_PEER_ID: usize = 64;

/// Spaces that one invitation of an own device gives: as many statements of 64 bytes fit before the proof twice over, and
/// a roster of some thirty members each into the admission message.
pub const MAX_OWN_SPACES: usize = 64;

/// Bytes kept free for each of them beside its roster of now: name, secret and addresses, and the members that come
/// while the invitation is open.
pub const OWN_SPACE_ROOM: usize = 8 * 1024;

/// Ordinary addresses in an admission: those of all interfaces of one machine.
pub const MAX_ADMISSION_ADDRESSES: usize = 16;

/// Addresses in a ticket, so that its text stays below 400 characters and fits a QR code.
pub const MAX_TICKET_ADDRESSES: usize = 8;

/// Characters of a pasted ticket, spaces and dashes included: ten times what a ticket needs.
pub const MAX_TICKET_TEXT: usize = 4096;

/// Characters of a typed recovery key, spaces and dashes included: some four times what one needs.
pub const MAX_RECOVERY_TEXT: usize = 512;

/// How long an invitation stays open, ms: long enough to walk over with the other laptop.
pub const INVITATION_MS: u64 = 10 * 60 * 1000;

/// Exchanges in which the host's nonce left, over one invitation: with them somebody between succeeds in 61 of 2²⁴.
pub const EXCHANGES_MAX: u32 = 60;

/// Least time between two of them, ms: who hangs up and tries again does not fill the screen.
pub const EXCHANGE_PACE_MS: u64 = 3_000;

/// How long one step of an exchange may take, ms.
pub const STEP_MS: u64 = 10_000;

/// How long pictures stand on both screens, ms: time to look from one to the other and ask.
pub const ON_SCREEN_MS: u64 = 60_000;
