//! Every label that separates one use of a key or hash from another.
//!
//! A label stands at the very beginning of what is hashed, MACed, derived or signed. No label is the beginning of
//! another (a test holds that), so bytes made for one purpose never pass for another. Labels are frozen: a changed
//! meaning takes a new number.

/// A purpose of a key or hash. Only this file makes them, so nothing can be signed without one that stands here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(&'static str);

impl Label {
    /// The bytes that begin the hashed or signed message.
    pub fn bytes(self) -> &'static [u8] {
        self.0.as_bytes()
    }

    /// The text, for BLAKE3's derive-key mode.
    pub fn text(self) -> &'static str {
        self.0
    }
}

/// HKDF info: the device's signing key.
pub const DEVICE: Label = Label("skein/device/1");
/// HKDF info: the libp2p identity. Also the label of a transport key's statement in a Member entry.
pub const TRANSPORT: Label = Label("skein/transport/1");
/// HKDF info: what a space's recovery key signs with.
pub const RECOVERY: Label = Label("skein/recovery/1");
/// HKDF info: reserved for encryption of the database at rest. Nothing uses it in version 1.
pub const STORAGE: Label = Label("skein/storage/1");

/// Signature of an entry's header hash.
pub const ENTRY: Label = Label("skein/entry/1");
/// Hash that names a chain.
pub const CHAIN: Label = Label("skein/chain/1");
/// Hash that names a space.
pub const SPACE: Label = Label("skein/space/1");
/// Hash a session's yjs client id is taken from.
pub const CLIENT: Label = Label("skein/client/1");
/// Hash that the other name of a session's writing is taken from, where its client id says two things.
pub const ALIAS: Label = Label("skein/alias/1");

/// Signature of a device's Heads.
pub const HEADS: Label = Label("skein/heads/1");
/// Signature of a session's presence.
pub const PRESENCE: Label = Label("skein/presence/1");

/// Derived from a space's secret: the name of its gossip topic.
pub const TOPIC: Label = Label("skein/topic/1");
/// Derived from a space's secret: the key of its gossip.
pub const GOSSIP: Label = Label("skein/gossip/1");
/// Derived from a space's secret: the key of its tags in announcements.
pub const TAG: Label = Label("skein/tag/1");
/// Derived from a space's secret: the key by which two devices show each other, before anything else, that they hold it.
pub const KNOCK: Label = Label("skein/knock/1");
/// Derived from a ticket's secret: the key of its tag.
pub const TICKET_TAG: Label = Label("skein/tag/ticket/1");
/// Derived from zeros: the key of the tag that says "an invitation is open here".
pub const PAIRING_TAG: Label = Label("skein/tag/pairing/1");

/// Begins a ticket's transcript; the joiner's signatures cover exactly the transcript.
pub const TICKET: Label = Label("skein/ticket/1");
/// The inviter's signatures: this, then transcript and hash of the admission.
pub const TICKET_MEMBER: Label = Label("skein/ticket/member/1");
/// Hash that names a ticket without giving its secret away.
pub const TICKET_ID: Label = Label("skein/ticket/id/1");
/// Derived from a ticket's secret: the key of both proofs.
pub const TICKET_KEY: Label = Label("skein/ticket/key/1");

/// Hash by which a guest commits to its nonce.
pub const PAIR_COMMIT: Label = Label("skein/pair/commit/1");
/// Hash that the pictures two people compare are taken from.
pub const PAIR_SAS: Label = Label("skein/pair/sas/1");
/// The guest's signatures of a ceremony's transcript.
pub const PAIR_GUEST: Label = Label("skein/pair/guest/1");
/// The host's.
pub const PAIR_HOST: Label = Label("skein/pair/host/1");
/// The host's signatures of transcript and hash of the admission.
pub const PAIR_WELCOME: Label = Label("skein/pair/welcome/1");

/// MAC of the joiner's proof: this, then transcript and names.
pub const JOINER: Label = Label("joiner");
/// MAC of the inviter's proof: this, then transcript and hash of the admission.
pub const MEMBER: Label = Label("member");
/// MAC of the inviter's "used" or "expired": this, then transcript and reason.
pub const TURNED_AWAY: Label = Label("turned away");

/// All of them, for the test that none begins another.
pub const ALL: [Label; 29] = [
    DEVICE,
    TRANSPORT,
    RECOVERY,
    STORAGE,
    ENTRY,
    CHAIN,
    SPACE,
    CLIENT,
    ALIAS,
    HEADS,
    PRESENCE,
    TOPIC,
    GOSSIP,
    TAG,
    KNOCK,
    TICKET_TAG,
    PAIRING_TAG,
    TICKET,
    TICKET_MEMBER,
    TICKET_ID,
    TICKET_KEY,
    PAIR_COMMIT,
    PAIR_SAS,
    PAIR_GUEST,
    PAIR_HOST,
    PAIR_WELCOME,
    JOINER,
    MEMBER,
    TURNED_AWAY,
];
