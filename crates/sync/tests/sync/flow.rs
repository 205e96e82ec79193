//! T9 to T12 of SPEC.md: how fast what others wrote is taken in, and when not at all.

use crate::cluster::{Cluster, Seen};
use skein_space::{Kind, NoteId, Role, SpaceId};
use skein_sync::frame::kind;
use skein_sync::{Event, Input, Notice, SessionHandle, config};

/// So many edits of one device, one character each.
fn writes(c: &mut Cluster, device: usize, session: SessionHandle, many: u64) {
    for _ in 0..many {
        c.edit(device, session, 0, 0, "x");
    }
}

fn entries(c: &Cluster, device: usize) -> usize {
    c.devices[device].disk.entries.len()
}

fn sent(c: &Cluster, what: u8) -> usize {
    c.sent.iter().filter(|(_, k, _)| *k == what).count()
}

fn three() -> (Cluster, SpaceId, NoteId, SessionHandle) {
    let (mut c, space) = Cluster::with_space(3, Role::Editor);
    c.connect_all();
    let (note, a) = c.create(0, space, "x");
    c.run(6_000);
    (c, space, note, a)
}

#[test]
fn t9_a_long_chain_is_asked_for_and_comes_once() {
    const LONG: u64 = 3_000;
    let (mut c, space) = Cluster::with_space(3, Role::Editor);
    c.cut = vec![(0, 2), (1, 2)];
    c.connect_all();
    let (note, a) = c.create(0, space, "x");
    writes(&mut c, 0, a, LONG);
    c.run(10_000);
    assert_eq!(entries(&c, 1), entries(&c, 0));
    c.sent.clear();
    c.reconnect(0, 2);
    c.reconnect(1, 2);
    c.run(100);
    assert_eq!(c.hashes(2), c.hashes(0), "within a moment");
    assert_eq!(c.text(2, space, note), c.text(0, space, note));
    let (came, all) = (sent(&c, kind::ENTRY), entries(&c, 0));
    assert!(came < all + all / 4, "{came} entries sent for {all}");
}

#[test]
fn t10_who_shows_a_chain_and_sends_none_of_it_is_passed_over() {
    for silent in [0, 1] {
        let (mut c, space) = Cluster::with_space(3, Role::Editor);
        c.cut = vec![(0, 2), (1, 2)];
        c.connect_all();
        let (_, a) = c.create(0, space, "x");
        writes(&mut c, 0, a, 2 * config::RANGE_CHUNK_ENTRIES);
        c.run(10_000);
        // The roster is known to all, so what is withheld is words.
        c.withholds = Some((silent, 2));
        c.reconnect(0, 2);
        c.reconnect(1, 2);
        c.run(5 * config::PULL_RETRY_MS);
        assert_eq!(c.hashes(2), c.hashes(0), "{silent} sends nothing");
    }
}

#[test]
fn t10_chains_have_turns_and_a_short_one_does_not_wait_for_a_long_one() {
    let (mut c, space) = Cluster::with_space(3, Role::Editor);
    c.cut = vec![(0, 2), (1, 2)];
    c.connect_all();
    let (_, flood) = c.create(0, space, "x");
    let (words, b) = c.create(1, space, "y");
    writes(&mut c, 0, flood, 3_000);
    writes(&mut c, 1, b, 300);
    c.run(10_000);
    let all = c.text(1, space, words);
    c.sent.clear();
    // Only Ana, whose flood it is, is met.
    c.cut.retain(|pair| *pair != (0, 2));
    let (ana, cleo) = (
        c.devices[0].root.transport_key(),
        c.devices[2].root.transport_key(),
    );
    c.input(0, Input::PeerUp { peer: cleo });
    c.input(2, Input::PeerUp { peer: ana });
    let mut taken_before = None;
    for _ in 0..100_000 {
        if !c.step() {
            break;
        }
        if taken_before.is_none() && c.text(2, space, words) == all {
            taken_before = Some(entries(&c, 2));
        }
    }
    let taken = taken_before.expect("it came");
    assert!(
        taken < 1_600,
        "{taken} entries were taken in before the short chain was whole"
    );
}

#[test]
fn t11_beyond_its_allowance_a_flood_is_asked_for_and_nothing_is_lost() {
    let (mut c, space, note, a) = three();
    let flood = config::UNASKED_ENTRIES + 1_500;
    c.sent.clear();
    writes(&mut c, 0, a, flood);
    c.settle();
    assert!(
        sent(&c, kind::WANT) > 0,
        "the last ones were left and asked for"
    );
    for device in [1, 2] {
        assert_eq!(c.hashes(device), c.hashes(0));
        assert_eq!(c.text(device, space, note), c.text(0, space, note));
    }
}

