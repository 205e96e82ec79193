//! Who connects as often as it can.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use skein_integration::figure::{between, now_ms, promised};
use skein_integration::flood::{Came, Flood};
use skein_integration::ground::Ground;
use skein_integration::length::times;
use skein_integration::network::{Host, Network};
use skein_integration::peer::{COMMAND, Peer};
use skein_integration::process::Running;
use skein_integration::story::tell;
use skein_integration::writer::assert_holds;

use crate::scene::Scene;

/// How often each kind of weather comes, in turn.
const ROUNDS: &str = "SKEIN_FLOOD_ROUNDS";
/// Edits in each.
const EDITS: usize = 150;
/// Between an answer and the next edit: a fast writer's pace.
const PACE: Duration = Duration::from_millis(20);
/// Addresses of each family that the flood comes from: more than there are places for handshakes at four an address.
const SOURCES: u8 = 24;
/// Longest time from a member's start to being in, whatever strangers do.
const IN: Duration = Duration::from_secs(5);

/// What goes on while somebody writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weather {
    /// Nothing.
    Quiet,
    /// The same flood at another host, where nothing listens: what the generator takes from this machine.
    Elsewhere,
    /// A flood at the one who writes.
    Flooded,
}

pub fn flood(ground: &Ground) {
    let network = Network::new(ground);
    let eve = network.host("eve");
    let elsewhere = network.host("elsewhere");
    let mut scene = Scene::two(&network);
    let ana = &scene.people[0];
    let sources = give_addresses(&eve, &elsewhere, &ana.host);
    let port = port_of(ana);
    let targets = [&ana.host, &elsewhere].map(|host| both_families(host, port));
    let mut figures = [Figure::default(), Figure::default(), Figure::default()];
    let kinds = [Weather::Quiet, Weather::Elsewhere, Weather::Flooded];
    for round in 0..times(ROUNDS, 1, 5) {
        for (figure, weather) in figures.iter_mut().zip(kinds) {
            let flood = match weather {
                Weather::Quiet => None,
                Weather::Elsewhere => Some(Flood::start(&eve, &sources, &targets[1])),
                Weather::Flooded => Some(Flood::start(&eve, &sources, &targets[0])),
            };
            let tag = format!("{weather:?}{round}x").to_lowercase();
            let (words, took) = write(&scene.people[0], &scene.note, &tag);
            scene.words.extend(words);
            figure.took.extend(took);
            figure.came.extend(flood.map(Flood::end));
        }
    }
    for (figure, weather) in figures.iter_mut().zip(kinds) {
        figure.say(weather);
    }
    comes_in(&mut scene, || Flood::start(&eve, &sources, &targets[0]));
}

/// A member starts while it is flooded all around: it is in soon, and has everything.
fn comes_in(scene: &mut Scene, flood: impl FnOnce() -> Flood) {
    let ben = scene.people[1].device();
    let mark = scene.people[0].events();
    scene.people[1].stop();
    scene.people[0].sees(&ben, false, mark);
    let flood = flood();
    let mark = scene.people[0].events();
    let began_ms = now_ms();
    scene.people[1].start(&[]);
    let seen_ms = scene.people[0].sees(&ben, true, mark);
    promised(
        "a member is in, under the flood",
        between(began_ms, seen_ms),
        IN,
    );
    let (words, _) = write(&scene.people[1], &scene.note, "benunderflood");
    scene.words.extend(words);
    scene.people[1].wait_equal(1);
    scene.people[0].wait_equal(1);
    let came = flood.end();
    assert!(came.tried_per_s > 100.0, "hardly a flood: {came:?}");
    for peer in &mut scene.people {
        assert_holds(&peer.text(&scene.note), &scene.words);
        peer.stop();
        peer.verify_clean();
    }
}

/// The port that a running peer listens at.
fn port_of(peer: &Peer) -> u16 {
    let ready = peer.ready();
    let listen = ready["listen"][0].as_str().expect("an address");
    let port = listen.rsplit('/').next().and_then(|port| port.parse().ok());
    port.expect("/ip4/…/tcp/PORT")
}

/// Many addresses of both families for one host, and networks of the others that they lie in.
fn give_addresses(eve: &Host, elsewhere: &Host, ana: &Host) -> Vec<IpAddr> {
    for (host, number) in [(ana, 1), (elsewhere, 2)] {
        host.has_also(&[format!("fd77::{number}/32")]);
    }
    let v4 = (0..SOURCES).map(|at| IpAddr::from(Ipv4Addr::new(10, 77, 0, 100 + at)));
    // Each in a network of 64 bits of its own, as somebody has who is given many.
    let v6 = (0..SOURCES).map(|at| {
        IpAddr::from(Ipv6Addr::new(
            0xfd77,
            0,
            0,
            1 + u16::from(at),
            0,
            0,
            0,
            0x66,
        ))
    });
    let sources: Vec<IpAddr> = v4.chain(v6).collect();
    let written = sources.iter().map(|ip| match ip {
        IpAddr::V4(ip) => format!("{ip}/24"),
        IpAddr::V6(ip) => format!("{ip}/32"),
    });
    eve.has_also(&written.collect::<Vec<_>>());
    sources
}

fn both_families(host: &Host, port: u16) -> [SocketAddr; 2] {
    let number = if host.name() == "ana" { 1 } else { 2 };
    let v6 = Ipv6Addr::new(0xfd77, 0, 0, 0, 0, 0, 0, number);
    [
        SocketAddr::new(host.address().into(), port),
        SocketAddr::new(v6.into(), port),
    ]
}

/// Writes words one after the other, each when the one before was called saved; how long each answer took.
fn write(peer: &Peer, note: &str, tag: &str) -> (Vec<String>, Vec<Duration>) {
    let arguments = ["--json", "note", "edit", note, "--edits", "-"];
    let mut command = peer.command(&arguments);
    let mut running = Running::start(command.stdin(Stdio::piped()));
    let words: Vec<String> = (0..EDITS).map(|at| format!("{tag}{at:04}")).collect();
    let mut took = Vec::new();
    for (at, word) in words.iter().enumerate() {
        // A pace, not a wait for something.
        std::thread::sleep(PACE);
        let began = Instant::now();
        let line = json!({"at": 0, "delete": 0, "insert": format!("{word} ")});
        running.say(&line.to_string());
        let answer = running.out.find(at, COMMAND, |line| Some(line.to_owned()));
        took.push(began.elapsed());
        let answer: Value = answer
            .and_then(|line| serde_json::from_str(&line).ok())
            .unwrap_or_else(|| panic!("no answer to edit {at}: {}", running.err.tail(5)));
        assert_eq!(answer["saved"], true, "{answer}");
    }
    running.feed("");
    let status = running.ends_within(COMMAND).expect("the command ends");
    assert!(status.success(), "{}", running.err.tail(5));
    (words, took)
}

#[derive(Default)]
struct Figure {
    took: Vec<Duration>,
    came: Vec<Came>,
}

impl Figure {
    fn say(&mut self, weather: Weather) {
        self.took.sort_unstable();
        let at = |part: f64| {
            let last = self.took.len() - 1;
            self.took[(last as f64 * part) as usize].as_micros()
        };
        let rates = self.came.iter().map(|came| {
            format!(
                "{:.0} connections a second, {:.0} of them opened",
                came.tried_per_s, came.open_per_s
            )
        });
        tell(format!(
            "{weather:?}: edit to durable µs p50 {} p99 {} max {} of {}; {}",
            at(0.5),
            at(0.99),
            at(1.0),
            self.took.len(),
            rates.collect::<Vec<_>>().join("; ")
        ));
    }
}
