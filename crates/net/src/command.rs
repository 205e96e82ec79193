//! What the application tells the network.

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;

use skein_space::{KnockKey, TagKey, Topic, TransportKey};

/// One framed stream to one peer. Never reused within a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u64);

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stream {}", self.0)
    }
}

/// One received gossip message, as far as its verdict needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GossipId {
    /// BLAKE3 of the message's bytes.
    pub message: [u8; 32],
    /// The peer that handed it to us.
    pub from: TransportKey,
}

/// What becomes of a received gossip message. There is no "reject": with it our own faults (a full
/// disk, a missing roster entry) would count against an innocent peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Opened, verified and held: hand it on.
    Accept,
    /// Anything else: do not hand it on.
    Ignore,
}

/// One key to show or to recognise in announcements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The caller's name for it; comes back in [`crate::NetEvent::Discovered`].
    pub label: u32,
    /// The key.
    pub key: TagKey,
    /// Put into our own announcement (current secrets; an open invitation or ticket).
    pub shown: bool,
    /// Dial the ordinary port of who shows it (spaces). Otherwise the hit is only reported (a
    /// pairing port is for [`crate::pair::pair_dial`]).
    pub dial: bool,
}

/// What our announcement says and what is looked for in others'. Replaces the one before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announcement {
    /// Keys shown and recognised. Of more than 24 shown ones each new announcement draws 24.
    pub tags: Vec<Tag>,
    /// The pairing port while a [`crate::pair::PairListener`] is open.
    pub pairing_port: Option<u16>,
}

/// What the application tells the network. Carried out in order.
#[derive(Debug)]
pub enum NetCommand {
    /// Who is a member of any space here, and the secrets that whoever connects must know one of.
    /// Connections of who is no longer a member close at once, with whatever their streams still had
    /// to send. Nobody gets in before the first of these.
    ///
    /// Who knows a secret and is no member is let in for [`crate::config::GUEST_OPEN`] every
    /// [`crate::config::GUEST_PAUSE`], for streams alone: it may show its admission, or hear that it is
    /// out. It is not dialled where it was, and gossip keeps quiet towards it.
    Allow {
        /// Who takes part in everything.
        members: BTreeSet<TransportKey>,
        /// Of the secrets of now: a dialler shows them first.
        current: Vec<KnockKey>,
        /// Of those of before, by which a member that was away is recognised.
        former: Vec<KnockKey>,
    },
    /// Where a peer was last reached; replaces what was known. Dialled now and again while the peer
    /// is allowed and not connected. Empty forgets the peer.
    Known {
        /// The peer.
        peer: TransportKey,
        /// At most 16 are kept.
        addresses: Vec<SocketAddr>,
    },
    /// A person typed an address. Answered once, by `Reached` or `DialFailed`.
    Dial {
        /// Where to.
        address: SocketAddr,
    },
    /// Open a stream; answered by `StreamUp` or `StreamDown`. Use
    /// [`crate::NetHandle::open_stream`], which also makes the id.
    OpenStream {
        /// The peer; must be up.
        peer: TransportKey,
        /// An id of [`crate::NetHandle::open_stream`].
        stream: StreamId,
    },
    /// Close a stream after what was sent on it before; answered by `StreamDown`.
    CloseStream {
        /// The stream.
        stream: StreamId,
    },
    /// Take part in a topic. At most 64; more are reported as trouble.
    Subscribe(Topic),
    /// Leave a topic.
    Unsubscribe(Topic),
    /// Send to everybody on a topic. May reach nobody; larger than 49 KiB is refused as trouble.
    Publish {
        /// Where.
        topic: Topic,
        /// The sealed message.
        bytes: Vec<u8>,
    },
    /// The verdict on a received message; due within seconds, later it is no longer handed on.
    Validate {
        /// From the `Gossip` event.
        id: GossipId,
        /// Hand on or not.
        verdict: Verdict,
    },
    /// Show and recognise these tags.
    Announce(Announcement),
    /// True closes every socket and answers `WentOffline`; false opens them again.
    Offline(bool),
    /// Close all connections and dial again: the shell knows that the machine woke up or that the
    /// network changed. The net also notices by itself.
    NetworkChanged,
}
