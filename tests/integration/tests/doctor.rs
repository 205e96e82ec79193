//! Why nobody is found: each cause is made in a network of our own, and `skein peer doctor` names it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::Value;
use skein_integration::ground::Ground;
use skein_integration::network::{Host, Network};
use skein_integration::peer::Peer;
use skein_integration::story::tell;
use skein_integration::trial::{self, Case, Needs};
use skein_integration::wait::until;

fn main() -> ExitCode {
    let case = |name, needs, action| Case {
        name,
        needs,
        action,
    };
    use Needs::{Filter, Loopback, Namespaces};
    trial::main(vec![
        case("with_nobody_else_it_says_so", Loopback, nobody_else),
        case("offline_is_named_and_opens_nothing", Loopback, offline),
        case("no_interface_is_named", Namespaces, no_interface),
        case("blocked_multicast_is_named", Filter, no_multicast),
        case("a_firewall_that_drops_is_named", Filter, drops),
        case("a_firewall_that_refuses_is_named", Filter, refuses),
        case("its_own_firewall_is_named", Filter, own_firewall),
        case("a_guest_network_is_named", Namespaces, guests),
        case("a_vpn_that_takes_the_way_is_named", Namespaces, vpn_takes),
        case("a_vpn_that_is_only_on_is_named", Namespaces, vpn_on),
        case("somebody_else_s_skein_is_named", Namespaces, stranger),
        case("another_program_is_named", Namespaces, program),
        case("what_works_is_named_in_the_end", Filter, works_again),
    ])
}

const ANA: &str = "/ip4/0.0.0.0/tcp/47101";
const BEN: &str = "/ip4/0.0.0.0/tcp/47102";

/// Longer than connections take to die (`QUIET_LIMIT` of the network).
const NOTICED: Duration = Duration::from_secs(30);

/// Ana and Ben, who are in one space, met over IPv4, and run.
fn two(ground: &Ground) -> (Peer, Peer) {
    let network = Network::new(ground);
    let host = |name| {
        let host: Host = network.host(name);
        host.has_ipv4_only();
        host
    };
    let mut ana = Peer::new(host("doc-ana"), "ana");
    let mut ben = Peer::new(host("doc-ben"), "ben");
    ana.start(&["--listen", ANA]);
    let ticket = ana.text_of(&["space", "invite"], "ticket");
    ben.json(&["space", "join", &ticket]);
    ben.start(&["--listen", BEN]);
    // Both know where the other is, whoever dialled.
    for (one, other, port) in [(&ana, &ben, 47102), (&ben, &ana, 47101)] {
        let place = format!("/ip4/{}/tcp/{port}", other.host.address());
        assert_eq!(one.json(&["peer", "add", &place])["reached"], true);
    }
    ana.wait_equal(1);
    (ana, ben)
}

fn alone(peer: &Peer) {
    until("the other one is missed", NOTICED, || {
        let peers = peer.json(&["peer", "list"]);
        let rows = peers.as_array().expect("rows");
        rows.iter().all(|row| row["online"] == false).then_some(())
    });
}

/// What the doctor says; every finding has a sentence, and it takes no longer than promised.
fn doctor(peer: &Peer) -> Value {
    let said = peer.json(&["peer", "doctor"]);
    let findings = said["findings"].as_array().expect("findings");
    assert!(!findings.is_empty(), "nothing was said");
    for finding in findings {
        assert!(
            finding["sentence"]
                .as_str()
                .is_some_and(|one| one.len() > 20)
        );
        let works = finding["code"] == "connected";
        assert_eq!(finding["fix"].is_null(), works, "{finding}");
        tell(format!("{}: {}", finding["code"], finding["sentence"]));
    }
    assert!(
        said["took_ms"].as_u64().is_some_and(|ms| ms < 10_000),
        "{said}"
    );
    said
}

fn found(said: &Value, code: &str) -> Value {
    let findings = said["findings"].as_array().expect("findings");
    let mut named = findings.iter().filter(|one| one["code"] == code);
    let one = named.next();
    one.unwrap_or_else(|| panic!("no {code} in {said:#}"))
        .clone()
}

fn first(said: &Value, code: &str) -> Value {
    assert_eq!(said["findings"][0]["code"], code, "{said:#}");
    said["findings"][0].clone()
}

fn nobody_else(ground: &Ground) {
    let ana = Peer::new(Network::new(ground).host("doc-ana"), "ana");
    first(&doctor(&ana), "nobody_else");
    let text = ana.skein(&["peer", "doctor"]);
    assert_eq!(text.code, Some(0));
    assert!(text.out.contains("no other device") && text.out.contains("→"));
}

