//! What was observed.

use std::net::SocketAddr;

use skein_net::doctor::Facts;
use skein_space::DeviceKey;

use crate::view::Ended;

/// Everything the judgement rests on.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The offline switch is on; nothing else was looked at.
    pub offline: bool,
    /// Whether this device looks for others nearby at all (`--no-discovery`).
    pub searching: bool,
    /// Where this device listens.
    pub listening: Vec<SocketAddr>,
    /// The machine's network; none while offline.
    pub facts: Option<Facts>,
    /// The other members of all spaces.
    pub members: Vec<SeenMember>,
    /// Addresses that were tried.
    pub dialled: Vec<Dialled>,
}

/// Another member.
#[derive(Clone, Debug)]
pub(crate) struct SeenMember {
    pub device: DeviceKey,
    pub device_name: String,
    pub standing: Standing,
}

/// How it stands with a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Away,
    /// Connected, at this address where this device dialled it.
    Connected {
        address: Option<SocketAddr>,
        announced: bool,
    },
    /// Connected, and a stream could not be opened: it does not speak the protocol.
    Mute,
}

/// An address that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dialled {
    pub address: SocketAddr,
    /// Whose it was; none where nobody has answered there yet.
    pub whose: Option<DeviceKey>,
    /// A device of a shared space announces itself there now.
    pub announced: bool,
    /// The tunnel by which it is reached from here.
    pub tunnel: Option<String>,
    pub ended: Ended,
}
