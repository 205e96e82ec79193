//! Who only listens.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use skein_integration::announced::{Announced, TELLING_BYTES};
use skein_integration::capture::Capture;
use skein_integration::ground::Ground;
use skein_integration::needles::Needles;
use skein_integration::network::{Half, Network};
use skein_integration::peer::{MEETING, Peer};
use skein_integration::story::tell;
use skein_integration::traffic::Traffic;
use skein_integration::wait::until;
use skein_integration::writer::assert_holds;

use crate::scene::{PEOPLE, Scene, TITLE};

/// How much of the beginning of each connection is compared: all that stands before the keys are agreed, and more.
const BEGINNING_BYTES: usize = 4096;

/// Looks for all of it in frames and in the connections put together from them.
fn found<'a>(needles: &'a Needles, frames: &[Vec<u8>], traffic: &Traffic) -> Vec<&'a str> {
    let frames = frames.iter().map(Vec::as_slice);
    let streams = traffic.streams.iter();
    needles.found_in(frames.chain(streams.map(|stream| stream.bytes.as_slice())))
}

/// The instrument itself: without it the other cases would find nothing either way.
pub fn in_the_open(ground: &Ground) {
    let network = Network::new(ground);
    network.is_heard_by_all();
    let (ana, ben) = (network.host("ana"), network.host("ben"));
    let eve = network.host("eve");
    let recording = Capture::start(&eve);
    let key = [0x5a, 0x11, 0x92, 0x3c, 0xd4, 0x85, 0x66, 0xf7].repeat(4);
    let mut needles = Needles::default();
    needles.text("person", PEOPLE[0]);
    needles.text("title", TITLE);
    needles.bytes("key", &key);
    needles.text("never said", "Weatherglass");
    let listener = ben.listener_on_all().expect("a free port");
    let port = listener.local_addr().expect("its port").port();
    let mut socket = ana
        .connect(SocketAddr::new(ben.address().into(), port))
        .expect("nothing is between them");
    socket.set_nodelay(true).expect("a socket option");
    let (mut other, _) = listener.accept().expect("just connected");
    let mut heard = [0; 4];
    // In two packets, so that only who puts them together reads it.
    let (first, second) = PEOPLE[0].split_at(6);
    for part in [first, second] {
        socket.write_all(part.as_bytes()).expect("sent");
        other.read_exact(&mut heard[..1]).expect("heard");
    }
    let told = ana.udp().expect("a socket");
    let said = [TITLE.to_uppercase().as_bytes(), &key[8..17]].concat();
    told.send_to(&said, (ben.address(), port)).expect("sent");
    until("the recording has it", MEETING, || {
        let traffic = Traffic::of(&recording.frames());
        (traffic
            .datagrams
            .iter()
            .any(|datagram| datagram.bytes == said))
        .then_some(())
    });
    let frames = recording.end();
    let traffic = Traffic::of(&frames);
    assert_eq!(
        found(&needles, &frames, &traffic),
        ["person", "title", "key"]
    );
    let loose = needles.found_in(frames.iter().map(Vec::as_slice));
    assert_eq!(loose, ["title", "key"], "the name lay in two packets");
}

/// The address a network card gives itself where nobody hands out addresses: in the head of every packet anyway.
fn own_address([a, b, c, d, e, f]: [u8; 6]) -> Vec<u8> {
    vec![
        0xfe,
        0x80,
        0,
        0,
        0,
        0,
        0,
        0,
        a ^ 2,
        b,
        c,
        0xff,
        0xfe,
        d,
        e,
        f,
    ]
}

pub fn listening(ground: &Ground) {
    let network = Network::new(ground);
    network.is_heard_by_all();
    let (eve, mallory) = (network.host("eve"), network.host("mallory"));
    mallory.plug_into(Half::Second);
    let (here, there) = (Capture::start(&eve), Capture::start(&mallory));
    let mut scene = Scene::two(&network);
    scene.joins_nearby(network.host("cora"), PEOPLE[2]);
    scene.write(&[0, 1, 2], "first");
    scene.people[1].stop();
    scene.people[1].start(&[]);
    scene.write(&[0, 1, 2], "again");
    tell("three met by ticket and by pictures, wrote, and one started again");
    moves_on(&mut scene);
    let text = scene.people[0].text(&scene.note);
    assert_holds(&text, &scene.words);
    let cards: Vec<[u8; 6]> = scene.people.iter().map(|peer| peer.host.card()).collect();
    scene.people.iter_mut().for_each(Peer::stop);
    let (here, there) = (here.end(), there.end());
    let needles = scene.needles();
    let recordings = [&here, &there].map(|frames| (frames, Traffic::of(frames)));
    for (frames, traffic) in &recordings {
        let gaps = traffic.streams.iter().map(|stream| stream.beyond_gap);
        assert_eq!(gaps.sum::<usize>(), 0, "the recording is not whole");
        tell(format!(
            "{} packets, {} connections with {} bytes, looked through for {} byte strings",
            frames.len(),
            traffic.streams.len() / 2,
            traffic.stream_bytes(),
            needles.count()
        ));
        assert_eq!(found(&needles, frames, traffic), [""; 0]);
    }
    let [(_, before), (_, after)] = &recordings;
    no_value_stays(before, after, &cards);
    no_beginning_stays(before, after);
}

