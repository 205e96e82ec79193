//! Why nobody is found: what the doctor says.

use serde::{Deserialize, Serialize};
use skein_space::DeviceKey;

/// A cause, or what works. A closed list; shells may act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The offline switch is on.
    Offline,
    /// No interface has an address.
    NoInterface,
    /// There is nobody else in any space.
    NobodyElse,
    /// A tunnel takes what goes to the other device.
    VpnTakes,
    /// Our own multicast does not come back: it is stopped on this machine.
    MulticastBlocked,
    /// Our own port takes no connection, even of this machine.
    OwnFirewall,
    /// No port could be opened.
    NotListening,
    /// Connected, and the other device does not speak as this one does.
    OtherVersion,
    /// It is announced, and does not answer at the address it announces.
    FirewallThere,
    /// Something answers at the address, and does not know this device.
    NotAMember,
    /// Nothing listens at the address, or a firewall says so.
    Refused,
    /// The address is this device's own.
    OwnAddress,
    /// Multicast leaves this machine, and nobody else is heard.
    Isolated,
    /// No answer came from the address.
    NoAnswer,
    /// There is no way to the address from here.
    NoWay,
    /// A tunnel takes everything that has no other route.
    VpnOn,
    /// Others are heard, and none of our devices.
    NotHere,
    /// It works.
    Connected,
}

/// One finding with its sentence and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The cause.
    pub code: Cause,
    /// Whether it is known; otherwise it is only likely, and the sentence says so.
    pub certain: bool,
    /// What is so, for people.
    pub sentence: String,
    /// What to do about it, for people; none where nothing is to be done.
    pub fix: Option<String>,
    /// The device it is about.
    pub device: Option<DeviceKey>,
    /// The address it is about.
    pub address: Option<String>,
    /// The interface it is about.
    pub interface: Option<String>,
}

/// How a dial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// A member of ours answered.
    Reached,
    /// The connection was refused.
    Refused,
    /// No answer in time.
    NoAnswer,
    /// No way there.
    NoWay,
    /// It answers, as a Skein that is none of ours or does not count us as one of its own.
    Stranger,
    /// It answers, and closes or is silent before it is known who it is.
    Unknown,
    /// It is this device.
    Myself,
}

/// An address that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// The address.
    pub address: String,
    /// Whose it was when it was kept; none where nobody has answered there yet.
    pub device: Option<DeviceKey>,
    /// That device's name.
    pub device_name: Option<String>,
    /// Whether a device of a shared space announces itself there now.
    pub announced: bool,
    /// What came of it.
    pub ended: Ended,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// Other devices that are connected.
    pub connected: usize,
    /// The most telling first; never empty.
    pub findings: Vec<Finding>,
    /// Addresses that were tried now.
    pub tried: Vec<Tried>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}
