//! Whether multicast DNS goes out of this machine and comes in.
//!
//! A question of our own is sent to the group from the group's port, by every interface. Systems hand a
//! copy of it to the sockets of the same machine (`IP_MULTICAST_LOOP`), after its packet filter, so a
//! question that does not come back was stopped on this machine. What others send to the group, and they
//! answer this question when they are there, shows that the network carries multicast.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use socket2::{Domain, InterfaceIndexOrAddress, Protocol, SockRef, Socket, Type};
use tokio::net::UdpSocket;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::{Interface, Kind};
use crate::config::{DOCTOR_ASK_AGAIN, DOCTOR_HEARD_MAX};

const PORT: u16 = 5353;
const GROUP_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb);

/// What became of our own question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Own {
    /// It could not be tried: there was no interface, or no socket at that port.
    Untested,
    /// It was sent and did not come back.
    Lost,
    /// The system did not let it out.
    Refused,
    /// It came back.
    Back,
}

/// What multicast was like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multicast {
    /// What became of our own question, on the interface where it went best.
    pub own: Own,
    /// Addresses of other machines that were heard.
    pub others: usize,
}

/// Asks and listens, for `time`.
pub(super) async fn listen(interfaces: &[Interface], time: Duration) -> Multicast {
    let ours: BTreeSet<IpAddr> = interfaces
        .iter()
        .flat_map(|one| one.addresses.iter().copied())
        .collect();
    let places: Vec<&Interface> = interfaces
        .iter()
        .filter(|one| one.kind == Kind::Ordinary)
        .collect();
    let until = Instant::now() + time;
    let (v4, v6) = tokio::join!(
        one_family(Domain::IPV4, &places, &ours, until),
        one_family(Domain::IPV6, &places, &ours, until)
    );
    Multicast {
        own: v4.own.max(v6.own),
        others: v4.others + v6.others,
    }
}

async fn one_family(
    domain: Domain,
    places: &[&Interface],
    ours: &BTreeSet<IpAddr>,
    until: Instant,
) -> Multicast {
    let mut found = Multicast {
        own: Own::Untested,
        others: 0,
    };
    let is_v4 = domain == Domain::IPV4;
    let here = |one: &&&Interface| one.addresses.iter().any(|ip| ip.is_ipv4() == is_v4);
    let places: Vec<&Interface> = places.iter().filter(here).copied().collect();
    let Ok(socket) = open(domain, &places) else {
        return found;
    };
    let question = question();
    let mut heard = BTreeSet::new();
    let mut again = Instant::now();
    let mut packet = [0; 9000];
    while Instant::now() < until {
        if Instant::now() >= again {
            again = Instant::now() + DOCTOR_ASK_AGAIN;
            for place in &places {
                let sent = ask(&socket, place, is_v4, &question).await;
                found.own = found.own.max(match sent {
                    Ok(()) => Own::Lost,
                    Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Own::Refused,
                    Err(_) => Own::Untested,
                });
            }
        }
        match timeout_at(until.min(again), socket.recv_from(&mut packet)).await {
            Ok(Ok((length, from))) => {
                if packet[..length] == question && ours.contains(&from.ip()) {
                    found.own = Own::Back;
                } else if !ours.contains(&from.ip()) && heard.len() < DOCTOR_HEARD_MAX {
                    heard.insert(from.ip());
                }
            }
            // An error of one packet before; a pause, so that none makes this loop spin.
            Ok(Err(_)) => sleep_until(Instant::now() + Duration::from_millis(20)).await,
            Err(_) => {}
        }
    }
    found.others = heard.len();
    found
}

/// A socket beside those of discovery and of the system's own responder.
fn open(domain: Domain, places: &[&Interface]) -> io::Result<UdpSocket> {
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    let mut joined = false;
    if domain == Domain::IPV4 {
        socket.bind(&SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), PORT).into())?;
        socket.set_multicast_loop_v4(true)?;
        socket.set_multicast_ttl_v4(255)?;
        for place in places {
            let by = InterfaceIndexOrAddress::Index(place.index);
            joined |= socket.join_multicast_v4_n(&GROUP_V4, &by).is_ok();
        }
    } else {
        socket.set_only_v6(true)?;
        socket.bind(&SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), PORT).into())?;
        socket.set_multicast_loop_v6(true)?;
        socket.set_multicast_hops_v6(255)?;
        for place in places {
            joined |= socket.join_multicast_v6(&GROUP_V6, place.index).is_ok();
        }
    }
    if !joined {
        return Err(io::Error::other("no interface takes multicast"));
    }
    UdpSocket::from_std(socket.into())
}

async fn ask(
    socket: &UdpSocket,
    place: &Interface,
    is_v4: bool,
    question: &[u8],
) -> io::Result<()> {
    let options = SockRef::from(socket);
    let group: IpAddr = match is_v4 {
        true => {
            let own = place.addresses.iter().find_map(|ip| match ip {
                IpAddr::V4(ip) => Some(*ip),
                IpAddr::V6(_) => None,
            });
            options.set_multicast_if_v4(&own.unwrap_or(Ipv4Addr::UNSPECIFIED))?;
            GROUP_V4.into()
        }
        false => {
            options.set_multicast_if_v6(place.index)?;
            GROUP_V6.into()
        }
    };
    socket.send_to(question, (group, PORT)).await.map(|_| ())
}

/// "Who is there?", for our own service and for any. A number of its own (multicast DNS does not use it)
/// tells it from the same question of another Skein on this machine.
fn question() -> Vec<u8> {
    let mut number = [0; 2];
    getrandom::fill(&mut number).expect("the operating system has random numbers");
    let mut bytes = number.to_vec();
    bytes.extend([0, 0, 0, 2, 0, 0, 0, 0, 0, 0]);
    for name in [
        ["_skein", "_tcp", "local"].as_slice(),
        &["_services", "_dns-sd", "_udp", "local"],
    ] {
        for label in name {
            bytes.push(label.len() as u8);
            bytes.extend(label.as_bytes());
        }
        // The name's end; a pointer record; of the internet.
        bytes.extend([0, 0, 12, 0, 1]);
    }
    bytes
}
