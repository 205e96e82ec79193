//! Who asks, at every port it has heard of.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use skein_integration::announced::Announced;
use skein_integration::capture::Capture;
use skein_integration::ground::Ground;
use skein_integration::network::{Host, Network};
use skein_integration::peer::{MEETING, Peer};
use skein_integration::story::tell;
use skein_integration::traffic::{MDNS, Stream, Traffic};
use skein_integration::wait::until;

use crate::scene::{GREETING_BYTES, KNOCK_BYTES, SILENCE, Scene};

/// A page that everybody who asks a port by hand might ask for.
const BROWSER: &[u8] = b"GET / HTTP/1.1\r\nHost: notes\r\n\r\n";
/// What libp2p says first, where no knock stands before it: its version, and that it wants Noise.
const NEGOTIATION: &[u8] = b"\x13/multistream/1.0.0\n\x07/noise\n";

/// A stranger says these and hears everything that comes back until the other hangs up.
fn ask(eve: &Host, to: SocketAddr, said: &[u8]) -> Vec<u8> {
    let mut socket = eve.connect(to).expect("the port is open");
    socket.set_read_timeout(Some(SILENCE)).expect("an option");
    socket.write_all(said).expect("it listens");
    let mut heard = Vec::new();
    match socket.read_to_end(&mut heard) {
        Ok(_) => heard,
        // What was said and not read makes the end a hard one.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => heard,
        Err(error) => panic!("{to} does not hang up: {error}"),
    }
}

pub fn asking(ground: &Ground) {
    let network = Network::new(ground);
    network.is_heard_by_all();
    let eve = network.host("eve");
    let recording = Capture::start(&eve);
    let mut scene = Scene::two(&network);
    scene.write(&[0, 1], "first");
    // Both have called once by then, or been called.
    scene.people[1].stop();
    scene.people[1].start(&[]);
    scene.write(&[0, 1], "again");
    let ticket = scene.people[0].text_of(&["space", "invite", &scene.space], "ticket");
    scene.tickets.push(ticket);
    let announced = until(
        "both and the open invitation are announced",
        MEETING,
        || {
            let traffic = Traffic::of(&recording.frames());
            let datagrams = traffic.datagrams.iter();
            let mdns = datagrams.filter(|datagram| datagram.to.port() == MDNS);
            let heard = Announced::of(mdns.map(|datagram| datagram.bytes.as_slice()));
            (heard.ports.len() >= 2 && !heard.pairing_ports.is_empty()).then_some(heard)
        },
    );
    let recorded = Traffic::of(&recording.end());
    let mut heard = Vec::new();
    let mut targets = BTreeSet::new();
    for peer in &scene.people {
        for port in &announced.ports {
            let to = SocketAddr::new(peer.host.address().into(), *port);
            if eve.connect_within(to, Duration::from_secs(2)).is_ok() {
                targets.insert(to);
            }
        }
    }
    assert_eq!(targets.len(), 2, "{:?}", announced.ports);
    for to in targets {
        let mut sayings = vec![Vec::new(), BROWSER.to_vec(), spoken_directly()];
        sayings.extend(recorded_calls(&recorded.streams, to));
        let count = sayings.len();
        heard.extend(ask_all(&eve, to, sayings));
        tell(format!(
            "{count} questions to {to}: sixteen bytes each, and silence"
        ));
    }
    assert!(heard.iter().all(|answer| answer.len() == GREETING_BYTES));
    let greetings = recorded.streams.iter().filter(|stream| !stream.dialled);
    heard.extend(
        greetings.map(|stream| stream.bytes.iter().copied().take(GREETING_BYTES).collect()),
    );
    let all: BTreeSet<&Vec<u8>> = heard.iter().collect();
    assert_eq!(all.len(), heard.len(), "a greeting came twice");
    // The pairing port has no knock, since nobody there shares a secret; it tells its names only in the exchange.
    let ana = scene.people[0].host.address();
    for port in &announced.pairing_ports {
        let to = SocketAddr::new(ana.into(), *port);
        if eve.connect_within(to, Duration::from_secs(2)).is_ok() {
            let sayings = vec![Vec::new(), BROWSER.to_vec(), spoken_directly()];
            heard.extend(ask_all(&eve, to, sayings));
        }
    }
    scene.people.iter_mut().for_each(Peer::stop);
    let found = scene.needles();
    let found = found.found_in(heard.iter().map(Vec::as_slice));
    assert_eq!(found, [""; 0], "in what came back");
}

/// Multistream, Noise, and the first message of its handshake: a key of 32 bytes.
fn spoken_directly() -> Vec<u8> {
    let mut said = NEGOTIATION.to_vec();
    said.extend_from_slice(&32_u16.to_be_bytes());
    said.extend((0..32).map(|at| at * 7 + 1));
    said
}

/// What members said when they called there: the knock alone, and all of it.
fn recorded_calls(streams: &[Stream], to: SocketAddr) -> Vec<Vec<u8>> {
    let calls: Vec<&Stream> = streams
        .iter()
        .filter(|stream| stream.dialled && stream.to.port() == to.port())
        .filter(|stream| stream.bytes.len() > KNOCK_BYTES)
        .collect();
    let knocks = calls.iter().map(|call| call.bytes[..KNOCK_BYTES].to_vec());
    let whole = calls.iter().take(1).map(|call| call.bytes.clone());
    knocks.take(2).chain(whole).collect()
}

/// As many at once as one address may have under way.
fn ask_all(eve: &Host, to: SocketAddr, sayings: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    std::thread::scope(|scope| {
        let mut heard = Vec::new();
        for some in sayings.chunks(3) {
            let asked: Vec<_> = some
                .iter()
                .map(|said| scope.spawn(move || ask(eve, to, said)))
                .collect();
            heard.extend(asked.into_iter().map(|asked| asked.join().expect("asked")));
        }
        heard
    })
}