fn offline(ground: &Ground) {
    let mut ana = Peer::new(Network::new(ground).host("doc-ana"), "ana");
    ana.start(&["--offline"]);
    let said = doctor(&ana);
    first(&said, "offline");
    assert_eq!(said["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(said["tried"], serde_json::json!([]));
    ana.stop();
}

fn no_interface(ground: &Ground) {
    let (mut ana, mut ben) = two(ground);
    ana.host.loses_its_interface();
    alone(&ana);
    first(&doctor(&ana), "no_interface");
    ana.stop();
    ben.stop();
}

fn no_multicast(ground: &Ground) {
    let (mut ana, mut ben) = two(ground);
    ben.stop();
    ana.host.blocks_multicast();
    alone(&ana);
    first(&doctor(&ana), "multicast_blocked");
    ana.stop();
    // The same without a running peer.
    first(&doctor(&ana), "multicast_blocked");
}

fn drops(ground: &Ground) {
    firewall(ground, "drop", "drops");
}

fn refuses(ground: &Ground) {
    firewall(ground, "reject with tcp reset", "refuses");
}

/// Both have one, or they would be connected by whoever can.
fn firewall(ground: &Ground, rule: &str, word: &str) {
    let (mut ana, mut ben) = two(ground);
    ana.host.closes_port(47101, rule);
    ben.host.closes_port(47102, rule);
    ben.host.cut();
    alone(&ana);
    alone(&ben);
    ben.host.heal();
    // The announcements come when the network is back.
    let one = until("a firewall is named", NOTICED * 2, || {
        let said = ana.json(&["peer", "doctor"]);
        let findings = said["findings"].as_array()?;
        findings
            .iter()
            .find(|one| one["code"] == "firewall_there")
            .cloned()
    });
    assert_eq!(one["device"], ben.device(), "{one}");
    assert_eq!(one["certain"], false, "{one}");
    let sentence = one["sentence"].as_str().expect("a sentence");
    assert!(sentence.contains(word), "{sentence}");
    ana.stop();
    ben.stop();
}

fn own_firewall(ground: &Ground) {
    let (mut ana, mut ben) = two(ground);
    ben.stop();
    alone(&ana);
    ana.host.closes_port_to_all(47101);
    let one = first(&doctor(&ana), "own_firewall");
    assert!(one["fix"].as_str().is_some_and(|fix| fix.contains("47101")));
    ana.stop();
}

fn guests(ground: &Ground) {
    let (mut ana, mut ben) = two(ground);
    for peer in [&ana, &ben] {
        peer.host.is_kept_apart();
    }
    for peer in [&ana, &ben] {
        alone(peer);
    }
    // What was announced before is remembered for as long as its sender said: two minutes.
    ana.stop();
    ana.start(&["--listen", ANA]);
    let one = found(&doctor(&ana), "isolated");
    assert_eq!(one["certain"], false, "{one}");
    ana.stop();
    ben.stop();
}

fn vpn_takes(ground: &Ground) {
    let (mut ana, mut ben) = two(ground);
    let place = ben.host.address().into();
    ben.stop();
    ana.host.has_a_vpn(Some(place));
    ben.start(&["--listen", BEN, "--no-discovery"]);
    alone(&ana);
    let one = first(&doctor(&ana), "vpn_takes");
    assert_eq!(one["interface"], "wg0", "{one}");
    assert_eq!(one["device"], ben.device(), "{one}");
    ana.stop();
    ben.stop();
}

fn vpn_on(ground: &Ground) {
    let (mut ana, mut ben) = two(ground);
    ben.stop();
    ana.host.has_a_vpn(None);
    alone(&ana);
    let one = found(&doctor(&ana), "vpn_on");
    assert_eq!(
        (&one["interface"], &one["certain"]),
        (&"wg0".into(), &false.into())
    );
    ana.stop();
}

fn stranger(ground: &Ground) {
    let network = Network::new(ground);
    let mut ana = Peer::new(network.host("doc-ana"), "ana");
    let mut eve = Peer::new(network.host("doc-eve"), "eve");
    let ready = eve.start(&["--listen", BEN]);
    let place = ready["listen"][0].as_str().expect("an address").to_owned();
    ana.start(&["--listen", ANA]);
    ana.fails(4, &["peer", "add", &place]);
    let one = found(&doctor(&ana), "not_a_member");
    assert_eq!(one["address"], place, "{one}");
    ana.stop();
    eve.stop();
}

fn program(ground: &Ground) {
    let (mut ana, mut ben) = two(ground);
    ben.stop();
    let other = ben
        .host
        .udp_at_address()
        .map(|_| ())
        .and_then(|()| ben.host.listener_on_all());
    let other = other.expect("a listener");
    let port = other.local_addr().expect("an address").port();
    std::thread::spawn(move || greets(&other));
    let place = format!("/ip4/{}/tcp/{port}", ben.host.address());
    ana.fails(4, &["peer", "add", &place]);
    let said = doctor(&ana);
    let one = found(&said, "not_a_member");
    assert_eq!(
        (&one["address"], &one["certain"]),
        (&place.into(), &false.into())
    );
    ana.stop();
}

/// A program that greets everybody as a mail server does.
fn greets(listener: &TcpListener) {
    for stream in listener.incoming().take(64) {
        let Ok(mut stream) = stream else { return };
        let _ = stream.write_all(b"220 mail.example ready\r\n");
        let _ = stream.read(&mut [0; 64]);
    }
}

fn works_again(ground: &Ground) {
    let (mut ana, mut ben) = two(ground);
    ana.host.blocks_multicast();
    ben.host.cut();
    alone(&ana);
    first(&doctor(&ana), "multicast_blocked");
    ben.host.heal();
    until("they meet again", NOTICED, || {
        let peers = ana.json(&["peer", "list"]);
        let rows = peers.as_array()?;
        rows.iter().any(|row| row["online"] == true).then_some(())
    });
    let said = doctor(&ana);
    let one = found(&said, "connected");
    assert_eq!(
        (said["connected"].as_u64(), &one["device"]),
        (Some(1), &ben.device().into())
    );
    ana.stop();
    ben.stop();
}
