//! Every number of this crate, each with its unit and its reason, and what a net is started with.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// Largest length a frame may declare (its type byte and its body), bytes. Small enough that many
/// frames of many peers fit in memory, large enough for the Heads of a few thousand chains.
pub const FRAME_MAX_BYTES: usize = 256 * 1024;

/// The one frame type that may be larger: an Entry.
pub const ENTRY_KIND: u8 = 4;

/// Largest length of an Entry frame, bytes: a payload of 1 MiB and 64 KiB for header and signature.
pub const ENTRY_FRAME_MAX_BYTES: usize = 1024 * 1024 + 64 * 1024;

/// Commands waiting for the network task. It always takes them, so a full queue means a caller that
/// sends in a loop; 256 is a burst of every kind for every peer of a large space.
pub const COMMAND_QUEUE: usize = 256;

/// Events waiting for the application. With the largest frames this is 68 MiB, the bound on what a
/// member can park in our memory here; small frames fit 64 to a wake-up, which is enough for speed.
pub const EVENT_QUEUE: usize = 64;

/// Frames between all reader tasks and the network task. Short: waiting belongs in the peer's socket.
pub const FRAME_QUEUE: usize = 16;

/// Events the network task itself keeps while [`EVENT_QUEUE`] is full. Above it, it stops taking
/// anything from the network: connections then die, which is right for an application that is stuck.
pub const PENDING_EVENTS: usize = 512;

/// Pending events above which gossip is dropped: it may be lost at any time, the rest may not.
pub const PENDING_GOSSIP: usize = 128;

/// Bytes one stream's outbox takes before `Full`; one frame more may be inside. Two large entries:
/// enough to keep a fast link busy, little to lose when the stream closes.
pub const OUTBOX_BYTES: usize = 2 * 1024 * 1024;

/// Frames one outbox takes before `Full`, so that tiny frames are bounded too.
pub const OUTBOX_FRAMES: usize = 1024;

/// Streams one peer may have open with us, both directions counted: one per space, twice for
/// replacements, and a peer shares at most [`TOPICS_MAX`] spaces.
pub const STREAMS_PER_PEER: usize = 128;

/// A write that no byte of leaves for so long closes the stream: the peer is there but stopped
/// reading. Long, because on 64 kbit/s a full yamux window of 256 KiB alone takes 32 s (tried).
pub const WRITE_STALL: Duration = Duration::from_secs(120);

/// A frame that began and gets no further byte for so long closes the stream; as long as
/// [`WRITE_STALL`], because another stream may fill a slow link meanwhile.
pub const READ_STALL: Duration = Duration::from_secs(120);

/// Piece of a frame handed to the stream at once, bytes; [`WRITE_STALL`] counts per piece, so that a
/// large entry on a slow link is progress, not a stall. One yamux data frame.
pub const WRITE_PIECE: usize = 16 * 1024;

/// How long a queued close may take to hand over what was sent before it.
pub const CLOSE_FLUSH: Duration = Duration::from_secs(5);

/// How long a stream may outlive its connection, to hand over what came before the end. Then it is ended: yamux does not
/// always wake who reads from it (seen where both sides closed connections at once).
pub const STREAM_OUTLIVES: Duration = Duration::from_secs(1);

/// How long opening a stream may take, negotiation included.
pub const OPEN_DEADLINE: Duration = Duration::from_secs(5);

/// From accepting or dialling a connection to the end of Noise and yamux negotiation.
pub const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(5);

/// Inbound connections that may be in that phase at once.
pub const PENDING_INBOUND: usize = 64;

/// The same from one IPv4 address or one IPv6 /64.
pub const PENDING_INBOUND_PER_ADDRESS: usize = 4;

/// Connections taken from the system in one [`ACCEPT_WINDOW`]. A room of a hundred devices that come back at once
/// is in within two; a flood of strangers takes this device no more than these, and waits in the system's queue.
pub const ACCEPTS_PER_WINDOW: u32 = 64;

/// How long a window of accepting lasts.
pub const ACCEPT_WINDOW: Duration = Duration::from_millis(100);

/// Connections kept per peer: both sides may dial at once, and refusing the second one makes both
/// close both, for ever (nimiq #741).
pub const CONNECTIONS_PER_PEER: usize = 2;

/// Pause between pings. Pings make sure that a living connection carries bytes.
pub const PING_INTERVAL: Duration = Duration::from_secs(3);

/// Wait for a pong. Short, because the next ping is only sent after it; missing it closes nothing.
pub const PING_TIMEOUT: Duration = Duration::from_secs(3);

/// A connection on which no byte arrives for so long is dead and is closed. Both sides ping at least
/// every 6 s, so a living peer is heard. Counting bytes and not pongs lets a slow link that is busy
/// with one large transfer live: there a pong waits behind the transfer.
pub const QUIET_LIMIT: Duration = Duration::from_secs(10);

/// First pause before a peer that could not be reached is dialled again.
pub const REDIAL_MIN: Duration = Duration::from_secs(1);

/// Longest time from one attempt to the next: a network that is back is noticed within it.
pub const REDIAL_MAX: Duration = Duration::from_secs(5);

/// A connection that lived so long counts as a success and resets the pause.
pub const STABLE_AFTER: Duration = Duration::from_secs(10);

/// Addresses kept per known peer. More are a sign of rubbish; each costs a dial.
pub const ADDRESSES_PER_PEER: usize = 16;

/// Peers whose addresses are kept.
pub const KNOWN_PEERS: usize = 256;

