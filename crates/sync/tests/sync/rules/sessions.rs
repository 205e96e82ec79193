//! S1 to S7: what windows push, what becomes of it, and what is durable.

use super::two;
use crate::cluster::Cluster;
use skein_space::{Entry, EntryHash, Kind, Log, NoteId, Role};
use skein_sync::Input;
use skein_sync::frame::kind;

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
