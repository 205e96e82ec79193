//! The network of the tests is a network: what the other tests rest on.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use skein_integration::ground::Ground;
use skein_integration::network::{Host, Network};
use skein_integration::process::{Running, run};
use skein_integration::trial::{self, Case, Needs};
use skein_integration::wait::{until, within};

fn main() -> ExitCode {
    let case = |name, action| Case {
        name,
        needs: Needs::Namespaces,
        action,
    };
    trial::main(vec![
        case("hosts_hear_each_other_until_the_link_is_cut", cut_and_heal),
        case("multicast_reaches_the_other_host", multicast),
        case(
            "a_changed_address_is_where_the_host_is_reached",
            change_address,
        ),
        Case {
            name: "a_killed_program_is_gone_with_its_own_process_id",
            needs: Needs::Loopback,
            action: kill,
        },
    ])
}

const LIMIT: Duration = Duration::from_secs(10);

/// A listener on `host` that says hello to each caller, on a thread of its own.
fn greeter(host: &Host) -> u16 {
    let listener = host.listener_on_all().expect("a listener");
    let port = listener.local_addr().expect("its address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.and_then(|mut stream| stream.write_all(b"hello"));
        }
    });
    port
}

fn hello(from: &Host, to: SocketAddr) -> Option<String> {
    let mut stream: TcpStream = from.connect_within(to, Duration::from_millis(500)).ok()?;
    let mut words = String::new();
    stream.set_read_timeout(Some(Duration::from_secs(1))).ok()?;
    stream.read_to_string(&mut words).ok()?;
    Some(words)
}

fn cut_and_heal(ground: &Ground) {
    let network = Network::new(ground);
    let (ana, ben) = (network.host("ana"), network.host("ben"));
    let address = SocketAddr::from((ana.address(), greeter(&ana)));
    until("Ben reaches Ana", LIMIT, || hello(&ben, address));
    ana.cut();
    assert_eq!(
        within(Duration::from_secs(1), || hello(&ben, address)),
        None
    );
    ana.heal();
    assert_eq!(
        until("Ben reaches Ana again", LIMIT, || hello(&ben, address)),
        "hello"
    );
}

fn change_address(ground: &Ground) {
    let network = Network::new(ground);
    let (ana, ben) = (network.host("ana"), network.host("ben"));
    let port = greeter(&ana);
    let old = SocketAddr::from((ana.address(), port));
    ana.change_address(Ipv4Addr::new(10, 88, 0, 1));
    ben.change_address(Ipv4Addr::new(10, 88, 0, 2));
    let new = SocketAddr::from((ana.address(), port));
    until("Ben reaches Ana at her new address", LIMIT, || {
        hello(&ben, new)
    });
    assert_eq!(hello(&ben, old), None);
}

fn multicast(ground: &Ground) {
    let network = Network::new(ground);
    let (ana, ben) = (network.host("ana"), network.host("ben"));
    let group = Ipv4Addr::new(224, 0, 0, 251);
    let listener = ana.udp().expect("a socket");
    listener
        .join_multicast_v4(&group, &ana.address())
        .expect("a member of the group");
    listener
        .set_read_timeout(Some(Duration::from_millis(200)))
        .expect("a time limit");
    let port = listener.local_addr().expect("its address").port();
    let sender = ben.udp_at_address().expect("a socket");
    let mut bytes = [0; 16];
    let heard = until("the group hears Ben", LIMIT, || {
        sender.send_to(b"anybody?", (group, port)).ok()?;
        listener.recv(&mut bytes).ok()
    });
    assert_eq!(&bytes[..heard], b"anybody?");
}

fn kill(ground: &Ground) {
    let host = Network::new(ground).host("ana");
    let mut running = Running::start(host.command("sleep").arg("600"));
    let name = format!("/proc/{}/comm", running.id());
    let is_sleep = || (std::fs::read_to_string(&name).ok()?.trim() == "sleep").then_some(());
    until("the process is the program itself", LIMIT, is_sleep);
    running.kill9();
    assert!(!std::path::Path::new(&name).exists());
    let answer = run(
        host.command("sh").args(["-c", "cat; echo two >&2; exit 3"]),
        "one",
        LIMIT,
    );
    assert_eq!(
        (answer.code, answer.out.trim(), answer.err.trim()),
        (Some(3), "one", "two")
    );
}
