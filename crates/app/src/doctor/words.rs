//! The sentence and the fix of each cause.

use std::net::SocketAddr;

use super::SeenMember;
use crate::address::to_text;
use crate::view::{Cause, Finding};

/// A cause with what it is about.
pub(super) struct Subject<'a> {
    pub cause: Cause,
    pub certain: bool,
    pub member: Option<&'a SeenMember>,
    pub address: Option<SocketAddr>,
    pub interface: Option<&'a str>,
    pub announced: bool,
    pub refused: bool,
}

impl Subject<'_> {
    /// A certain cause that is about nothing in particular.
    pub(super) fn of(cause: Cause) -> Self {
        Self {
            cause,
            certain: true,
            member: None,
            address: None,
            interface: None,
            announced: false,
            refused: false,
        }
    }

    fn name(&self) -> &str {
        self.member
            .map_or("the other device", |one| &one.device_name)
    }

    fn place(&self) -> String {
        self.address.map_or_else(String::new, |one| one.to_string())
    }
}

/// The finding as people read it.
pub(super) fn finding(subject: &Subject) -> Finding {
    let fix = fix(subject);
    Finding {
        code: subject.cause,
        certain: subject.certain,
        sentence: sentence(subject),
        fix: (!fix.is_empty()).then_some(fix),
        device: subject.member.map(|member| member.device),
        address: subject.address.map(to_text),
        interface: subject.interface.map(str::to_owned),
    }
}

fn sentence(subject: &Subject) -> String {
    let (name, place) = (subject.name(), subject.place());
    let tunnel = subject.interface.unwrap_or_default();
    match subject.cause {
        Cause::Offline => "This device is set to offline, so it neither looks for others nor answers them.".into(),
        Cause::NoInterface => "This computer is on no network: no cable or Wi-Fi has an address.".into(),
        Cause::NobodyElse => "There is no other device in any of your spaces yet.".into(),
        Cause::VpnTakes => format!(
            "A VPN ({tunnel}) takes what this computer sends to {name} at {place}, and no answer comes back."
        ),
        Cause::VpnOn => format!(
            "A VPN ({tunnel}) is on. Some VPNs keep a computer from reaching others on its own network; this may be one."
        ),
        Cause::MulticastBlocked if subject.certain => {
            "This computer does not let Skein call out to the network (multicast DNS, port 5353).".into()
        }
        Cause::MulticastBlocked => {
            "This device does not hear its own call on the network (multicast DNS, port 5353). Most likely a firewall on this computer stops it.".into()
        }
        Cause::OwnFirewall => format!(
            "Nothing gets through to Skein's own port on this computer ({place}), not even from itself: a firewall here stops it."
        ),
        Cause::NotListening => "Skein could open no port on this computer, so others cannot reach it.".into(),
        Cause::OtherVersion => format!(
            "{name} is connected, but does not answer the way this version of Skein asks. Most likely it has another version."
        ),
        Cause::FirewallThere if subject.refused => format!(
            "{} was heard on this network a short while ago, but {place} refuses. Most likely a firewall on that computer refuses connections, or Skein has ended there.",
            heard(subject)
        ),
        Cause::FirewallThere => format!(
            "{} was heard on this network a short while ago, but no answer comes from {place}. Most likely a firewall on that computer drops what comes in, or it has just left.",
            heard(subject)
        ),
        Cause::NotAMember if subject.certain => format!(
            "A Skein answers at {place}, but it and this device are in no space together."
        ),
        Cause::NotAMember => format!(
            "Something answers at {place}, but it does not know this device: it is no member of your spaces, or another program."
        ),
        Cause::Refused if subject.member.is_some() => format!(
            "{name} was last at {place}. The computer there refuses: Skein does not run on it, or its firewall says no."
        ),
        Cause::Refused => format!(
            "The computer at {place} refuses: Skein does not run on it, or its firewall says no."
        ),
        Cause::OwnAddress => format!("{place} is this device's own address."),
        Cause::Isolated => match subject.address {
            Some(_) => format!(
                "Your device calls out on this network and hears nobody, and {place} does not answer. The others are off or elsewhere, or this network keeps its devices apart, as guest networks usually do."
            ),
            None => "Your device calls out on this network and hears nobody. It is alone here, or this network keeps its devices apart, as guest networks usually do.".into(),
        },
        Cause::NoAnswer if subject.member.is_some() => format!(
            "{name} was last at {place}. No answer comes from there: it is off, asleep or elsewhere, or a firewall is in the way."
        ),
        Cause::NoAnswer => format!(
            "No answer comes from {place}: nobody is there, or a firewall is in the way."
        ),
        Cause::NoWay if subject.member.is_some() => format!(
            "{name} was last at {place}. That cannot be reached from the network this computer is on now, or nobody is there."
        ),
        Cause::NoWay => format!(
            "{place} cannot be reached from the network this computer is on, or nobody is there."
        ),
        Cause::NotHere => format!(
            "{name} is not heard on this network. It is off, asleep or on another network."
        ),
        Cause::Connected => match subject.address {
            Some(_) if subject.announced => {
                format!("{name} is connected, at {place}. It was found by its call on this network.")
            }
            Some(_) => format!("{name} is connected, at {place}, an address that was kept or typed."),
            None => format!("{name} is connected. It called this device."),
        },
    }
}

fn heard<'a>(subject: &Subject<'a>) -> &'a str {
    let name = subject.member.map(|one| one.device_name.as_str());
    name.unwrap_or("A device of one of your spaces")
}

fn fix(subject: &Subject) -> String {
    let name = subject.name();
    match subject.cause {
        Cause::Offline => "Switch off “Work offline”.".into(),
        Cause::NoInterface => "Connect to Wi-Fi or plug in a cable. Two laptops can also share one phone's hotspot.".into(),
        Cause::NobodyElse => "Invite somebody, or join a space from here.".into(),
        Cause::VpnTakes | Cause::VpnOn => {
            "Switch the VPN off for a moment, or allow access to the local network in its settings.".into()
        }
        Cause::MulticastBlocked => {
            "Allow UDP port 5353 in this computer's firewall, both ways. Until then, add the other device's address by hand.".into()
        }
        Cause::OwnFirewall => format!(
            "Allow incoming TCP connections to port {} in this computer's firewall.",
            subject.address.map_or(0, |one| one.port())
        ),
        Cause::NotListening => "Close what uses Skein's port, or start Skein again.".into(),
        Cause::OtherVersion => "Update Skein on both devices.".into(),
        Cause::FirewallThere => format!(
            "On that computer, allow incoming TCP connections to port {}.",
            subject.address.map_or(0, |one| one.port())
        ),
        Cause::NotAMember => {
            "Check the address. If it is the right one, that device may have left the space or have been removed from it: invite it again.".into()
        }
        Cause::Refused => "Start Skein there. If it runs, look at its address in Skein, and at that computer's firewall.".into(),
        Cause::OwnAddress => "Type the address that the other device shows.".into(),
        Cause::Isolated => "Use another network for both, for example a phone's hotspot. If it is not a guest network, see that Skein runs on the other device.".into(),
        Cause::NoAnswer | Cause::NoWay => {
            "See that the other device is awake and on this network. If its address has changed, add the new one by hand.".into()
        }
        Cause::NotHere => format!("Open Skein on {name} and bring both on one network."),
        Cause::Connected => String::new(),
    }
}
