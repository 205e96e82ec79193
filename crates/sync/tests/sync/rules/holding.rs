//! H2 to H5 and A1: what is held, refused, or waits.

use std::sync::Arc;

use super::two;
use crate::cluster::Cluster;
use skein_space::{Entry, Kind, Log, Role};
use skein_sync::frame::kind;
use skein_sync::{Input, NoteState};

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
