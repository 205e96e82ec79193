//! Who says again what it has heard.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use data_encoding::HEXLOWER;
use skein_integration::announced::{Announced, TELLING_BYTES};
use skein_integration::capture::Capture;
use skein_integration::ground::Ground;
use skein_integration::network::{Host, Network};
use skein_integration::peer::COMMAND;
use skein_integration::story::tell;
use skein_integration::traffic::{MDNS, Traffic};
use skein_integration::wait::{until, within};

use crate::listening::telling;
use crate::scene::{GREETING_BYTES, KNOCK_BYTES, SILENCE, Scene};

pub fn said_again(ground: &Ground) {
    let network = Network::new(ground);
    network.is_heard_by_all();
    let eve = network.host("eve");
    let recording = Capture::start(&eve);
    let mut scene = Scene::two(&network);
    scene.write(&[0, 1], "first");
    let card = scene.people[1].host.card();
    let recorded = Traffic::of(&recording.end());
    let address = scene.people[1].host.address().octets();
    let packets: Vec<&Vec<u8>> = recorded
        .announced_by(card)
        .into_iter()
        .map(|datagram| &datagram.bytes)
        .filter(|bytes| {
            let has_address = bytes.windows(address.len()).any(|part| part == address);
            let said = Announced::of([bytes.as_slice()]);
            // An answer may leave parts out.
            has_address && !said.ports.is_empty() && said.values.contains(&b"t"[..])
        })
        .collect();
    assert!(!packets.is_empty(), "Ben announces himself");
    // While all members are connected nobody looks for one; so the stranger waits until one has gone.
    scene.people[1].stop();
    let listener = eve.listener_on_all().expect("a free port");
    listener.set_nonblocking(true).expect("an option");
    let mut knocks = Vec::new();
    for round in 0..2 {
        // Each under a name of its own: which of them shows a tag that Ana knows, a stranger cannot tell.
        for (number, packet) in packets.iter().enumerate() {
            let name = [0xa0 + round, u8::try_from(number).expect("some packets")];
            let forged = forge(packet, &scene.people[1].host, &eve, &listener, name);
            let socket = eve.udp_at_address().expect("a socket");
            let to = (Ipv4Addr::new(224, 0, 0, 251), MDNS);
            socket.send_to(&forged, to).expect("sent");
        }
        knocks.push(dialled(&listener));
    }
    tell("who says an announcement again is dialled: it learns that somebody here recognises it");
    // No part of a call comes again, so two calls do not show that one device made them.
    let parts =
        |knock: &[u8]| -> HashSet<[u8; TELLING_BYTES]> { telling(knock).into_iter().collect() };
    assert!(parts(&knocks[0]).is_disjoint(&parts(&knocks[1])));
    scene.people[0].stop();
    let needles = scene.needles();
    let found = needles.found_in(knocks.iter().map(Vec::as_slice));
    assert_eq!(found, [""; 0], "in what was said to the stranger");
}

/// The announcement with the stranger's address and port, under a name nobody heard yet.
fn forge(
    packet: &[u8],
    from: &Host,
    eve: &Host,
    listener: &TcpListener,
    begins: [u8; 2],
) -> Vec<u8> {
    let port = listener.local_addr().expect("its port").port();
    let heard = Announced::of([packet]);
    let mut forged = packet.to_vec();
    replace(
        &mut forged,
        &from.address().octets(),
        &eve.address().octets(),
    );
    for theirs in &heard.ports {
        let service = |port: u16| [&[0; 4][..], &port.to_be_bytes()].concat();
        replace(&mut forged, &service(*theirs), &service(port));
    }
    for name in heard.values.iter().filter(|value| value.len() == 16) {
        let written = HEXLOWER.encode(name);
        let other = HEXLOWER.encode(&begins) + &written[4..];
        replace(&mut forged, written.as_bytes(), other.as_bytes());
    }
    forged
}

fn replace(bytes: &mut [u8], old: &[u8], new: &[u8]) {
    assert_eq!(old.len(), new.len(), "lengths stand in the packet");
    let mut from = 0;
    while let Some(at) = bytes[from..]
        .windows(old.len())
        .position(|part| part == old)
    {
        bytes[from + at..from + at + new.len()].copy_from_slice(new);
        from += at + new.len();
    }
}

/// Waits for a call, greets as a member would, and answers with rubbish: what the caller said.
fn dialled(listener: &TcpListener) -> Vec<u8> {
    let (mut socket, _) = until("a member calls", COMMAND, || listener.accept().ok());
    socket.set_nonblocking(false).expect("an option");
    socket.set_read_timeout(Some(SILENCE)).expect("an option");
    socket.write_all(&[7; GREETING_BYTES]).expect("greeted");
    let mut knock = vec![0; KNOCK_BYTES];
    socket.read_exact(&mut knock).expect("a knock");
    socket.write_all(&[9; GREETING_BYTES]).expect("answered");
    let mut rest = Vec::new();
    let _ = socket.read_to_end(&mut rest);
    assert!(
        rest.is_empty(),
        "it went on after a wrong answer: {rest:02x?}"
    );
    // More calls to the same announcement, at its other addresses, are none of this round's.
    let _ = within(Duration::from_millis(500), || listener.accept().err());
    knock
}