#[test]
fn t11_somebody_elses_words_are_not_counted_against_them() {
    let (mut c, space, _, a) = three();
    let (note, b) = c.create(1, space, "");
    c.settle();
    writes(&mut c, 0, a, config::UNASKED_ENTRIES + 10);
    c.sent.clear();
    c.edit(1, b, 0, 0, "Ben");
    c.settle();
    assert_eq!(c.text(0, space, note), "Ben");
    assert_eq!(c.text(2, space, note), "Ben");
}

#[test]
fn t11_what_gossip_brings_beyond_it_comes_later_by_heads() {
    let (mut c, space, note, a) = three();
    c.disconnect(0, 2);
    c.disconnect(1, 2);
    let before = c.devices[0].disk.arrival.len();
    writes(&mut c, 0, a, config::UNASKED_ENTRIES + 500);
    let said: Vec<_> = c.devices[0].disk.arrival[before..]
        .iter()
        .map(|(e, ..)| e.encode())
        .collect();
    for body in said {
        c.input(
            2,
            Input::Gossip {
                space,
                kind: kind::ENTRY,
                body,
            },
        );
    }
    let lacks = entries(&c, 0) - entries(&c, 2);
    assert_eq!(lacks, 500, "gossip beyond the allowance is dropped");
    c.run(1_000);
    c.reconnect(1, 2);
    c.run(100);
    assert_eq!(c.text(2, space, note), c.text(0, space, note));
    assert_eq!(c.hashes(2), c.hashes(0));
}

#[test]
fn t12_a_low_disk_takes_nothing_of_others_and_says_so_and_own_edits_go_on() {
    let (mut c, space, note, a) = three();
    let b = c.open(1, space, note);
    c.input(1, Input::DiskRoom { low: true });
    let told = |c: &Cluster, what: &Notice| {
        let is = |s: &Seen| matches!(s, Seen::Event(Event::Notice(n)) if n == what);
        c.devices[1].seen.iter().any(is)
    };
    assert!(told(&c, &Notice::DiskLow) && c.devices[1].engine.disk_is_low());
    let before = c.hashes(1);
    writes(&mut c, 0, a, 400);
    c.run(60_000);
    assert_eq!(c.hashes(1), before, "nothing of others is appended");
    assert_eq!(
        c.behind(0, 1, space, note),
        Some(400),
        "and nobody believes it was"
    );
    assert_eq!(c.behind(2, 1, space, note), Some(400));
    c.edit(1, b, 0, 0, "own");
    c.run(3_000);
    assert!(c.text(0, space, note).contains("own"), "own edits go on");
    c.input(1, Input::DiskRoom { low: false });
    c.run(100);
    assert!(told(&c, &Notice::DiskRoom));
    assert_eq!(c.text(1, space, note), c.text(0, space, note), "by itself");
    c.run(30_000);
    assert_eq!(c.behind(0, 1, space, note), Some(0));
}

#[test]
fn t12_who_is_a_member_is_heard_all_the_same() {
    let (mut c, space) = Cluster::with_space(2, Role::Editor);
    c.connect_all();
    c.input(1, Input::DiskRoom { low: true });
    let of = |c: &Cluster| {
        let entries = c.devices[1].disk.arrival.iter();
        entries
            .filter(|(e, ..)| e.header().kind == Kind::Member)
            .count()
    };
    let before = of(&c);
    let member = c.member(1, space, Role::Viewer);
    let admit = Input::Admit {
        request: skein_sync::RequestId(9),
        space,
        member,
        ticket: None,
        secret: [8; 32],
    };
    c.input(0, admit);
    c.run(1_000);
    let admitted = c.devices[0]
        .seen
        .iter()
        .any(|s| matches!(s, Seen::Admitted(Ok(_))));
    assert!(admitted);
    assert_eq!(
        of(&c),
        before + 1,
        "what the owner says of members is little, and cannot wait"
    );
}

#[test]
fn t5_of_a_gap_only_what_is_missing_is_asked_for() {
    let (mut c, space, note, a) = three();
    c.disconnect(0, 1);
    c.disconnect(0, 2);
    c.disconnect(1, 2);
    writes(&mut c, 0, a, 2 * config::RANGE_CHUNK_ENTRIES);
    // The last ones were heard as they were written.
    let arrival = &c.devices[0].disk.arrival;
    let heard: Vec<_> = arrival[arrival.len() - 5..].to_vec();
    for (entry, ..) in &heard {
        let body = entry.encode();
        let kind = kind::ENTRY;
        c.input(1, Input::Gossip { space, kind, body });
    }
    let lowest = heard[0].0.header().seq;
    c.asked.clear();
    c.reconnect(0, 1);
    c.run(5_000);
    assert!(!c.asked.is_empty());
    for (_, _, to) in &c.asked {
        assert!(*to < lowest, "{to} is here from {lowest} on");
    }
    assert_eq!(c.text(1, space, note), c.text(0, space, note));
}
