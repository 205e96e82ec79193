//! This machine's interfaces, and by which of them an address is reached.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// What an interface is, as far as that can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The machine itself.
    Loopback,
    /// A cable, a radio, a bridge.
    Ordinary,
    /// The end of a tunnel: a VPN's, most likely.
    Tunnel,
}

/// One interface that is up and has addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// Its number.
    pub index: u32,
    /// What it is.
    pub kind: Kind,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
}

/// How systems and programs name the ends of tunnels: OpenVPN and many others (tun, tap), WireGuard (wg),
/// macOS (utun, ipsec), dial-up and old VPNs (ppp), and products that use a name of their own.
const TUNNELS: [&str; 12] = [
    "tun",
    "tap",
    "wg",
    "utun",
    "ppp",
    "ipsec",
    "tailscale",
    "zt",
    "nordlynx",
    "proton",
    "mullvad",
    "vpn",
];

/// All interfaces that are up, by name. Empty when they cannot be read.
pub fn interfaces() -> Vec<Interface> {
    let mut all: BTreeMap<String, Interface> = BTreeMap::new();
    for one in if_addrs::get_if_addrs().unwrap_or_default() {
        let kind = match one.is_loopback() {
            true => Kind::Loopback,
            false if is_tunnel(&one.name, one.is_p2p()) => Kind::Tunnel,
            false => Kind::Ordinary,
        };
        // The state of many tunnels is "unknown" while they work.
        if !one.is_oper_up() && kind == Kind::Ordinary {
            continue;
        }
        let entry = all.entry(one.name.clone()).or_insert_with(|| Interface {
            name: one.name.clone(),
            index: one.index.unwrap_or(0),
            kind,
            addresses: Vec::new(),
        });
        entry.addresses.push(one.ip());
    }
    all.into_values().collect()
}

fn is_tunnel(name: &str, point_to_point: bool) -> bool {
    point_to_point || TUNNELS.iter().any(|tunnel| name.starts_with(tunnel))
}

/// The interface by which a packet to this address would leave. Asks the system's routes; nothing is sent.
pub fn way_to(to: SocketAddr, interfaces: &[Interface]) -> Option<String> {
    let any: IpAddr = match to {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect(to).ok()?;
    let from = socket.local_addr().ok()?.ip();
    let mut owners = interfaces.iter();
    let owner = owners.find(|one| one.addresses.contains(&from))?;
    Some(owner.name.clone())
}

/// The interface that takes what no other route takes.
pub fn default_way(interfaces: &[Interface]) -> Option<String> {
    // An address of the range for documentation (RFC 5737): it is nobody's.
    way_to(
        SocketAddr::new(Ipv4Addr::new(192, 0, 2, 1).into(), 9),
        interfaces,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tunnels_are_known_by_their_name_or_by_having_two_ends() {
        for name in ["tun0", "wg0", "utun3", "ppp0", "tailscale0"] {
            assert!(is_tunnel(name, false), "{name}");
        }
        for name in ["eth0", "wlan0", "en0", "wlp3s0", "enp0s31f6", "br0"] {
            assert!(!is_tunnel(name, false), "{name}");
        }
        assert!(is_tunnel("x0", true));
    }

    #[test]
    fn the_way_to_this_machine_is_its_loopback() {
        let all = interfaces();
        let loopback = all.iter().find(|one| one.kind == Kind::Loopback);
        let to = "127.0.0.1:9".parse().expect("test address");
        assert_eq!(way_to(to, &all).as_ref(), loopback.map(|one| &one.name));
    }
}
