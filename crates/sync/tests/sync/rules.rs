// tidy: long because SPEC.md's rules in its order, one test each.
//! The rules of SPEC.md, each by name, on real engines over a fake wire and disk.

use std::sync::Arc;

use crate::cluster::{Cluster, Seen};
use skein_space::{Entry, EntryHash, Kind, Log, NoteId, Role};
use skein_sync::frame::kind;
use skein_sync::{Event, Input, NoteState, Notice};

fn two() -> (Cluster, skein_space::SpaceId) {
    let (mut c, space) = Cluster::with_space(2, Role::Editor);
    c.connect_all();
    (c, space)
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

#[test]
fn s5_what_the_window_had_not_seen_is_concurrent() {
    let (mut c, space) = two();
    let (note, a) = c.create(0, space, "x");
    c.settle();
    let b = c.open(1, space, note);
    c.edit(1, b, 1, 0, "y");
    c.settle();
    // Ana's engine has applied Ben's edit; her window has not confirmed the delivery.
    let session = c.devices[0].sessions.get_mut(&a).unwrap();
    assert!(session.delivered > 0);
    let mut ids = || unreachable!("no block is split");
    let update = session
        .writer
        .as_mut()
        .unwrap()
        .edit(0, 0, "z", &mut ids)
        .unwrap();
    session.pushed += 1;
    let sequence = session.pushed;
    c.input(
        0,
        Input::Push {
            session: a,
            sequence,
            last_delivery: 0,
            update,
        },
    );
    let last = c.devices[0].disk.arrival.last().unwrap().0.clone();
    assert_eq!(last.header().kind, Kind::Edit);
    let bens = skein_space::Chain {
        device: c.key(1),
        ..last.header().chain
    };
    let named = last.header().deps.iter().any(|d| {
        c.devices[0]
            .disk
            .entries
            .get(&(d.chain, 0, d.seq))
            .is_some_and(|e| e.header().chain.device == bens.device)
    });
    assert!(
        !named,
        "scenario 25: its dependencies do not name Ben's edit"
    );
    c.edit(0, a, 0, 0, "w");
    let next = c.devices[0].disk.arrival.last().unwrap().0.clone();
    let named = next.header().deps.iter().any(|d| {
        c.devices[0].disk.entries[&(d.chain, 0, d.seq)]
            .header()
            .chain
            .device
            == c.key(1)
    });
    assert!(named, "the next push confirms the delivery and names it");
}

#[test]
fn s5_writing_alone_costs_no_dependencies() {
    let (mut c, space) = two();
    let (_, a) = c.create(0, space, "x");
    for i in 0..20 {
        c.edit(0, a, i, 0, "y");
    }
    let edits: Vec<_> = c.devices[0]
        .disk
        .arrival
        .iter()
        .map(|(e, ..)| e.clone())
        .filter(|e| e.header().kind == Kind::Edit)
        .collect();
    assert!(edits.iter().all(|e| e.header().deps.is_empty()));
}

#[test]
fn s2_a_push_sent_twice_is_sealed_once_and_a_gap_is_asked_for() {
    let (mut c, space) = two();
    let (note, a) = c.create(0, space, "x");
    let session = c.devices[0].sessions.get_mut(&a).unwrap();
    let mut ids = || unreachable!("no block is split");
    let update = session
        .writer
        .as_mut()
        .unwrap()
        .edit(1, 0, "y", &mut ids)
        .unwrap();
    let sequence = session.pushed + 1;
    session.pushed = sequence;
    let held = c.devices[0].disk.arrival.len();
    for _ in 0..3 {
        c.input(
            0,
            Input::Push {
                session: a,
                sequence,
                last_delivery: 0,
                update: update.clone(),
            },
        );
    }
    assert_eq!(c.devices[0].disk.arrival.len(), held + 1);
    assert_eq!(c.text(0, space, note), "xy");
    c.input(
        0,
        Input::Push {
            session: a,
            sequence: sequence + 5,
            last_delivery: 0,
            update,
        },
    );
    assert_eq!(c.devices[0].sessions[&a].resend, Some(sequence + 1));
}

#[test]
fn s2_a_push_that_says_nothing_counts_all_the_same() {
    let (mut c, space) = two();
    let (note, a) = c.create(0, space, "x");
    let held = c.devices[0].disk.arrival.len();
    c.push(0, a, vec![0, 0]);
    assert_eq!(c.devices[0].disk.arrival.len(), held, "nothing to seal");
    assert_eq!(
        c.devices[0].sessions[&a].acked,
        c.devices[0].sessions[&a].pushed
    );
    c.edit(0, a, 1, 0, "y");
    assert_eq!(
        c.devices[0].sessions[&a].resend, None,
        "its number was taken"
    );
    assert_eq!(c.text(0, space, note), "xy");
}

#[test]
fn s1_opening_a_note_moves_no_head() {
    let (mut c, space) = two();
    let (note, _) = c.create(0, space, "x");
    c.settle();
    let held = c.devices[1].disk.arrival.len();
    let s = c.open(1, space, note);
    c.input(1, Input::Close { session: s });
    c.open(1, space, NoteId([9; 16]));
    assert_eq!(c.devices[1].disk.arrival.len(), held);
}

#[test]
fn s4_two_windows_on_one_note_see_each_other_after_the_commit() {
    let (mut c, space) = two();
    let (note, a) = c.create(0, space, "x");
    let b = c.open(0, space, note);
    c.devices[0].disk_stuck = true;
    c.edit(0, a, 1, 0, "y");
    assert_eq!(c.devices[0].sessions[&b].delivered, 0);
    c.devices[0].disk_stuck = false;
    c.input(0, Input::Tick);
    assert_eq!(c.devices[0].sessions[&b].delivered, 1);
    assert_eq!(
        c.devices[0].sessions[&a].delivered, 0,
        "its author never gets its own"
    );
    assert_eq!(
        c.devices[0].sessions[&b].writer.as_ref().unwrap().text(),
        "xy"
    );
}

#[test]
fn s4_a_window_opened_before_the_commit_has_the_edit_and_gets_it_once() {
    let (mut c, space) = two();
    let (note, a) = c.create(0, space, "x");
    c.devices[0].disk_stuck = true;
    c.edit(0, a, 1, 0, "y");
    let b = c.open(0, space, note);
    c.devices[0].disk_stuck = false;
    c.input(0, Input::Tick);
    let window = &c.devices[0].sessions[&b];
    assert_eq!(window.writer.as_ref().unwrap().text(), "xy");
    assert_eq!(window.delivered, 0);
}

#[test]
fn s7_a_viewer_reads_and_its_edit_is_kept_as_a_draft_and_refused_by_others() {
    let (mut c, space) = Cluster::with_space(2, Role::Viewer);
    c.connect_all();
    let (note, _) = c.create(0, space, "to read");
    c.settle();
    let b = c.open(1, space, note);
    assert!(!c.devices[1].sessions[&b].can_write);
    c.edit(1, b, 0, 0, "mine ");
    assert!(c.devices[1].sessions[&b].ended.is_some());
    assert_eq!(c.devices[1].disk.drafts.len(), 1);
    // A modified program seals it all the same.
    let chain = skein_space::Chain {
        space,
        device: c.key(1),
        incarnation: c.devices[1].disk.spaces[&space],
        log: Log::Notes,
    };
    let roster = c.devices[1].engine.roster(space).unwrap().frontier();
    let draft = skein_space::Draft {
        chain,
        seq: 1,
        prev: EntryHash::ZERO,
        kind: Kind::Session,
        note,
        session: 0,
        deps: roster,
        wall_ms: 0,
    };
    let forged = Entry::seal(&c.devices[1].root.signer(), draft, vec![1; 16]).unwrap();
    let held = c.devices[0].disk.arrival.len();
    c.input(
        0,
        Input::Gossip {
            space,
            kind: kind::ENTRY,
            body: forged.encode(),
        },
    );
    assert_eq!(c.devices[0].disk.arrival.len(), held, "H2: not held");
}

#[test]
fn h2_a_forged_entry_does_not_keep_the_true_one_out() {
    let (mut c, space) = Cluster::with_space(2, Role::Editor);
    let (note, _) = c.create(0, space, "true");
    let first = c.devices[0]
        .disk
        .arrival
        .iter()
        .map(|(e, ..)| e.clone())
        .find(|e| e.header().kind == Kind::Session)
        .unwrap();
    let mut bytes = first.encode();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    c.input(
        1,
        Input::Gossip {
            space,
            kind: kind::ENTRY,
            body: bytes,
        },
    );
    assert!(
        c.devices[1]
            .disk
            .arrival
            .iter()
            .all(|(e, ..)| e.header().kind == Kind::Member)
    );
    c.connect_all();
    assert_eq!(c.text(1, space, note), "true");
}

#[test]
fn h3_an_edit_that_names_a_session_of_another_note_is_held_refused_and_not_applied() {
    let (mut c, space) = two();
    let (note, _) = c.create(0, space, "true");
    c.create(1, space, "another note");
    c.run(6_000);
    let chain = skein_space::Chain {
        space,
        device: c.key(1),
        incarnation: c.devices[1].disk.spaces[&space],
        log: Log::Notes,
    };
    let (seq, prev) = c.devices[1].engine.tip(space, chain.id()).unwrap();
    let draft = skein_space::Draft {
        chain,
        seq: seq + 1,
        prev,
        kind: Kind::Edit,
        note,
        session: 1,
        deps: c.devices[1].engine.roster(space).unwrap().frontier(),
        wall_ms: 0,
    };
    let edit = Entry::seal(&c.devices[1].root.signer(), draft, vec![0, 0]).unwrap();
    let (kind, body) = (kind::ENTRY, edit.encode());
    c.input(0, Input::Gossip { space, kind, body });
    let (held, _, refused) = c.devices[0].disk.arrival.last().unwrap();
    assert_eq!((held.hash(), *refused), (edit.hash(), true));
    assert_eq!(c.text(0, space, note), "true");
}

#[test]
fn h4_entries_out_of_order_are_parked_and_h5_duplicates_change_nothing() {
    let (mut c, space) = Cluster::with_space(2, Role::Editor);
    let (note, a) = c.create(0, space, "one");
    for i in 0..20 {
        c.edit(0, a, 3 + i, 0, "x");
    }
    let mut all: Vec<Arc<Entry>> = c.devices[0]
        .disk
        .arrival
        .iter()
        .map(|(e, ..)| e.clone())
        .filter(|e| e.header().kind != Kind::Member)
        .collect();
    all.reverse();
    all.extend(all.clone());
    for e in all {
        c.input(
            1,
            Input::Gossip {
                space,
                kind: kind::ENTRY,
                body: e.encode(),
            },
        );
    }
    assert_eq!(c.text(1, space, note), c.text(0, space, note));
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
fn a_killed_process_has_everything_it_had_acknowledged() {
    let (mut c, space) = two();
    let (note, a) = c.create(0, space, "");
    for i in 0..600 {
        c.edit(0, a, i, 0, "k");
    }
    c.devices[0].disk_stuck = true;
    c.edit(0, a, 0, 0, "lost, and never called saved");
    assert!(
        !c.devices[0].disk.snapshots.is_empty(),
        "500 entries make a snapshot"
    );
    c.kill_and_restart(0);
    assert_eq!(c.text(0, space, note), "k".repeat(600));
    c.connect_all();
    c.run(1_000);
    let s = c.open(0, space, note);
    c.edit(0, s, 0, 0, "on ");
    c.run(6_000);
    assert_eq!(c.text(1, space, note), format!("on {}", "k".repeat(600)));
    assert_eq!(c.hash(0, space, note), c.hash(1, space, note));
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
fn p1_presence_travels_and_fades_by_the_receivers_clock() {
    let (mut c, space) = two();
    let (note, a) = c.create(0, space, "x");
    c.run(200);
    c.input(
        0,
        Input::Caret {
            session: a,
            caret: Some(vec![1, 2]),
            head: None,
        },
    );
    c.run(200);
    let people = c.devices[1].engine.people(space, note);
    assert_eq!(people.len(), 1);
    assert_eq!(people[0].person, "Ana");
    assert_eq!(
        people[0].presence.state,
        skein_sync::presence::Activity::Editing
    );
    assert_eq!(people[0].presence.caret, vec![1, 2]);
    c.run(12_000);
    assert_eq!(
        c.devices[1].engine.people(space, note)[0].presence.state,
        skein_sync::presence::Activity::Viewing
    );
    c.disconnect(0, 1);
    c.run(31_000);
    assert_eq!(
        c.devices[1].engine.people(space, note)[0].presence.state,
        skein_sync::presence::Activity::Offline
    );
    c.run(600_000);
    assert!(c.devices[1].engine.people(space, note).is_empty());
}

#[test]
fn p2_a_window_that_died_is_nobody_beside_the_one_opened_after_it() {
    let (mut c, space) = two();
    let (note, _) = c.create(0, space, "x");
    c.run(200);
    c.kill_and_restart(0);
    c.reconnect(0, 1);
    c.run(20_000);
    let again = c.open(0, space, note);
    let moved = |c: &mut Cluster| {
        let (session, caret) = (again, Some(vec![3]));
        let head = None;
        c.input(
            0,
            Input::Caret {
                session,
                caret,
                head,
            },
        );
        c.run(200);
        c.devices[1].engine.people(space, note)
    };
    assert_eq!(moved(&mut c).len(), 2, "it may still be writing");
    c.run(12_000);
    let people = moved(&mut c);
    assert_eq!(people.len(), 1);
    assert_eq!(people[0].presence.caret, vec![3]);
    c.disconnect(0, 1);
    c.run(31_000);
    assert_eq!(
        c.devices[1].engine.people(space, note).len(),
        2,
        "both are away"
    );
}

#[test]
fn p1_who_hears_itself_is_not_two() {
    let (mut c, space) = two();
    let (note, _) = c.create(0, space, "x");
    c.run(200);
    let heard = c.devices[1].engine.people(space, note).remove(0).presence;
    let (kind, body) = skein_sync::frame::Frame::Presence(heard).encode();
    c.input(0, Input::Gossip { space, kind, body });
    assert!(c.devices[0].engine.people(space, note).is_empty());
}

#[test]
fn p2_a_position_that_no_frame_carries_is_not_told() {
    let (mut c, space) = two();
    let (note, session) = c.create(0, space, "x");
    let most = skein_sync::config::POSITION_MAX_BYTES;
    for (caret, head, told) in [(most, most, most), (most + 1, 1, most), (1, most + 1, most)] {
        let (caret, head) = (Some(vec![1; caret]), Some(vec![2; head]));
        c.input(
            0,
            Input::Caret {
                session,
                caret,
                head,
            },
        );
        c.run(1_000);
        let people = c.devices[1].engine.people(space, note);
        assert_eq!(
            people[0].presence.caret.len(),
            told,
            "the place before stays"
        );
        assert_eq!(people[0].presence.head.len(), told);
    }
    assert_eq!(c.streams().len(), 2, "and the stream lives on");
}

#[test]
fn p1_nobody_moves_anothers_caret() {
    let (mut c, space) = Cluster::with_space(3, Role::Editor);
    c.connect_all();
    let (note, _) = c.create(0, space, "x");
    c.settle();
    let forged = skein_sync::presence::Presence {
        device: c.key(0),
        note,
        nonce: skein_space::Nonce([5; 16]),
        replaces: skein_space::Nonce::ZERO,
        sequence: 99,
        state: skein_sync::presence::Activity::Editing,
        caret: vec![],
        head: vec![],
        sig: [0; 64],
    }
    .signed(&c.devices[2].root.signer(), space);
    let (k, body) = skein_sync::frame::Frame::Presence(forged).encode();
    c.input(
        1,
        Input::Gossip {
            space,
            kind: k,
            body,
        },
    );
    let people = c.devices[1].engine.people(space, note);
    assert!(
        people.iter().all(|p| p.presence.sequence != 99),
        "only its owner's signature counts"
    );
}

#[test]
fn a1_an_entry_whose_dependency_is_not_here_waits_and_is_shown() {
    let (mut c, space) = Cluster::with_space(3, Role::Editor);
    c.cut.push((0, 2));
    c.cut.push((1, 2));
    c.connect_all();
    let (note, _) = c.create(0, space, "base");
    c.settle();
    let b = c.open(1, space, note);
    c.edit(1, b, 4, 0, " by Ben");
    c.settle();
    let bens: Vec<_> = c.devices[1]
        .disk
        .arrival
        .iter()
        .map(|(e, ..)| e.clone())
        .filter(|e| e.header().chain.device == c.key(1) && e.header().kind != Kind::Member)
        .collect();
    let anas: Vec<_> = c.devices[0]
        .disk
        .arrival
        .iter()
        .map(|(e, ..)| e.clone())
        .filter(|e| e.header().chain.device == c.key(0) && e.header().kind != Kind::Member)
        .collect();
    // Ana's first entry makes her chain known; the rest comes after Ben's.
    c.input(
        2,
        Input::Gossip {
            space,
            kind: kind::ENTRY,
            body: anas[0].encode(),
        },
    );
    for e in &bens {
        c.input(
            2,
            Input::Gossip {
                space,
                kind: kind::ENTRY,
                body: e.encode(),
            },
        );
    }
    let d = &mut c.devices[2];
    let status = d.engine.status(&d.disk, space, note).unwrap().unwrap();
    assert_eq!(status.state, NoteState::Waiting);
    assert_eq!(status.waiting_for, Some(c.devices[0].root.device_key()));
    for e in &anas[1..] {
        c.input(
            2,
            Input::Gossip {
                space,
                kind: kind::ENTRY,
                body: e.encode(),
            },
        );
    }
    assert_eq!(c.text(2, space, note), "base by Ben");
}

#[test]
fn h3_a_push_our_gate_refuses_becomes_a_draft() {
    let (mut c, space) = two();
    let (note, a) = c.create(0, space, "kept");
    c.push(0, a, vec![1, 1, 200, 200, 200, 1, 0]);
    assert!(matches!(
        c.devices[0].sessions[&a].ended,
        Some(skein_sync::EndReason::PushRefused { .. })
    ));
    assert_eq!(c.devices[0].disk.drafts[0].1, "kept");
    assert_eq!(c.text(0, space, note), "kept");
    let s = c.open(0, space, note);
    c.edit(0, s, 4, 0, "!");
    assert_eq!(c.text(0, space, note), "kept!");
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
