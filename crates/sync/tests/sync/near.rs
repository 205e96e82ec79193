//! T13 and R7 of SPEC.md: streams to neighbours only, and receipts of members without a stream of their own.

use std::collections::BTreeMap;

use crate::cluster::{Cluster, Seen};
use skein_space::{NoteId, Role, SpaceId};
use skein_sync::frame::{Frame, Relayed, RelayedHeads, kind};
use skein_sync::heads::{Heads, Line, Tip};
use skein_sync::{Event, Input, config};

const MANY: usize = 14;

fn many() -> (Cluster, SpaceId) {
    let (mut c, space) = Cluster::with_space(MANY, Role::Editor);
    c.connect_all();
    (c, space)
}

fn streams_of(c: &Cluster, device: usize) -> usize {
    c.streams().iter().filter(|(d, ..)| *d == device).count()
}

#[test]
fn t13_with_more_than_eight_others_each_keeps_streams_to_some() {
    let (mut c, space) = many();
    c.run(30_000);
    for device in 0..MANY {
        let many = streams_of(&c, device);
        let most = config::STREAMS_WANTED + config::STREAMS_ACCEPTED;
        assert!((4..=most).contains(&many), "device {device} has {many}");
    }
    let mesh = MANY * (MANY - 1);
    assert!(c.streams().len() < mesh, "{} of {mesh}", c.streams().len());
    // Nothing but streams, and still everybody has everything.
    let (note, a) = c.create(0, space, "from Ana");
    c.settle();
    c.edit(0, a, 8, 0, " live");
    c.settle();
    for device in 1..MANY {
        assert_eq!(c.text(device, space, note), "from Ana live");
    }
}

#[test]
fn t13_with_eight_others_everybody_has_a_stream_to_everybody() {
    let (mut c, _) = Cluster::with_space(9, Role::Editor);
    c.connect_all();
    c.run(60_000);
    assert_eq!(c.streams().len(), 9 * 8);
}

#[test]
fn t13_every_ten_minutes_others_are_drawn() {
    let (mut c, _) = many();
    c.run(30_000);
    let before = c.streams();
    c.run(u64::from(config::REDRAW_MS as u32) + 30_000);
    let after = c.streams();
    assert_ne!(before, after);
    let pairs = |all: &[(usize, skein_sync::StreamId, usize)]| {
        let pairs = all.iter().map(|(a, _, b)| (*a, *b));
        pairs.collect::<std::collections::BTreeSet<_>>()
    };
    let stay = pairs(&before).intersection(&pairs(&after)).count();
    assert!(stay >= MANY * 4, "neighbours stay: {stay}");
}

#[test]
fn t13_who_sees_few_is_heard_by_who_sees_many() {
    let (mut c, space) = Cluster::with_space(MANY, Role::Editor);
    // The last one reaches two others only; these have others to choose from.
    let last = MANY - 1;
    c.cut = (2..last).map(|other| (other, last)).collect();
    c.connect_all();
    c.run(30_000);
    assert_eq!(
        streams_of(&c, last),
        2,
        "it wants both, whoever should open"
    );
    let (note, _) = c.create(5, space, "far away");
    c.settle();
    assert_eq!(c.text(last, space, note), "far away");
}

#[test]
fn t13_members_without_a_stream_are_online_while_they_are_connected() {
    let (mut c, space) = many();
    c.run(30_000);
    let online = c.devices[0].engine.equal_heads(space).1;
    assert_eq!(online, MANY - 1);
    let far = (1..MANY).find(|other| c.streams().iter().all(|(d, _, o)| (*d, *o) != (0, *other)));
    let far = far.expect("somebody has no stream of ours");
    let peer = c.devices[far].root.transport_key();
    c.input(0, Input::PeerDown { peer });
    let key = c.key(far);
    let gone = |s: &Seen| matches!(s, Seen::Event(Event::Peer { device, online: false, .. }) if *device == key);
    assert!(c.devices[0].seen.iter().any(gone));
}

#[test]
fn r7_receipts_come_without_a_stream_and_without_gossip() {
    let (mut c, space) = many();
    let (note, _) = c.create(0, space, "words");
    c.run(60_000);
    for device in 0..MANY {
        for peer in (0..MANY).filter(|peer| *peer != device) {
            assert_eq!(
                c.behind(device, peer, space, note),
                Some(0),
                "{device}, {peer}"
            );
        }
        let (equal, online) = c.devices[device].engine.equal_heads(space);
        assert_eq!((equal, online), (MANY - 1, MANY - 1));
    }
    let of = |what: u8| c.sent.iter().filter(|(_, k, _)| *k == what).count();
    let (short, full) = (of(kind::RELAYED_SHORT), of(kind::RELAYED));
    assert!(short > full, "equals get the short form: {short}, {full}");
    // Nothing changes, so nothing is handed on.
    c.sent.clear();
    c.run(500_000);
    let relayed = [kind::RELAYED, kind::RELAYED_SHORT];
    assert!(!c.sent.iter().any(|(_, k, _)| relayed.contains(k)));
    assert!(!c.sent.iter().any(|(_, k, _)| *k == kind::ENTRY));
}

