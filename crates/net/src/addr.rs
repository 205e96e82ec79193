//! Socket addresses, multiaddresses, and the addresses of this machine.

use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

/// One address of one interface that is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LocalAddress {
    pub(crate) ip: IpAddr,
    /// The interface's index: the zone of a link-local IPv6 address.
    pub(crate) zone: u32,
}

/// The addresses of all interfaces that are up, in a stable order. Empty when they cannot be read.
pub(crate) fn local_addresses() -> Vec<LocalAddress> {
    let mut addresses: Vec<LocalAddress> = if_addrs::get_if_addrs()
        .unwrap_or_default()
        .into_iter()
        .filter(|interface| interface.is_oper_up() || interface.is_loopback())
        .map(|interface| LocalAddress {
            ip: interface.ip(),
            zone: interface.index.unwrap_or(0),
        })
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

/// Where others can reach a socket bound to `bound`: itself, or every local address of its family.
/// Routable addresses first, loopback last.
pub(crate) fn reachable(bound: &[SocketAddr], local: &[LocalAddress]) -> Vec<SocketAddr> {
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for socket in bound {
        if !socket.ip().is_unspecified() {
            addresses.push(*socket);
            continue;
        }
        let family = local
            .iter()
            .filter(|address| address.ip.is_ipv4() == socket.is_ipv4());
        addresses.extend(family.map(|address| with_zone(address.ip, address.zone, socket.port())));
    }
    addresses.sort_by_key(|address| (remoteness(address.ip()), address.is_ipv6()));
    addresses.dedup();
    addresses
}

fn remoteness(ip: IpAddr) -> u8 {
    match ip {
        ip if ip.is_loopback() => 2,
        ip if is_link_local(ip) => 1,
        _ => 0,
    }
}

fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}

/// A socket address, with the zone that a link-local IPv6 address needs.
pub(crate) fn with_zone(ip: IpAddr, zone: u32, port: u16) -> SocketAddr {
    match ip {
        IpAddr::V6(ip) if ip.is_unicast_link_local() => {
            SocketAddr::V6(SocketAddrV6::new(ip, port, 0, zone))
        }
        ip => SocketAddr::new(ip, port),
    }
}

/// The addresses to dial for one that was typed or came with a ticket: a link-local IPv6 address
/// says nothing about the interface, so every one that has such an address is tried.
pub(crate) fn dialable(address: SocketAddr, local: &[LocalAddress]) -> Vec<SocketAddr> {
    let SocketAddr::V6(v6) = address else {
        return vec![address];
    };
    if !v6.ip().is_unicast_link_local() || v6.scope_id() != 0 {
        return vec![address];
    }
    let mut zones: Vec<u32> = local
        .iter()
        .filter(|local| local.ip.is_ipv6() && is_link_local(local.ip))
        .map(|local| local.zone)
        .collect();
    zones.sort_unstable();
    zones.dedup();
    zones
        .into_iter()
        .map(|zone| with_zone(IpAddr::V6(*v6.ip()), zone, v6.port()))
        .collect()
}

/// As libp2p writes it: `[/ip6zone/Z]/ip{4,6}/A/tcp/P`.
pub(crate) fn to_multiaddr(address: SocketAddr) -> Multiaddr {
    let mut multiaddr = Multiaddr::empty();
    if let SocketAddr::V6(v6) = address
        && v6.scope_id() != 0
    {
        multiaddr.push(Protocol::Ip6zone(v6.scope_id().to_string().into()));
    }
    multiaddr
        .with(address.ip().into())
        .with(Protocol::Tcp(address.port()))
}

/// The reverse of [`to_multiaddr`]; a trailing `/p2p/…` is ignored. `None` for anything else.
pub(crate) fn from_multiaddr(multiaddr: &Multiaddr) -> Option<SocketAddr> {
    let mut parts = multiaddr.iter().peekable();
    let mut zone = 0;
    if let Some(Protocol::Ip6zone(text)) = parts.peek() {
        zone = text.parse().ok()?;
        parts.next();
    }
    let ip = match parts.next()? {
        Protocol::Ip4(ip) => IpAddr::V4(ip),
        Protocol::Ip6(ip) => IpAddr::V6(ip),
        _ => return None,
    };
    let Protocol::Tcp(port) = parts.next()? else {
        return None;
    };
    match parts.next() {
        None | Some(Protocol::P2p(_)) => {}
        Some(_) => return None,
    }
    match ip {
        IpAddr::V6(ip) => Some(SocketAddr::V6(SocketAddrV6::new(ip, port, 0, zone))),
        ip => Some(SocketAddr::new(ip, port)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(ip: &str, zone: u32) -> LocalAddress {
        LocalAddress {
            ip: ip.parse().expect("test address"),
            zone,
        }
    }

    #[test]
    fn a_multiaddress_gives_its_socket_address_back() {
        for text in ["10.1.2.3:4001", "[2001:db8::1]:4001", "[fe80::1%7]:9"] {
            let address: SocketAddr = text.parse().expect("test address");
            assert_eq!(from_multiaddr(&to_multiaddr(address)), Some(address));
        }
        let peer = "/ip4/10.1.2.3/tcp/1/p2p/12D3KooWGCc34ZTj8Cj4C9sTUuLJAnBnc2XYvmbkGYGAvgEaUhVs";
        let peer: Multiaddr = peer.parse().expect("test address");
        assert_eq!(
            from_multiaddr(&peer),
            Some("10.1.2.3:1".parse().expect("test address"))
        );
        let udp: Multiaddr = "/ip4/10.1.2.3/udp/1".parse().expect("test address");
        assert_eq!(from_multiaddr(&udp), None);
    }

    #[test]
    fn loopback_comes_last_and_link_local_addresses_carry_their_zone() {
        let interfaces = [
            local("127.0.0.1", 1),
            local("::1", 1),
            local("fe80::5", 3),
            local("10.0.0.9", 3),
        ];
        let bound = [
            "0.0.0.0:7".parse().expect("v4"),
            "[::]:7".parse().expect("v6"),
        ];
        let found: Vec<String> = reachable(&bound, &interfaces)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            found,
            ["10.0.0.9:7", "[fe80::5%3]:7", "127.0.0.1:7", "[::1]:7"]
        );
    }

    #[test]
    fn a_link_local_address_without_zone_is_tried_on_every_interface() {
        let interfaces = [
            local("::1", 1),
            local("fe80::5", 3),
            local("fe80::6", 4),
            local("10.0.0.9", 5),
        ];
        let found = dialable("[fe80::9]:7".parse().expect("v6"), &interfaces);
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["[fe80::9%3]:7", "[fe80::9%4]:7"]);
    }
}
