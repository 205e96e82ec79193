//! Networks as they are: they lose packets, fall apart, take only small packets, keep multicast away,
//! hand out other addresses, know no IPv4. In each, several write, and end with every word everywhere.

use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use skein_integration::circle::{Circle, Meets};
use skein_integration::figure::{MET_AGAIN, NOTICED, now_ms, promised};
use skein_integration::ground::Ground;
use skein_integration::length::is_long;
use skein_integration::network::Half;
use skein_integration::story::tell;
use skein_integration::trial::{self, Case, Needs};
use skein_integration::wait::until;

fn main() -> ExitCode {
    let case = |name, needs, action| Case {
        name,
        needs,
        action,
    };
    trial::main(vec![
        case(
            "a_cut_link_is_noticed_and_a_healed_one_is_met_over_again",
            Needs::Namespaces,
            cut,
        ),
        case(
            "eight_devices_in_two_halves_become_equal_when_the_halves_are_joined",
            Needs::Namespaces,
            halves,
        ),
        case("lost_packets_lose_no_word", Needs::Filter, lost_packets),
        case(
            "packets_of_1280_and_of_576_bytes_carry_every_word",
            Needs::Namespaces,
            small_packets,
        ),
        case(
            "without_multicast_they_meet_where_they_met_before",
            Needs::Filter,
            no_multicast,
        ),
        case(
            "without_multicast_they_meet_at_an_address_typed_by_hand",
            Needs::Filter,
            by_hand,
        ),
        case(
            "a_running_peer_that_gets_another_address_is_met_there",
            Needs::Namespaces,
            other_address,
        ),
        case(
            "with_ipv6_only_they_join_and_write",
            Needs::Namespaces,
            ipv6_only,
        ),
    ])
}

/// Longer than a dial takes (`HANDSHAKE_DEADLINE` of the network).
const AWHILE: Duration = Duration::from_secs(6);

/// Words each device writes at once in every story; more over night.
fn some() -> usize {
    if is_long() { 400 } else { 60 }
}

fn cut(ground: &Ground) {
    let mut circle = Circle::new(ground, 3, &[]);
    circle.wait_together();
    let mark = circle.mark();
    let cut_ms = now_ms();
    circle.peers[0].host.cut();
    circle.write(&[0, 1, 2], some());
    let took = circle.see(&[0], &[1, 2], false, &mark, cut_ms);
    promised("a dead link is noticed on both ends", took, NOTICED);
    let mark = circle.mark();
    let healed_ms = now_ms();
    circle.peers[0].host.heal();
    let took = circle.see(&[0], &[1, 2], true, &mark, healed_ms);
    promised("met again after the link is back", took, MET_AGAIN);
    said(circle.assert_equal());
    circle.end();
}

fn halves(ground: &Ground) {
    let mut circle = Circle::new(ground, 8, &[]);
    circle.wait_together();
    tell("eight devices are connected");
    let (here, there) = ([0, 1, 2, 3], [4, 5, 6, 7]);
    let mark = circle.mark();
    let cut_ms = now_ms();
    for at in there {
        circle.peers[at].host.plug_into(Half::Second);
    }
    circle.write(&circle.all(), some() / 2);
    let took = circle.see(&here, &there, false, &mark, cut_ms);
    promised(
        "all eight notice that the other half is away",
        took,
        NOTICED,
    );
    for half in [here, there] {
        for at in half {
            circle.peers[at].wait_equal(3);
        }
    }
    let hash = |at: usize| circle.peers[at].hash(&circle.note);
    assert_ne!(hash(0), hash(4), "the halves do not hear each other");
    let mark = circle.mark();
    let healed_ms = now_ms();
    for at in there {
        circle.peers[at].host.plug_into(Half::First);
    }
    let took = circle.see(&here, &there, true, &mark, healed_ms);
    promised("all eight met again", took, MET_AGAIN);
    said(circle.assert_equal());
    circle.end();
}

fn lost_packets(ground: &Ground) {
    let mut circle = Circle::new(ground, 3, &[]);
    let losses: &[u8] = if is_long() { &[5, 15, 30] } else { &[5, 20] };
    for percent in losses {
        for peer in &circle.peers {
            peer.host.loses(*percent);
        }
        circle.write(&circle.all(), some());
        let took = circle.assert_equal();
        let dropped: u64 = circle.peers.iter().map(|peer| peer.host.dropped()).sum();
        assert!(dropped > 0, "nothing was lost");
        tell(format!(
            "{percent} % lost each way ({dropped} packets): equal {:.1} s after the last word",
            took.as_secs_f32()
        ));
        for peer in &circle.peers {
            peer.host.clears_up();
        }
    }
    circle.end();
}

