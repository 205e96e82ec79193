//! A peer that sends rubbish changes nothing, on every way in: the ordinary port, the pairing port,
//! mDNS and the control socket.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::time::Duration;

use skein_integration::chance::Chance;
use skein_integration::ground::Ground;
use skein_integration::network::{Host, Network};
use skein_integration::peer::{COMMAND, LISTEN, Peer};
use skein_integration::process::Running;
use skein_integration::story::tell;
use skein_integration::trial::{self, Case, Needs};
use skein_integration::wait::until;

fn main() -> ExitCode {
    trial::main(vec![Case {
        name: "a_peer_that_sends_rubbish_changes_nothing",
        needs: Needs::Loopback,
        action: rubbish,
    }])
}

fn rubbish(ground: &Ground) {
    let network = Network::new(ground);
    let mut ana = Peer::new(network.host("ana"), "Ana");
    let mut ben = Peer::new(network.host("ben"), "Ben");
    let stranger = network.host("eve");
    let ready = ana.start(&LISTEN);
    let invitation = ana.json(&["space", "invite"]);
    let ticket = invitation["ticket"].as_str().expect("a ticket").to_owned();
    let note = ana.text_of(&["note", "new", "--title", "Kept"], "note");
    ana.json(&["note", "append", &note, "kept"]);

    let mut noise = Chance::new(7);
    for port in tcp_ports(&ana.host, ana.running()) {
        let address = SocketAddr::from((ana.host.address(), port));
        send_rubbish(&stranger, address, &mut noise);
    }
    if ground.has_namespaces() {
        let socket = stranger.udp().expect("a socket");
        for size in [1, 12, 40, 512, 1400] {
            let group = (Ipv4Addr::new(224, 0, 0, 251), 5353);
            let _ = socket.send_to(&noise.bytes(size), (ana.host.address(), 5353));
            let _ = socket.send_to(&noise.bytes(size), group);
        }
    }
    control_rubbish(&ana, &mut noise);
    tell("rubbish on every port, on mDNS and on the control socket");

    assert!(ana.runs(), "{}", ana.running().err.tail(20));
    assert_eq!(ana.text(&note), "kept");
    let joined = ben.json(&["space", "join", &ticket]);
    assert_eq!(joined["space"], invitation["space"]);
    let ready_ben = ben.start(&LISTEN);
    if !ground.has_namespaces() {
        ana.json(&[
            "peer",
            "add",
            ready_ben["listen"][0].as_str().expect("an address"),
        ]);
    }
    ana.wait_equal(1);
    assert_eq!(ben.text(&note), "kept", "{ready}");
    ana.stop();
    ben.stop();
    ana.verify_clean();
    ben.verify_clean();
}

/// The TCP ports a process listens on, from the kernel's table seen from its own namespace.
fn tcp_ports(host: &Host, running: &Running) -> Vec<u16> {
    let table = until("the peer listens", COMMAND, || {
        let path = format!("/proc/{}/net/tcp", running.id());
        let table = fs::read_to_string(path).ok()?;
        table
            .lines()
            .any(|line| line.split_whitespace().nth(3) == Some("0A"))
            .then_some(table)
    });
    let mut ports: Vec<u16> = table
        .lines()
        .filter(|line| line.split_whitespace().nth(3) == Some("0A"))
        .filter_map(|line| line.split_whitespace().nth(1)?.rsplit_once(':'))
        .filter_map(|(_, port)| u16::from_str_radix(port, 16).ok())
        .collect();
    ports.sort_unstable();
    ports.dedup();
    // On loopback the table holds the whole machine's ports; rubbish goes only to our own process.
    ports.retain(|port| host.address() != Ipv4Addr::LOCALHOST || owns(running, *port));
    assert!(!ports.is_empty());
    ports
}

/// Whether one of the process's sockets listens on this port.
fn owns(running: &Running, port: u16) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{}/fd", running.id())) else {
        return false;
    };
    let links = files
        .flatten()
        .filter_map(|file| fs::read_link(file.path()).ok());
    let sockets: Vec<String> = links
        .filter_map(|link| {
            Some(
                link.to_str()?
                    .strip_prefix("socket:[")?
                    .trim_end_matches(']')
                    .into(),
            )
        })
        .collect();
    let Ok(table) = fs::read_to_string("/proc/net/tcp") else {
        return false;
    };
    let suffix = format!(":{port:04X}");
    table.lines().any(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields.len() > 9 && fields[1].ends_with(&suffix) && sockets.contains(&fields[9].to_owned())
    })
}

/// Connections of a stranger that say nothing, noise, the first words of libp2p and then noise, and
/// lengths that promise gigabytes. Some stay open until the end.
fn send_rubbish(stranger: &Host, address: SocketAddr, noise: &mut Chance) {
    let hello = b"\x13/multistream/1.0.0\n";
    let noise_protocol = b"\x07/noise\n";
    let mut open: Vec<TcpStream> = Vec::new();
    for round in 0..24 {
        let Ok(mut stream) = stranger.connect(address) else {
            continue;
        };
        let mut words = match round % 4 {
            0 => Vec::new(),
            1 => noise.bytes(4096),
            2 => [&hello[..], &noise_protocol[..], &noise.bytes(600)].concat(),
            _ => [&[0xff; 16][..], &noise.bytes(64)].concat(),
        };
        if round == 23 {
            words = noise.bytes(1 << 20);
        }
        let _ = stream.set_write_timeout(Some(Duration::from_secs(2)));
        let _ = stream.write_all(&words);
        if round % 3 == 0 {
            open.push(stream);
        }
    }
    let mut word = [0; 256];
    for mut stream in open {
        let _ = stream.set_read_timeout(Some(Duration::from_millis(20)));
        let _ = stream.read(&mut word);
    }
}

fn control_rubbish(ana: &Peer, noise: &mut Chance) {
    let path = ana.home.profile().join("control.sock");
    assert!(path.exists(), "the control socket lies in the profile");
    for words in [
        noise.bytes(1000),
        vec![0xff; 64],
        b"{\"half\":".to_vec(),
        vec![b'\n'; 50],
    ] {
        let mut socket = UnixStream::connect(&path).expect("the peer answers its socket");
        let _ = socket.set_read_timeout(Some(Duration::from_millis(200)));
        let _ = socket.write_all(&words);
        let _ = socket.read(&mut [0; 256]);
    }
}
