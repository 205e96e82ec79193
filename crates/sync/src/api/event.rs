//! What shells hear, and why a session ends.

use skein_space::{DeviceKey, Incarnation, NoteId, Role, SpaceId};

/// Why a session cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// The session's edit was not one our own gate passes; it is in the drafts.
    PushRefused {
        /// The gate's sentence.
        reason: String,
        /// The words it wrote, for Copy.
        text: String,
    },
    /// This device may not write here.
    NotAllowed,
    /// The note broke on this device.
    Broken,
    /// This device took a new incarnation; open again.
    Reopen,
    /// What the note is made of changed: something in it is set aside now, or counts again.
    Rebuilt {
        /// Entries that were part of the note and are not any more.
        gone: u32,
    },
    /// One id said two things: both are in the note, one of them under another name.
    Divided,
    /// The note was read from the log again. It says what it said.
    ReadAgain,
}

/// Something a person should hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Two different entries with one place in a chain: a copied or rolled-back profile, or malice.
    Fork {
        /// Whose chain.
        device: DeviceKey,
        /// Where.
        seq: u64,
    },
    /// A new member is here.
    MemberJoined {
        /// The space.
        space: SpaceId,
        /// Its device.
        device: DeviceKey,
        /// Who let it in.
        by: DeviceKey,
    },
    /// A member may do more or less than before.
    RoleChanged {
        /// The space.
        space: SpaceId,
        /// Whose role it is.
        device: DeviceKey,
        /// Who changed it.
        by: DeviceKey,
        /// What it is now; none: it is out.
        role: Option<Role>,
    },
    /// What a window had written before its note was rebuilt could not become part of it; it is in the drafts.
    Drafted {
        /// The space.
        space: SpaceId,
        /// The note.
        note: NoteId,
        /// Why, as a sentence.
        reason: String,
        /// The words.
        text: String,
    },
    /// A peer holds entries of this device that this device lacks: the profile was put back from a copy.
    RolledBack {
        /// The space.
        space: SpaceId,
    },
    /// The disk has too little room: what others write is not held here until there is more.
    DiskLow,
    /// There is room again: what others wrote meanwhile comes now.
    DiskRoom,
    /// An entry was held but refused by the gate.
    EntryRefused {
        /// The space.
        space: SpaceId,
        /// The note.
        note: NoteId,
        /// Its author.
        device: DeviceKey,
        /// The gate's sentence.
        reason: String,
    },
}

/// What a shell hears of; carries no note text.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// An Edit was applied (from anywhere).
    Edit {
        /// The space.
        space: SpaceId,
        /// The note.
        note: NoteId,
        /// Its author.
        device: DeviceKey,
        /// Its chain's incarnation.
        incarnation: Incarnation,
        /// Its place in the chain.
        seq: u64,
    },
    /// An Edit of another device is durable on this one. Applied it may be before that or later: it is held first
    /// and shown when everything it needs is here.
    Durable {
        /// The space.
        space: SpaceId,
        /// The note.
        note: NoteId,
        /// Its author.
        device: DeviceKey,
        /// Its chain's incarnation.
        incarnation: Incarnation,
        /// Its place in the chain.
        seq: u64,
    },
    /// A note's row changed.
    NoteChanged {
        /// The space.
        space: SpaceId,
        /// The note.
        note: NoteId,
    },
    /// A member came online (its stream is open and said Hello) or went.
    Peer {
        /// The space.
        space: SpaceId,
        /// The member.
        device: DeviceKey,
        /// Whether it is here.
        online: bool,
    },
    /// What a peer is known to hold changed.
    Receipts {
        /// The space.
        space: SpaceId,
        /// The peer.
        device: DeviceKey,
    },
    /// Somebody's presence in a note changed.
    PresenceChanged {
        /// The space.
        space: SpaceId,
        /// The note.
        note: NoteId,
    },
    /// A space's secrets changed, durably: what is announced and which gossip is heard must be computed again.
    Secrets {
        /// The space.
        space: SpaceId,
    },
    /// The roster of a space changed; allowed peers must be computed again.
    Members {
        /// The space.
        space: SpaceId,
    },
    /// Something a person should hear.
    Notice(Notice),
}