fn small_packets(ground: &Ground) {
    for bytes in [1280, 576] {
        let mut circle = Circle::on(ground, 3, &[], Meets::All, |host| host.sends_at_most(bytes));
        circle.write(&circle.all(), some());
        // An entry far larger than a packet.
        let long = "a long paragraph ".repeat(4000);
        circle.peers[1].json(&["note", "append", &circle.note, &long]);
        tell(format!("packets of {bytes} bytes"));
        said(circle.assert_equal());
        circle.end();
    }
}

fn no_multicast(ground: &Ground) {
    let mut circle = Circle::on(ground, 3, &[], Meets::TheFirst, |host| {
        host.blocks_multicast()
    });
    circle.write(&circle.all(), some());
    said(circle.assert_equal());
    for peer in &mut circle.peers {
        peer.stop();
    }
    let began_ms = now_ms();
    for at in circle.all() {
        circle.start(at);
    }
    let start = vec![0; 3];
    let took = circle.see(&[0], &[1, 2], true, &start, began_ms);
    promised(
        "started again, each found the other where it was",
        took,
        MET_AGAIN,
    );
    circle.write(&circle.all(), some());
    said(circle.assert_equal());
    assert!(circle.peers[0].host.dropped() > 0, "discovery said nothing");
    circle.end();
}

fn by_hand(ground: &Ground) {
    // Another port at every start, so that no address is known from before.
    let run = ["--listen", "/ip4/0.0.0.0/tcp/0"];
    let mut circle = Circle::on(ground, 3, &run, Meets::TheFirst, |host| {
        host.blocks_multicast()
    });
    for peer in &mut circle.peers {
        peer.stop();
    }
    let addresses: Vec<String> = circle
        .all()
        .into_iter()
        .map(|at| {
            circle.start(at)["listen"][0]
                .as_str()
                .expect("an address")
                .to_owned()
        })
        .collect();
    for (at, address) in [(1, &addresses[0]), (2, &addresses[0]), (1, &addresses[2])] {
        let added = circle.peers[at].json(&["peer", "add", address]);
        assert_eq!(added["reached"], true, "{added}");
    }
    circle.meets = Meets::All;
    circle.write(&circle.all(), some());
    said(circle.assert_equal());
    circle.end();
}

fn other_address(ground: &Ground) {
    let mut circle = Circle::new(ground, 3, &[]);
    circle.wait_together();
    // A second connection soon after the first is two dials at once; later it is a peer that moved.
    let together = Instant::now();
    until("they are together for a while", AWHILE * 2, || {
        (together.elapsed() > AWHILE).then_some(())
    });
    let mark = circle.mark();
    let changed_ms = now_ms();
    circle.peers[0]
        .host
        .change_address(Ipv4Addr::new(10, 77, 0, 99));
    circle.write(&circle.all(), some());
    // The one that moved loses every connection. To the others its new one may come before they miss
    // the old one, and then it never was away to them; that it is here to them is looked at below.
    let took = circle.sees(&[0], &[1, 2], true, &mark, changed_ms);
    promised("met at the new address", took, MET_AGAIN);
    said(circle.assert_equal());
    circle.end();
}

fn ipv6_only(ground: &Ground) {
    let mut circle = Circle::on(ground, 4, &[], Meets::All, |host| host.has_ipv6_only());
    circle.wait_together();
    circle.write(&circle.all(), some());
    said(circle.assert_equal());
    let mark = circle.mark();
    circle.peers[3].host.cut();
    circle.write(&circle.all(), some());
    circle.see(&[3], &[0, 1, 2], false, &mark, now_ms());
    let mark = circle.mark();
    let healed_ms = now_ms();
    circle.peers[3].host.heal();
    let took = circle.see(&[3], &[0, 1, 2], true, &mark, healed_ms);
    promised("met again over IPv6", took, MET_AGAIN);
    said(circle.assert_equal());
    circle.end();
}

/// The time from the last word written, or the meeting, to all being equal.
fn said(took: Duration) {
    tell(format!("all equal after {:.1} s more", took.as_secs_f32()));
}