/// How long a laptop has no network on its way: the addresses go with the old one, and are seen to be gone.
const ON_THE_WAY: Duration = Duration::from_secs(3);

/// Two of them go to another network, with other addresses and another stranger.
fn moves_on(scene: &mut Scene) {
    let marks: Vec<usize> = scene.people.iter().map(Peer::events).collect();
    let going = &scene.people[..2];
    for peer in going {
        peer.host.is_unplugged();
    }
    // Time passes on the way; nothing is waited for.
    std::thread::sleep(ON_THE_WAY);
    for (peer, number) in going.iter().zip([7, 9]) {
        peer.host.plug_into(Half::Second);
        peer.host.heal();
        peer.host.change_address(Ipv4Addr::new(10, 88, 3, number));
    }
    let ben = scene.people[1].device();
    scene.people[0].sees(&ben, true, marks[0]);
    scene.write(&[0, 1], "moved");
    tell("two of them went to another network, met there, and wrote");
}

fn no_value_stays(before: &Traffic, after: &Traffic, cards: &[[u8; 6]]) {
    let read = |traffic: &Traffic| {
        let packets = cards.iter().flat_map(|card| traffic.announced_by(*card));
        let bytes: Vec<&[u8]> = packets.map(|packet| packet.bytes.as_slice()).collect();
        (bytes.len(), Announced::of(bytes))
    };
    let ((packets_before, before), (packets_after, after)) = (read(before), read(after));
    let ports: Vec<&u16> = before.ports.intersection(&after.ports).collect();
    tell(format!(
        "{packets_before} and {packets_after} packets of multicast DNS with {} and {} values; the ports {ports:?} stay",
        before.values.len(),
        after.values.len()
    ));
    let has_nonce = |heard: &Announced| heard.values.iter().any(|value| value.len() == 16);
    assert!(has_nonce(&before) && has_nonce(&after), "nobody announced");
    assert!(!before.pairing_ports.is_empty(), "an invitation was open");
    let own: Vec<Vec<u8>> = cards.iter().map(|card| own_address(*card)).collect();
    let is_own = |part: &Vec<u8>| {
        own.iter()
            .any(|address| address.windows(part.len()).any(|window| window == part))
    };
    let mut shared = before.shared_with(&after);
    shared.retain(|part| !is_own(part));
    assert_eq!(shared, [[0_u8; 0]; 0], "what both networks heard");
}

/// No bytes of a connection before the move stand in one after it, but for the names of protocols.
fn no_beginning_stays(before: &Traffic, after: &Traffic) {
    let parts = |traffic: &Traffic| -> HashSet<[u8; TELLING_BYTES]> {
        let streams = traffic.streams.iter();
        let beginnings =
            streams.map(|stream| &stream.bytes[..BEGINNING_BYTES.min(stream.bytes.len())]);
        beginnings
            .flat_map(without_protocol)
            .flat_map(|part| telling(&part))
            .collect()
    };
    let (before, after) = (parts(before), parts(after));
    assert!(
        before.len() > 1000 && after.len() > 1000,
        "hardly a connection"
    );
    let shared: Vec<_> = before.intersection(&after).collect();
    assert!(
        shared.is_empty(),
        "in connections of both networks: {shared:02x?}"
    );
}

/// What is left of a beginning without the words that every libp2p program says.
fn without_protocol(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = vec![bytes.to_vec()];
    for word in [&b"\x13/multistream/1.0.0\n"[..], b"\x07/noise\n"] {
        parts = parts.iter().flat_map(|part| split(part, word)).collect();
    }
    parts
}

fn split(bytes: &[u8], word: &[u8]) -> Vec<Vec<u8>> {
    let at = bytes.windows(word.len()).position(|window| window == word);
    match at {
        None => vec![bytes.to_vec()],
        Some(at) => {
            let mut parts = vec![bytes[..at].to_vec()];
            parts.extend(split(&bytes[at + word.len()..], word));
            parts
        }
    }
}

/// Every part of these bytes that is long enough to know something again by.
pub fn telling(bytes: &[u8]) -> Vec<[u8; TELLING_BYTES]> {
    let parts = bytes.windows(TELLING_BYTES);
    parts
        .map(|part| part.try_into().expect("as long as a window"))
        .collect()
}
