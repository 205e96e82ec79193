//! P1 and P2: where people are.

use super::two;
use crate::cluster::Cluster;
use skein_space::Role;
use skein_sync::Input;

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
