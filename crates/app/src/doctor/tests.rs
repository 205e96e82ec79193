//! One test per cause, and one for their order.

use std::net::SocketAddr;

use skein_net::doctor::{Facts, Interface, Kind, Multicast, Own};
use skein_space::DeviceKey;

use super::*;
use crate::view::{Cause, Ended, Finding};

const BEN: DeviceKey = DeviceKey([2; 32]);
const PLACE: &str = "10.77.0.2:4001";

fn interface(name: &str, kind: Kind, ip: &str) -> Interface {
    Interface {
        name: name.into(),
        index: 2,
        kind,
        addresses: vec![ip.parse().unwrap()],
    }
}

fn place(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// A network on which everything works, with Ben away and nothing known of where he was.
fn fine() -> Seen {
    Seen {
        offline: false,
        searching: true,
        listening: vec![place("10.77.0.1:4000")],
        facts: Some(Facts {
            interfaces: vec![
                interface("lo", Kind::Loopback, "127.0.0.1"),
                interface("eth0", Kind::Ordinary, "10.77.0.1"),
            ],
            default_way: Some("eth0".into()),
            multicast: Multicast {
                own: Own::Back,
                others: 1,
            },
            own_port: Some(true),
        }),
        members: vec![SeenMember {
            device: BEN,
            device_name: "ben's laptop".into(),
            standing: Standing::Away,
        }],
        dialled: Vec::new(),
    }
}

fn facts(seen: &mut Seen) -> &mut Facts {
    seen.facts.as_mut().unwrap()
}

fn dialled(ended: Ended, whose: Option<DeviceKey>, announced: bool) -> Dialled {
    Dialled {
        address: place(PLACE),
        whose,
        announced,
        tunnel: None,
        ended,
    }
}

fn codes(seen: &Seen) -> Vec<Cause> {
    judge(seen).iter().map(|one| one.code).collect()
}

fn only(seen: &Seen) -> Finding {
    let mut findings = judge(seen);
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.remove(0)
}

#[test]
fn offline_is_said_and_nothing_else() {
    let seen = Seen {
        offline: true,
        facts: None,
        ..fine()
    };
    assert_eq!(only(&seen).code, Cause::Offline);
}

#[test]
fn without_an_interface_nothing_else_is_to_be_said() {
    let mut seen = fine();
    facts(&mut seen).interfaces.truncate(1);
    facts(&mut seen).multicast.own = Own::Untested;
    seen.dialled.push(dialled(Ended::NoWay, Some(BEN), false));
    assert_eq!(only(&seen).code, Cause::NoInterface);
}

#[test]
fn with_nobody_else_in_any_space_nobody_is_missing() {
    let mut seen = fine();
    seen.members.clear();
    facts(&mut seen).multicast.own = Own::Lost;
    assert_eq!(only(&seen).code, Cause::NobodyElse);
}

#[test]
fn a_call_that_does_not_come_back_was_stopped_here_and_why_is_only_likely() {
    let mut seen = fine();
    facts(&mut seen).multicast = Multicast {
        own: Own::Lost,
        others: 0,
    };
    let lost = only(&seen);
    assert_eq!((lost.code, lost.certain), (Cause::MulticastBlocked, false));
    assert!(lost.sentence.contains("Most likely"));
    facts(&mut seen).multicast.own = Own::Refused;
    assert!(only(&seen).certain, "the system said so");
}

#[test]
fn a_port_that_takes_nothing_from_its_own_machine_is_behind_a_firewall() {
    let mut seen = fine();
    facts(&mut seen).own_port = Some(false);
    let found = judge(&seen);
    assert_eq!(found[0].code, Cause::OwnFirewall);
    assert!(found[0].fix.as_ref().unwrap().contains("4000"));
    seen.listening.clear();
    assert_eq!(codes(&seen)[0], Cause::NotListening);
}

#[test]
fn who_is_announced_and_does_not_answer_there_is_behind_a_firewall_most_likely() {
    for (ended, word) in [(Ended::NoAnswer, "drops"), (Ended::Refused, "refuses")] {
        let mut seen = fine();
        seen.dialled.push(dialled(ended, Some(BEN), true));
        let one = only(&seen);
        assert_eq!((one.code, one.certain), (Cause::FirewallThere, false));
        assert!(one.sentence.contains(word) && one.sentence.contains("likely"));
    }
}

#[test]
fn an_address_that_was_kept_says_what_came_of_it() {
    for (ended, cause) in [
        (Ended::Refused, Cause::Refused),
        (Ended::NoAnswer, Cause::NoAnswer),
        (Ended::NoWay, Cause::NoWay),
        (Ended::Myself, Cause::OwnAddress),
    ] {
        let mut seen = fine();
        seen.dialled.push(dialled(ended, Some(BEN), false));
        let one = only(&seen);
        assert_eq!((one.code, one.device), (cause, Some(BEN)));
        assert_eq!(one.address.as_deref(), Some("/ip4/10.77.0.2/tcp/4001"));
    }
}

#[test]
fn who_answers_and_does_not_know_us_is_told_apart_from_who_is_no_member_for_sure() {
    let mut seen = fine();
    seen.dialled.push(dialled(Ended::Unknown, None, false));
    let one = judge(&seen).remove(0);
    assert_eq!((one.code, one.certain), (Cause::NotAMember, false));
    assert!(one.sentence.contains("or another program"));
    seen.dialled[0].ended = Ended::Stranger;
    assert!(judge(&seen)[0].certain);
}

#[test]
fn of_one_members_addresses_the_one_is_told_that_says_most() {
    let mut seen = fine();
    seen.dialled = vec![
        dialled(Ended::NoAnswer, Some(BEN), false),
        dialled(Ended::Unknown, Some(BEN), false),
        dialled(Ended::NoWay, Some(BEN), false),
    ];
    assert_eq!(only(&seen).code, Cause::NotAMember);
}

#[test]
fn hearing_nobody_is_usually_a_guest_network_and_said_so() {
    let mut seen = fine();
    facts(&mut seen).multicast.others = 0;
    seen.dialled.push(dialled(Ended::NoWay, Some(BEN), false));
    assert_eq!(codes(&seen), [Cause::Isolated, Cause::NoWay]);
    let first = judge(&seen).remove(0);
    assert!(!first.certain && first.sentence.contains("usually"));
    seen.searching = false;
    assert_eq!(codes(&seen), [Cause::NoWay], "it did not listen for them");
}

#[test]
fn a_tunnel_that_takes_the_members_address_is_the_finding_and_one_that_is_only_on_is_likely() {
    let mut seen = fine();
    let tunnel = interface("wg0", Kind::Tunnel, "10.9.0.2");
    facts(&mut seen).interfaces.push(tunnel);
    facts(&mut seen).default_way = Some("wg0".into());
    let likely = judge(&seen).remove(0);
    assert_eq!((likely.code, likely.certain), (Cause::VpnOn, false));
    seen.dialled.push(Dialled {
        tunnel: Some("wg0".into()),
        ..dialled(Ended::NoAnswer, Some(BEN), false)
    });
    let one = only(&seen);
    assert_eq!((one.code, one.certain), (Cause::VpnTakes, true));
    assert_eq!(one.interface.as_deref(), Some("wg0"));
}

#[test]
fn who_is_connected_and_does_not_speak_as_we_do_has_another_version_most_likely() {
    let mut seen = fine();
    seen.members[0].standing = Standing::Mute;
    let one = only(&seen);
    assert_eq!((one.code, one.certain), (Cause::OtherVersion, false));
}

#[test]
fn who_is_not_heard_where_others_are_is_elsewhere() {
    assert_eq!(only(&fine()).code, Cause::NotHere);
}

#[test]
fn what_works_says_by_which_address_and_how_it_was_found() {
    let mut seen = fine();
    for (address, announced, words) in [
        (Some(place(PLACE)), true, "by its call"),
        (Some(place(PLACE)), false, "kept or typed"),
        (None, false, "called this device"),
    ] {
        seen.members[0].standing = Standing::Connected { address, announced };
        let one = only(&seen);
        assert_eq!(one.code, Cause::Connected);
        assert!(one.sentence.contains(words), "{}", one.sentence);
        assert_eq!(one.fix, None);
    }
}

#[test]
fn what_is_wrong_here_comes_first_and_something_is_always_said() {
    let mut seen = fine();
    facts(&mut seen).multicast = Multicast {
        own: Own::Lost,
        others: 0,
    };
    seen.dialled
        .push(dialled(Ended::NoAnswer, Some(BEN), false));
    assert_eq!(codes(&seen), [Cause::MulticastBlocked, Cause::NoAnswer]);
    facts(&mut seen).multicast.own = Own::Untested;
    seen.dialled.clear();
    assert!(!judge(&seen).is_empty());
}

#[test]
fn of_two_announced_addresses_of_one_member_silence_says_more_than_a_refusal() {
    let mut seen = fine();
    let mut old = dialled(Ended::Refused, Some(BEN), true);
    old.address.set_port(4444);
    seen.dialled = vec![old, dialled(Ended::NoAnswer, Some(BEN), true)];
    assert_eq!(
        only(&seen).address.as_deref(),
        Some("/ip4/10.77.0.2/tcp/4001")
    );
}
