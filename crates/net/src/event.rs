//! What the network tells the application.

use std::fmt;
use std::net::SocketAddr;

use skein_space::{Topic, TransportKey};

use crate::command::{GossipId, StreamId};

/// What the network tells the application, in the order it happened. Before the `PeerDown` of a peer
/// stands the `StreamDown` of each of its streams; after a `StreamDown` nothing comes of that stream.
#[derive(Debug)]
pub enum NetEvent {
    /// Sockets are open. Comes at the start, after `Offline(false)`, and when addresses changed.
    Listening {
        /// Where others can reach us: one address per interface, loopback last.
        addresses: Vec<SocketAddr>,
        /// The TCP port; keep it in the profile.
        port: u16,
        /// The port that was asked for and busy.
        instead_of: Option<u16>,
    },
    /// Every socket is closed.
    WentOffline,
    /// A connection to a member stands and the peer let us in as well; or to a guest, for a moment.
    PeerUp {
        /// The peer.
        peer: TransportKey,
    },
    /// The last connection to it is gone.
    PeerDown {
        /// The peer.
        peer: TransportKey,
    },
    /// The peer was reached by dialling this address: worth keeping and giving back with `Known`.
    PeerAddress {
        /// The peer.
        peer: TransportKey,
        /// The address.
        address: SocketAddr,
    },
    /// A stream is open.
    StreamUp {
        /// The stream.
        stream: StreamId,
        /// With whom.
        peer: TransportKey,
        /// We asked for it; otherwise the peer did.
        outbound: bool,
    },
    /// A frame came in. Not taking events from the queue stops the reading: back-pressure.
    Frame {
        /// The stream.
        stream: StreamId,
        /// Frame type, known or not.
        kind: u8,
        /// Frame body.
        body: Vec<u8>,
    },
    /// A stream whose `send` said `Full` takes frames again (half of its outbox is free).
    Drained {
        /// The stream.
        stream: StreamId,
    },
    /// A stream ended, or could not be opened.
    StreamDown {
        /// The stream.
        stream: StreamId,
        /// With whom.
        peer: TransportKey,
        /// Why.
        reason: StreamEnd,
    },
    /// A gossip message came in. Answer with `Validate`. Blame for what is wrong with it goes to
    /// `id.from`.
    Gossip {
        /// For the verdict.
        id: GossipId,
        /// The topic.
        topic: Topic,
        /// The sealed message.
        bytes: Vec<u8>,
    },
    /// A dialled address belongs to this peer, and it is connected now.
    Reached {
        /// As dialled.
        address: SocketAddr,
        /// Who it is.
        peer: TransportKey,
    },
    /// A dialled address led nowhere.
    DialFailed {
        /// As dialled.
        address: SocketAddr,
        /// Why; its `Display` is a sentence for people.
        reason: DialReason,
    },
    /// Somebody nearby shows a tag we know. Where tags say so it is being dialled already.
    Discovered {
        /// Its name on this network for now: random, new at every network change.
        instance: String,
        /// Its ordinary addresses; the pairing port is at the same hosts. Claims of the network:
        /// never keep them as a peer's.
        addresses: Vec<SocketAddr>,
        /// Its pairing port, if it shows one.
        pairing_port: Option<u16>,
        /// Labels of the tags that matched.
        labels: Vec<u32>,
    },
    /// Somebody of whom [`Self::Discovered`] told shows no tag we know any more, or is gone.
    Vanished {
        /// Its name on this network.
        instance: String,
    },
    /// Addresses of this machine changed or it woke up. Connections that cannot have survived are
    /// closed (their `PeerDown` follows), and everybody is dialled anew.
    NetworkChanged,
    /// Something a person may need to hear, or a log should.
    Trouble {
        /// For programs.
        code: TroubleCode,
        /// For people; no secret, no name, no note text.
        text: String,
    },
}

/// Why a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// The peer closed it, between two frames.
    ClosedByPeer,
    /// We closed it and everything sent before was handed over.
    ClosedHere,
    /// The connection under it is gone, or it was cut in the middle of a frame.
    Lost,
    /// The peer declared a frame of a length that no frame has.
    BadLength {
        /// Declared length in bytes.
        length: u32,
    },
    /// The peer stopped reading for two minutes, or stopped in the middle of a frame.
    Stalled,
    /// The peer does not speak the protocol, or did not answer in 5 s.
    NotOpened,
    /// The peer is not connected.
    NotConnected,
    /// More than 128 streams with one peer.
    TooMany,
}

impl fmt::Display for StreamEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClosedByPeer => f.write_str("closed by the other side"),
            Self::ClosedHere => f.write_str("closed by this side"),
            Self::Lost => f.write_str("the connection was lost"),
            Self::BadLength { length } => {
                write!(f, "the other side announced a frame of {length} bytes")
            }
            Self::Stalled => f.write_str("the other side stopped in the middle"),
            Self::NotOpened => f.write_str("the other side did not open the stream"),
            Self::NotConnected => f.write_str("the other side is not connected"),
            Self::TooMany => f.write_str("too many streams with one device"),
        }
    }
}

/// Why a dialled address led nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialReason {
    /// Nobody listens at that port.
    Refused,
    /// No answer within 5 s.
    TimedOut,
    /// No way to that address from here.
    Unreachable,
    /// It answers, but not as Skein does.
    NotSkein,
    /// It greets, and knows no secret of a space that this device knows: another's Skein, or another program.
    NoSpaceShared,
    /// It knows a secret of ours and is no member of any space here.
    NotAMember,
    /// It knows a secret of ours and hung up: it counts this device out, or does not know it yet.
    NotLetIn,
    /// It is this device.
    Myself,
    /// The offline switch is on.
    Offline,
    /// Anything else, in the system's words.
    Other(String),
}

impl fmt::Display for DialReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str("nothing listens at this address and port"),
            Self::TimedOut => f.write_str("no answer within five seconds"),
            Self::Unreachable => f.write_str("there is no way to this address from here"),
            Self::NotSkein => f.write_str("something answers there, but it is not Skein"),
            Self::NoSpaceShared => {
                f.write_str("something answers there, but it shares no space with this device")
            }
            Self::NotAMember => f.write_str("that device is not a member of any space here"),
            Self::NotLetIn => f.write_str("that device does not count this one as a member"),
            Self::Myself => f.write_str("that is this device's own address"),
            Self::Offline => f.write_str("this device is set to offline"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

/// What kind of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TroubleCode {
    /// The wished port is busy; another was taken.
    PortTaken,
    /// No socket could be opened; only dialling out works.
    CannotListen,
    /// Discovery does not work; it is tried again.
    Discovery,
    /// A message was too large for gossip.
    GossipTooLarge,
    /// More than 64 topics.
    TooManyTopics,
}
