//! R1 to R6: who is known to have what.

use super::two;
use crate::cluster::{Cluster, Seen};
use std::collections::BTreeMap;

use skein_space::Kind;
use skein_sync::frame::{Frame, Hello, kind};
use skein_sync::heads::Heads;
use skein_sync::{Input, StreamId, config};

#[test]
fn r1_green_only_on_proof_and_r2_lower_heads_take_it_back() {
    let (mut c, space) = two();
    let (note, a) = c.create(0, space, "one");
    c.run(6_000);
    let behind = |c: &mut Cluster| {
        let d = &mut c.devices[0];
        d.engine
            .status(&d.disk, space, note)
            .unwrap()
            .unwrap()
            .peers[0]
            .behind
    };
    let d = &mut c.devices[0];
    let status = d.engine.status(&d.disk, space, note).unwrap().unwrap();
    assert!(
        !status.peers[0].needs_newer,
        "it reads what this version writes"
    );
    assert_eq!(behind(&mut c), Some(0));
    c.edit(0, a, 3, 0, "!");
    assert_eq!(behind(&mut c), Some(1), "sent is not held");
    c.run(6_000);
    assert_eq!(behind(&mut c), Some(0));
    c.disconnect(0, 1);
    for i in 0..3 {
        c.edit(0, a, 4 + i, 0, "?");
    }
    assert_eq!(behind(&mut c), Some(3), "kept while away");
    // Ben's disk goes back to an empty image: his receipts fall at once.
    let keep: Vec<_> = c.devices[1]
        .disk
        .arrival
        .iter()
        .filter(|(e, ..)| e.header().kind == Kind::Member)
        .cloned()
        .collect();
    let mut disk = crate::cluster::Disk {
        spaces: c.devices[1].disk.spaces.clone(),
        ..Default::default()
    };
    for (e, x, y) in keep {
        disk.entries
            .insert((e.chain_id(), 0, e.header().seq), e.clone());
        disk.arrival.push((e, x, y));
    }
    c.devices[1] = crate::cluster::Device::new(2, c.now, disk);
    c.devices[1].disk_stuck = true;
    c.reconnect(0, 1);
    assert!(behind(&mut c).unwrap() >= 5, "scenario 20");
}

#[test]
fn r3_a_quiet_hour_costs_digests_only() {
    let (mut c, space) = two();
    c.create(0, space, "one");
    c.run(10_000);
    c.sent.clear();
    c.run(3_600_000);
    assert!(
        c.sent
            .iter()
            .all(|(_, k, _)| [kind::HEADS_DIGEST, kind::PRESENCE].contains(k)),
        "{:?}",
        c.sent.iter().find(|(_, k, _)| *k != 3)
    );
    let digests = c
        .sent
        .iter()
        .filter(|(_, k, _)| *k == kind::HEADS_DIGEST)
        .count();
    assert!(
        (600..=920).contains(&digests),
        "two devices, every 10 s ± 20 %: {digests}"
    );
}

#[test]
fn r5_a_profile_put_back_takes_a_new_incarnation_and_gets_its_words_back() {
    let (mut c, space) = two();
    let (note, a) = c.create(0, space, "early");
    c.run(2_000);
    let image = c.devices[0].disk.clone();
    c.edit(0, a, 5, 0, " late");
    c.run(6_000);
    c.disconnect(0, 1);
    c.devices[0] = crate::cluster::Device::new(1, c.now, image);
    c.reconnect(0, 1);
    assert!(
        c.devices[0]
            .seen
            .iter()
            .any(|s| matches!(s, Seen::NeedIncarnation))
    );
    c.input(
        0,
        Input::NewIncarnation {
            space,
            incarnation: skein_space::Incarnation([42; 16]),
        },
    );
    c.run(6_000);
    assert_eq!(c.text(0, space, note), "early late");
    let s = c.open(0, space, note);
    c.edit(0, s, 0, 0, "again ");
    c.run(6_000);
    assert_eq!(c.text(1, space, note), "again early late");
    assert_eq!(c.hashes(0), c.hashes(1));
}

#[test]
fn r6_who_sends_an_edit_is_not_behind_on_it() {
    let (mut c, space) = two();
    let (note, _) = c.create(0, space, "one");
    c.run(6_000);
    let b = c.open(1, space, note);
    c.edit(1, b, 3, 0, " by Ben");
    c.settle();
    let d = &mut c.devices[0];
    let status = d.engine.status(&d.disk, space, note).unwrap().unwrap();
    assert_eq!(
        status.peers[0].behind,
        Some(0),
        "his own words came from him"
    );
}

#[test]
fn r1_what_a_running_peer_was_known_to_hold_it_still_holds_beside_what_is_not_here_yet() {
    let (mut c, space) = two();
    let (note, b) = c.create(1, space, "one");
    c.run(6_000);
    assert_eq!(c.behind(0, 1, space, note), Some(0));
    // Its Heads come, and the entry that they show does not.
    c.withholds = Some((1, 0));
    c.gossip = false;
    c.edit(1, b, 3, 0, "!");
    c.run(config::HEADS_MAX_WAIT_MS + 1_000);
    assert_ne!(c.hashes(0).len(), c.hashes(1).len());
    assert_eq!(c.behind(0, 1, space, note), Some(0));
}

#[test]
fn r1_who_reads_another_format_needs_a_newer_skein_until_it_says_otherwise() {
    let (mut c, space) = two();
    let (note, _) = c.create(0, space, "one");
    c.run(6_000);
    c.disconnect(0, 1);
    let needs_newer = |c: &mut Cluster| {
        let d = &mut c.devices[0];
        let status = d.engine.status(&d.disk, space, note).unwrap().unwrap();
        status.peers[0].needs_newer
    };
    assert!(!needs_newer(&mut c));
    // The same device comes back with a program that reads nothing this one writes.
    let stream = StreamId(90);
    let peer = c.transport(1);
    let opened = Input::StreamUp {
        stream,
        peer,
        space: None,
    };
    c.input(0, opened);
    let incarnation = c.devices[1].disk.spaces[&space];
    let hello = Frame::Hello(Hello {
        space,
        device: c.key(1),
        incarnation,
        protocol: config::PROTOCOL,
        formats: vec![99],
        note_schema: (1, 1),
        run: [9; 16],
        version: "9.9".into(),
    });
    let heads = Heads::sign(
        &c.devices[1].root.signer(),
        space,
        incarnation,
        BTreeMap::new(),
    );
    for frame in [hello, Frame::Heads(heads)] {
        let (kind, body) = frame.encode();
        c.input(0, Input::Frame { stream, kind, body });
    }
    assert!(needs_newer(&mut c), "its Heads do not take that back");
}