/// Ana and Cleo have no stream; Ben has one to each.
fn in_a_row() -> (Cluster, SpaceId, NoteId) {
    let (mut c, space) = Cluster::with_space(3, Role::Editor);
    c.cut.push((0, 2));
    c.connect_all();
    let (note, _) = c.create(0, space, "one two");
    c.run(30_000);
    (c, space, note)
}

#[test]
fn r7_who_is_behind_is_known_to_be() {
    let (mut c, space, note) = in_a_row();
    assert_eq!(c.behind(0, 2, space, note), Some(0));
    c.disconnect(1, 2);
    let s = c.open(0, space, note);
    c.edit(0, s, 0, 0, "more ");
    c.run(60_000);
    assert_eq!(c.behind(0, 2, space, note), Some(1), "kept while away");
    c.reconnect(1, 2);
    c.run(30_000);
    assert_eq!(c.behind(0, 2, space, note), Some(0));
}

/// Heads of a device over what another one holds, less so many of the last notes entries.
fn heads(c: &Cluster, of: usize, like: usize, space: SpaceId, less: u64) -> Heads {
    let tips = c.devices[like].engine.tips(space);
    let mut lines = BTreeMap::new();
    for (chain, tip) in tips {
        let less = if chain.log == skein_space::Log::Notes {
            less
        } else {
            0
        };
        let seq = tip.seq - less;
        let entry = &c.devices[like].disk.entries[&(chain.id(), 0, seq)];
        let tips = vec![Tip {
            seq,
            hash: entry.hash(),
        }];
        lines.insert(
            chain.id(),
            Line {
                log: chain.log,
                tips,
            },
        );
    }
    let incarnation = c.devices[of].disk.spaces[&space];
    Heads::sign(&c.devices[of].root.signer(), space, incarnation, lines)
}

fn hand_on(c: &mut Cluster, to: usize, by: usize, heads: Heads, age_ms: u64) {
    let heads = RelayedHeads::Full(heads);
    let (kind, body) = Frame::Relayed(Relayed { age_ms, heads }).encode();
    let stream = c.stream(to, by);
    c.input(to, Input::Frame { stream, kind, body });
}

#[test]
fn r7_lower_heads_on_the_signers_own_stream_win_over_what_others_hand_on() {
    let (mut c, space) = Cluster::with_space(3, Role::Editor);
    c.connect_all();
    let (note, _) = c.create(0, space, "one two");
    c.run(6_000);
    assert_eq!(c.behind(0, 2, space, note), Some(0));
    let (before, after) = (heads(&c, 2, 0, space, 0), heads(&c, 2, 0, space, 1));
    // Cleo's disk was put back: she says so herself, and goes.
    let (kind, body) = Frame::Heads(after).encode();
    let stream = c.stream(0, 2);
    c.input(0, Input::Frame { stream, kind, body });
    assert_eq!(c.behind(0, 2, space, note), Some(1));
    hand_on(&mut c, 0, 1, before.clone(), 0);
    assert_eq!(
        c.behind(0, 2, space, note),
        Some(1),
        "while she speaks for herself, only she does"
    );
    c.disconnect(0, 2);
    c.disconnect(1, 2);
    for age_ms in [0, 5_000, 60_000] {
        hand_on(&mut c, 0, 1, before.clone(), age_ms);
        assert_eq!(
            c.behind(0, 2, space, note),
            Some(1),
            "it may have been said before"
        );
    }
    let (kind, body) = Frame::Heads(before.clone()).encode();
    c.input(0, Input::Gossip { space, kind, body });
    assert_eq!(c.behind(0, 2, space, note), Some(1), "gossip comes late");
    c.run(60_000);
    hand_on(&mut c, 0, 1, before.clone(), 60_000);
    assert_eq!(c.behind(0, 2, space, note), Some(1));
    hand_on(&mut c, 0, 1, before, 30_000);
    assert_eq!(
        c.behind(0, 2, space, note),
        Some(0),
        "said since: she has it again"
    );
}

#[test]
fn r7_an_incarnation_seen_before_never_counts_again_and_forged_heads_never_do() {
    let (mut c, space, note) = in_a_row();
    let old = heads(&c, 2, 0, space, 0);
    let mut new = heads(&c, 2, 0, space, 1);
    new.incarnation = skein_space::Incarnation([77; 16]);
    let signer = c.devices[2].root.signer();
    let new = Heads::sign(&signer, space, new.incarnation, new.lines);
    hand_on(&mut c, 0, 1, new, 0);
    assert_eq!(c.behind(0, 2, space, note), Some(1), "one never seen");
    let mut forged = old.clone();
    forged.incarnation = skein_space::Incarnation([78; 16]);
    c.run(100);
    for heads in [old, forged] {
        hand_on(&mut c, 0, 1, heads, 0);
        assert_eq!(c.behind(0, 2, space, note), Some(1));
    }
}

#[test]
fn r7_a_disk_that_went_back_is_told_by_who_hears_it() {
    let (mut c, space, note) = in_a_row();
    c.disconnect(1, 2);
    c.run(60_000);
    let lower = heads(&c, 2, 0, space, 1);
    hand_on(&mut c, 0, 1, lower.clone(), 80_000);
    assert_eq!(
        c.behind(0, 2, space, note),
        Some(0),
        "said before what is believed"
    );
    hand_on(&mut c, 0, 1, lower, 1_000);
    assert_eq!(
        c.behind(0, 2, space, note),
        Some(1),
        "lower, and surely later"
    );
}
