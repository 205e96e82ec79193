//! The network of Skein: finding devices, letting members in, and carrying bytes between them.
//!
//! Bytes in, bytes out: this crate knows transport keys and frames, never notes. The application
//! starts a [`Net`], sends it [`NetCommand`]s through a [`NetHandle`] and takes [`NetEvent`]s from the
//! receiver. Nothing of libp2p shows outside.
//!
//! # What runs where
//!
//! - One task (`task`) owns the swarm, the table of connections, the redial timers and discovery. It
//!   always takes commands, and takes from the network only while events are taken from it.
//! - One task per open stream reads and writes frames (`streams`). A full outbox says `Full` and
//!   later `Drained`; an application that takes no events stops the peers' sending.
//! - mdns-sd runs on a thread of its own (`discovery`).
//! - The [`doctor`] looks at this machine's network when asked, with sockets of its own.
//! - Pairing ([`pair`]) is apart from all of it: its own port, identity and listener.
//!
//! # Who gets in
//!
//! A connection passes `tcp` → handshake limits (`limits`) → the knock (`knock`) → Noise → the gate
//! (`gate`) → the protocols. A stranger learns nothing at the knock; the gate stands before every other
//! behaviour, so who is not let in leaves no trace in any.
//!
//! # What is absent on purpose
//!
//! No identify, no DHT, no relay, no QUIC, no libp2p-mdns (it announces a stable identity), no peer
//! scoring, no "reject" in gossip. No address that was only announced ever becomes a known address.

mod addr;
mod command;
pub mod config;
mod dial;
mod discovery;
pub mod doctor;
mod event;
#[cfg(test)]
mod flood;
pub mod foreign;
mod gate;
mod gossip;
mod handle;
mod keeper;
mod key;
mod knock;
mod limits;
mod links;
pub mod pair;
mod streams;
mod swarm;
mod task;
mod tcp;
mod watch;

use tokio::sync::mpsc;

pub use command::{Announcement, GossipId, NetCommand, StreamId, Tag, Verdict};
pub use config::{Listen, NetConfig, TransportSeed};
pub use event::{DialReason, NetEvent, StreamEnd, TroubleCode};
pub use handle::{CommandRefused, NetHandle, NetStopped, SendRefused};
pub use skein_space::{KnockKey, TagKey, Topic, TransportKey};
pub use tcp::BindError;

/// The network of one device.
#[derive(Debug)]
pub struct Net;

impl Net {
    /// Opens the sockets and starts the network task on the running tokio runtime. Fails only when
    /// an address that was asked for by name is busy, or when nothing can be listened on at all.
    ///
    /// The net ends when the last handle, or the receiver, is dropped.
    pub async fn start(
        config: NetConfig,
    ) -> Result<(NetHandle, mpsc::Receiver<NetEvent>), BindError> {
        task::Task::start(config)
    }
}