/// Dials under way at once.
pub const DIALS_AT_ONCE: usize = 16;

/// How often interfaces and the wall clock are looked at; one `getifaddrs` call.
pub const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// A wall clock that moved so much more or less than the monotonic one means the machine slept.
pub const CLOCK_JUMP: Duration = Duration::from_secs(10);

/// Largest gossip message on the wire, bytes, topic and framing included.
pub const GOSSIP_TRANSMIT_MAX_BYTES: usize = 128 * 1024;

/// Largest gossip message taken from the application, bytes: an entry frame of 48 KiB and what
/// sealing adds. Larger ones go on streams only; a receiver closes a stream that carries too much.
pub const GOSSIP_MAX_BYTES: usize = 48 * 1024 + 1024;

/// Topics of ours, and topics remembered per peer.
pub const TOPICS_MAX: usize = 64;

/// Longest service tag list in an announcement.
pub const TAGS_MAX: usize = 24;

/// Tags are padded with random ones to a multiple of this, so that their number says little.
pub const TAGS_STEP: usize = 8;

/// Announcements remembered at once; the oldest goes. Any device on the network can send them.
pub const ANNOUNCEMENTS_MAX: usize = 64;

/// Announcements looked at per second, in all.
pub const ANNOUNCEMENTS_PER_SECOND: u32 = 20;

/// Addresses taken from one announcement.
pub const ADDRESSES_PER_ANNOUNCEMENT: usize = 8;

/// How long the device with the higher instance name waits for the other to dial.
pub const OTHER_DIALS_AFTER: Duration = Duration::from_secs(1);

/// Discovery is built anew when it said nothing at all for so long: mDNS stacks lose their sockets
/// silently (sync-tech.md B12, B15). Long, because a device alone on its network hears nothing.
pub const DISCOVERY_WATCHDOG: Duration = Duration::from_secs(600);

/// Pause before discovery that failed to start is tried again.
pub const DISCOVERY_RETRY: Duration = Duration::from_secs(5);

/// How many free ports are tried for one that is free for IPv4 and IPv6.
pub const PORT_TRIES: usize = 16;

/// Pairing: connections at once.
pub const PAIR_CONNECTIONS: usize = 8;

/// Pairing: pause before the next of several addresses is tried beside the one before.
pub const PAIR_NEXT_ADDRESS: Duration = Duration::from_millis(300);

/// Pairing: longest one step may take, from asking for a frame to having it.
pub const PAIR_STEP: Duration = Duration::from_secs(10);

/// Pairing: largest frame before the proof, bytes.
pub const PAIR_FRAME_MAX_BYTES: usize = 8 * 1024;

/// Pairing: largest admission frame, bytes.
pub const PAIR_ADMISSION_MAX_BYTES: usize = 1024 * 1024;

/// The doctor: pause before its question is asked again. A responder answers within 120 ms, and at most
/// once a second (RFC 6762, 6).
pub const DOCTOR_ASK_AGAIN: Duration = Duration::from_millis(1100);

/// The doctor: longest time a connection of this machine to itself may take. It takes microseconds.
pub const DOCTOR_OWN_PORT: Duration = Duration::from_secs(1);

/// The doctor: addresses of other machines counted, per family. It matters whether there are any.
pub const DOCTOR_HEARD_MAX: usize = 256;

/// The seed of the transport key: 32 secret bytes, wiped when dropped, never printed.
#[derive(Clone)]
pub struct TransportSeed(pub(crate) [u8; 32]);

impl TransportSeed {
    /// Takes the seed as derived from the device's root.
    pub fn new(seed: [u8; 32]) -> Self {
        Self(seed)
    }
}

impl Drop for TransportSeed {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl fmt::Debug for TransportSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TransportSeed(…)")
    }
}

/// Proofs in a knock: as many as tags in an announcement, always all of them, so that their number says nothing.
pub const KNOCK_PROOFS: usize = TAGS_MAX;

/// How long a device that is no member here may stay connected, to show its admission or to hear that
/// it is out: long enough for either side to open a stream (2 s in the engine) on a slow machine.
pub const GUEST_OPEN: Duration = Duration::from_secs(10);

/// How often each of them is let in: who was told does not come again, whose admission is good is no guest any more.
pub const GUEST_PAUSE: Duration = Duration::from_secs(60);

/// Guests let in at once. They hold a secret of ours, so they are few; who makes up identities gets no more than this.
pub const GUESTS_AT_ONCE: usize = 8;

/// Guests remembered for [`GUEST_PAUSE`].
pub const GUESTS_REMEMBERED: usize = 256;

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// On every interface, IPv4 and IPv6, at this port (the one kept in the profile; 0 takes any).
    /// A busy port is no error: another is taken and [`crate::NetEvent::Listening`] says which.
    Everywhere {
        /// The TCP port.
        port: u16,
    },
    /// Exactly here, because a person said so; a busy port is an error.
    Exactly(Vec<SocketAddr>),
}

/// What a net is started with.
#[derive(Clone, Debug)]
pub struct NetConfig {
    /// The device's transport identity.
    pub seed: TransportSeed,
    /// Where to listen.
    pub listen: Listen,
    /// Start with the offline switch on: nothing is opened until `Offline(false)`.
    pub offline: bool,
    /// Announce this device and look for others on the local network.
    pub discovery: bool,
    /// Take part in gossip.
    pub gossip: bool,
    /// Seed of the spread of redial pauses; random in production, fixed in tests.
    pub jitter: u64,
}
