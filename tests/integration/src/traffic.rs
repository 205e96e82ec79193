//! What a recording holds: datagrams, and connections put together again.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use etherparse::{LinkSlice, NetSlice, SlicedPacket, TcpSlice, TransportSlice};

/// The port of multicast DNS.
pub const MDNS: u16 = 5353;

/// A datagram as it was sent.
#[derive(Debug, Clone)]
pub struct Datagram {
    /// The network card it came from.
    pub card: [u8; 6],
    /// Who sent it.
    pub from: SocketAddr,
    /// Where to.
    pub to: SocketAddr,
    /// What it says.
    pub bytes: Vec<u8>,
}

/// What one end of a connection said.
#[derive(Debug, Clone)]
pub struct Stream {
    /// Who spoke.
    pub from: SocketAddr,
    /// To whom.
    pub to: SocketAddr,
    /// Whether the speaker is who connected.
    pub dialled: bool,
    /// All of it from the first byte on, as far as it was heard without a gap.
    pub bytes: Vec<u8>,
    /// Bytes that were heard beyond a gap: then the recording is not whole.
    pub beyond_gap: usize,
}

/// A recording, read.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Every datagram.
    pub datagrams: Vec<Datagram>,
    /// Every connection whose beginning was heard, one stream for each end.
    pub streams: Vec<Stream>,
}

/// The segments of a stream so far.
struct Segments {
    /// Sequence number of the first byte.
    first: u32,
    dialled: bool,
    /// By their place in the stream.
    parts: BTreeMap<u32, Vec<u8>>,
}

type Ends = (SocketAddr, SocketAddr);

impl Traffic {
    /// Reads frames in the order in which they were heard. What is neither UDP nor TCP is left out.
    pub fn of(frames: &[Vec<u8>]) -> Traffic {
        let mut traffic = Traffic::default();
        let mut open: BTreeMap<Ends, Segments> = BTreeMap::new();
        for frame in frames {
            let Ok(packet) = SlicedPacket::from_ethernet(frame) else {
                continue;
            };
            let (Some((from, to)), Some(transport)) = (ends(&packet), &packet.transport) else {
                continue;
            };
            match transport {
                TransportSlice::Udp(udp) => traffic.datagrams.push(Datagram {
                    card: card(&packet),
                    from: SocketAddr::new(from, udp.source_port()),
                    to: SocketAddr::new(to, udp.destination_port()),
                    bytes: udp.payload().to_vec(),
                }),
                TransportSlice::Tcp(tcp) => {
                    let from = SocketAddr::new(from, tcp.source_port());
                    let to = SocketAddr::new(to, tcp.destination_port());
                    if let Some(ended) = note(&mut open, (from, to), tcp) {
                        traffic.streams.push(whole((from, to), ended));
                    }
                }
                _ => {}
            }
        }
        let rest = open.into_iter().map(|(ends, open)| whole(ends, open));
        traffic.streams.extend(rest);
        traffic
    }

    /// What this network card announced and asked by multicast DNS.
    pub fn announced_by(&self, card: [u8; 6]) -> Vec<&Datagram> {
        let datagrams = self.datagrams.iter();
        datagrams
            .filter(|datagram| datagram.card == card && datagram.to.port() == MDNS)
            .collect()
    }

    /// Bytes of all streams.
    pub fn stream_bytes(&self) -> usize {
        self.streams.iter().map(|stream| stream.bytes.len()).sum()
    }
}

fn card(packet: &SlicedPacket) -> [u8; 6] {
    match &packet.link {
        Some(LinkSlice::Ethernet2(ethernet)) => ethernet.source(),
        _ => [0; 6],
    }
}

fn ends(packet: &SlicedPacket) -> Option<(IpAddr, IpAddr)> {
    match packet.net.as_ref()? {
        NetSlice::Ipv4(ip) => {
            let header = ip.header();
            let (from, to) = (header.source_addr(), header.destination_addr());
            Some((from.into(), to.into()))
        }
        NetSlice::Ipv6(ip) => {
            let header = ip.header();
            let (from, to) = (header.source_addr(), header.destination_addr());
            Some((from.into(), to.into()))
        }
        NetSlice::Arp(_) => None,
    }
}

/// Notes a segment; gives the stream that stood at these ends before, when a new one begins.
fn note(open: &mut BTreeMap<Ends, Segments>, ends: Ends, tcp: &TcpSlice) -> Option<Segments> {
    if tcp.syn() {
        let first = tcp.sequence_number().wrapping_add(1);
        if open.get(&ends).is_some_and(|stream| stream.first == first) {
            return None; // said again
        }
        let fresh = Segments {
            first,
            dialled: !tcp.ack(),
            parts: BTreeMap::new(),
        };
        return open.insert(ends, fresh);
    }
    let stream = open.get_mut(&ends)?;
    let place = tcp.sequence_number().wrapping_sub(stream.first);
    let bytes = tcp.payload();
    // A question whether the other end lives stands one byte before the place of the next.
    let is_probe = place == u32::MAX;
    let longer = |old: &Vec<u8>| old.len() < bytes.len();
    if !bytes.is_empty() && !is_probe && stream.parts.get(&place).is_none_or(longer) {
        stream.parts.insert(place, bytes.to_vec());
    }
    None
}

fn whole((from, to): Ends, segments: Segments) -> Stream {
    let (mut bytes, mut beyond_gap) = (Vec::new(), 0);
    for (place, part) in segments.parts {
        let place = place as usize;
        if place > bytes.len() {
            beyond_gap += part.len();
        } else if place + part.len() > bytes.len() {
            let known = bytes.len() - place;
            bytes.extend_from_slice(&part[known..]);
        }
    }
    Stream {
        from,
        to,
        dialled: segments.dialled,
        bytes,
        beyond_gap,
    }
}
