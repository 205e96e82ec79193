//! T1 to T8: what is told to peers, when, and by which way.

use super::two;
use crate::cluster::{Cluster, Seen};
use skein_space::Role;
use skein_sync::frame::kind;
use skein_sync::{Event, Input, Notice};

#[test]
fn t1_nothing_leaves_before_it_is_durable() {
    let (mut c, space) = two();
    let (note, s) = c.create(0, space, "a");
    c.run(6_000);
    let before = c
        .sent
        .iter()
        .filter(|(from, k, _)| *from == 0 && *k == kind::ENTRY)
        .count();
    c.devices[0].disk_stuck = true;
    c.edit(0, s, 1, 0, "b");
    c.run(6_000);
    let after = c
        .sent
        .iter()
        .filter(|(from, k, _)| *from == 0 && *k == kind::ENTRY)
        .count();
    assert_eq!(before, after, "the edit is on its way to disk only");
    assert_eq!(
        c.devices[0].sessions[&s].acked + 1,
        c.devices[0].sessions[&s].pushed,
        "S3: not acknowledged either"
    );
    assert_eq!(c.text(1, space, note), "a");
    c.devices[0].disk_stuck = false;
    c.input(0, Input::Tick);
    c.settle();
    assert_eq!(c.text(1, space, note), "ab");
    assert_eq!(
        c.devices[0].sessions[&s].acked,
        c.devices[0].sessions[&s].pushed
    );
}

#[test]
fn t2_anything_before_hello_and_strangers_are_closed() {
    let (mut c, space) = Cluster::with_space(2, Role::Editor);
    let stranger = skein_space::Root::new([99; 32]);
    let stream = skein_sync::StreamId(77);
    c.input(
        0,
        Input::StreamUp {
            stream,
            peer: stranger.transport_key(),
            space: None,
        },
    );
    c.input(
        0,
        Input::Frame {
            stream,
            kind: kind::WANT,
            body: vec![0; 32],
        },
    );
    assert!(c.devices[0].seen.iter().any(|s| matches!(s, Seen::Closed)));
    let stream = skein_sync::StreamId(78);
    c.devices[0].seen.clear();
    c.input(
        0,
        Input::StreamUp {
            stream,
            peer: stranger.transport_key(),
            space: None,
        },
    );
    let hello = skein_sync::frame::Frame::Hello(skein_sync::frame::Hello {
        space,
        device: c.key(1),
        incarnation: skein_space::Incarnation([1; 16]),
        protocol: 1,
        formats: vec![1],
        note_schema: (1, 1),
        run: [0; 16],
        version: "x".into(),
    });
    let (k, body) = hello.encode();
    c.input(
        0,
        Input::Frame {
            stream,
            kind: k,
            body,
        },
    );
    c.run(11_000);
    assert!(
        c.devices[0].seen.iter().any(|s| matches!(s, Seen::Closed)),
        "another's device key does not open it"
    );
    let sent_heads = c
        .sent
        .iter()
        .any(|(from, k, _)| *from == 0 && *k == kind::HEADS);
    assert!(!sent_heads, "it is told nothing");
}

#[test]
fn t4_what_a_peer_lacks_is_sent_when_they_meet() {
    let (mut c, space) = Cluster::with_space(2, Role::Editor);
    let (note, _) = c.create(0, space, "written before they met");
    c.connect_all();
    c.run(100);
    assert_eq!(c.text(1, space, note), "written before they met");
    assert_eq!(c.hash(0, space, note), c.hash(1, space, note));
    assert_eq!(c.hashes(0), c.hashes(1));
}

#[test]
fn t5_a_gap_is_pulled_after_a_moment_and_only_then() {
    let (mut c, space) = two();
    let (note, a) = c.create(0, space, "one");
    c.run(6_000);
    c.disconnect(0, 1);
    c.edit(0, a, 3, 0, " two");
    c.edit(0, a, 7, 0, " three");
    let last = c.devices[0].disk.arrival.last().unwrap().0.clone();
    c.input(
        1,
        Input::Gossip {
            space,
            kind: kind::ENTRY,
            body: last.encode(),
        },
    );
    c.reconnect(0, 1);
    c.run(500);
    assert_eq!(c.text(1, space, note), "one two three");
    let wants = c.sent.iter().filter(|(_, k, _)| *k == kind::WANT).count();
    assert_eq!(
        wants, 0,
        "scenario 26: what the stream brings by itself is not pulled"
    );
}

#[test]
fn t6_what_a_wrote_reaches_c_through_b() {
    let (mut c, space) = Cluster::with_space(3, Role::Editor);
    c.cut.push((0, 2));
    c.connect_all();
    let (note, a) = c.create(0, space, "from Ana");
    c.run(5_000);
    assert_eq!(c.text(2, space, note), "from Ana");
    c.edit(0, a, 8, 0, " live");
    c.settle();
    assert_eq!(c.text(2, space, note), "from Ana live");
}

#[test]
fn t7_gossip_alone_carries_live_edits_and_streams_alone_do_too() {
    for gossip in [true, false] {
        let (mut c, space) = two();
        c.gossip = gossip;
        let (note, a) = c.create(0, space, "x");
        c.settle();
        for i in 0..50 {
            c.edit(0, a, i, 0, "y");
        }
        c.settle();
        assert_eq!(c.text(1, space, note), c.text(0, space, note));
        c.run(10_000);
        assert_eq!(c.hashes(0), c.hashes(1));
    }
}

#[test]
fn t8_rosters_reach_everybody_before_content() {
    let (mut c, space) = Cluster::with_space(2, Role::Editor);
    c.connect_all();
    c.create(0, space, "early");
    c.settle();
    // A third device is let in by the owner; the second hears of it and opens its door.
    c.devices
        .push(crate::cluster::Device::new(3, c.now, Default::default()));
    c.join(0, 2, space, Role::Editor);
    c.settle();
    assert!(
        c.events(1)
            .any(|e| matches!(e, Event::Notice(Notice::MemberJoined { .. })))
    );
    c.connect_all();
    c.run(2_000);
    assert_eq!(c.hashes(2), c.hashes(0));
    assert_eq!(c.hashes(1), c.hashes(0));
}

#[test]
fn live_edits_arrive_without_any_clock_moving() {
    let (mut c, space) = two();
    let (note, a) = c.create(0, space, "");
    c.settle();
    let b = c.open(1, space, note);
    c.edit(0, a, 0, 0, "hello");
    c.settle();
    c.edit(1, b, 5, 0, " world");
    c.settle();
    assert_eq!(c.text(0, space, note), "hello world");
    assert_eq!(c.text(1, space, note), "hello world");
}

#[test]
fn a_cut_and_both_write_and_nothing_is_lost() {
    let (mut c, space) = two();
    let (note, a) = c.create(0, space, "one two three");
    c.settle();
    let b = c.open(1, space, note);
    c.disconnect(0, 1);
    c.edit(0, a, 3, 0, "\nsplit by Ana");
    c.edit(1, b, 13, 0, " four by Ben");
    c.edit(1, b, 0, 3, "");
    c.run(20_000);
    c.reconnect(0, 1);
    c.run(1_000);
    let text = c.text(0, space, note);
    assert_eq!(text, c.text(1, space, note));
    assert!(
        text.contains("split by Ana") && text.contains("four by Ben"),
        "{text}"
    );
    assert_eq!(c.hash(0, space, note), c.hash(1, space, note));
    let back =
        |d: &crate::cluster::Device| d.seen.iter().any(|s| matches!(s, Seen::NeedIncarnation));
    assert!(
        !c.devices.iter().any(back),
        "R5: only own entries that are unknown say that a disk went back"
    );
}
