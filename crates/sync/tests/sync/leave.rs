//! A device that leaves a space, and comes back.

use skein_space::{NoteId, Role, SpaceId};
use skein_sync::{
    EndReason, Event, Input, LeaveError, Notice, OnlyHere, RequestId, RoleError, SessionHandle,
};

use crate::cluster::{Cluster, Seen};

fn leave(c: &mut Cluster, i: usize, space: SpaceId) -> Result<(), LeaveError> {
    let request = RequestId(9);
    c.input(i, Input::Leave { request, space });
    c.settle();
    let answers = c.devices[i].seen.iter().rev();
    let mut answers = answers.filter_map(|seen| match seen {
        Seen::Left(result) => Some(result.clone()),
        _ => None,
    });
    answers.next().expect("answered")
}

fn only_here(c: &Cluster, i: usize, space: SpaceId) -> OnlyHere {
    let d = &c.devices[i];
    d.engine.only_here(&d.disk, space)
}

/// Whether one shows another as being here.
fn online(c: &Cluster, i: usize, peer: usize, space: SpaceId) -> bool {
    let d = &c.devices[i];
    let peers = d.engine.peers(&d.disk, space).into_iter();
    let mut of = peers.filter(|row| row.device == c.key(peer));
    of.next().is_some_and(|row| row.online)
}

/// Three who are together, with a note of the first that all can write in.
fn three() -> (Cluster, SpaceId, NoteId, SessionHandle) {
    let (mut c, space) = Cluster::with_space(3, Role::Editor);
    c.connect_all();
    let (note, author) = c.create(0, space, "kept");
    c.run(6_000);
    (c, space, note, author)
}

#[test]
fn l1_who_left_takes_no_more_part_and_keeps_what_it_has() {
    let (mut c, space, note, author) = three();
    let window = c.open(1, space, note);
    c.edit(1, window, 4, 0, ", by Ben");
    c.run(6_000);
    assert!(online(&c, 0, 1, space));
    assert_eq!(leave(&mut c, 1, space), Ok(()));
    c.run(2_000);
    assert_eq!(c.devices[1].engine.role(space), None);
    assert!(c.devices[1].engine.has_left_space(space));
    assert_eq!(
        c.behind(1, 0, space, note),
        None,
        "nothing is claimed any more"
    );
    assert!(c.streams().iter().all(|(of, _, to)| *of != 1 && *to != 1));
    for other in [0, 2] {
        assert!(!online(&c, other, 1, space), "away");
        let roster = c.devices[other].engine.roster(space).expect("a space");
        assert_eq!(roster.role(c.key(1)), Some(Role::Editor), "and a member");
    }
    // In both directions nothing goes any more, whatever time passes.
    c.edit(0, author, 0, 0, "Not ");
    c.run(60_000);
    assert_eq!(c.text(2, space, note), "Not kept, by Ben");
    assert_eq!(c.text(1, space, note), "kept, by Ben");
    assert!(c.streams().iter().all(|(of, _, to)| *of != 1 && *to != 1));
    c.kill_and_restart(1);
    c.connect_all();
    c.run(30_000);
    assert_eq!(c.devices[1].engine.role(space), None, "durably");
    assert_eq!(c.text(1, space, note), "kept, by Ben");
    assert_eq!(leave(&mut c, 1, space), Err(LeaveError::Out));
}

#[test]
fn l1_gossip_is_neither_heard_nor_sent() {
    let (mut c, space) = Cluster::with_space(2, Role::Editor);
    c.gossip = true;
    c.connect_all();
    let (note, author) = c.create(0, space, "kept");
    c.run(6_000);
    leave(&mut c, 1, space).expect("left");
    let before = c.hashes(1);
    c.edit(0, author, 4, 0, ", and more");
    c.run(30_000);
    assert_eq!(c.hashes(1), before);
    assert_eq!(c.text(1, space, note), "kept");
}

#[test]
fn l2_words_on_their_way_are_sent_or_kept_as_a_draft() {
    let (mut c, space, note, _) = three();
    let window = c.open(1, space, note);
    // Sealed before: it is told with the last that is said.
    c.devices[1].disk_stuck = true;
    c.edit(1, window, 4, 0, ", sealed");
    let request = RequestId(9);
    c.input(1, Input::Leave { request, space });
    // Written after: nobody gets it, and its person has it.
    c.edit(1, window, 0, 0, "late, ");
    assert!(
        !c.devices[1].seen.iter().any(|s| matches!(s, Seen::Left(_))),
        "not before it is durable"
    );
    c.devices[1].disk_stuck = false;
    c.input(1, Input::Tick);
    c.settle();
    c.run(6_000);
    assert_eq!(c.text(0, space, note), "kept, sealed");
    assert_eq!(c.text(1, space, note), "kept, sealed");
    let ended = c.devices[1].sessions[&window].ended.clone();
    assert_eq!(ended, Some(EndReason::NotAllowed));
    let kept: Vec<_> = c.devices[1].disk.drafts.iter().collect();
    assert_eq!(kept, [&(note, "late, ".to_owned())]);
}

#[test]
fn l2_a_process_that_dies_before_it_is_durable_has_not_left() {
    for owner in [0, 1] {
        let (mut c, space, note, _) = three();
        c.devices[owner].disk_stuck = true;
        let request = RequestId(9);
        c.input(owner, Input::Leave { request, space });
        c.settle();
        c.kill_and_restart(owner);
        c.connect_all();
        c.run(6_000);
        let role = [Role::Owner, Role::Editor][owner];
        assert_eq!(c.devices[owner].engine.role(space), Some(role));
        let window = c.open(owner, space, note);
        c.edit(owner, window, 0, 0, "Still ");
        c.run(6_000);
        assert_eq!(c.text(2, space, note), "Still kept");
    }
}

#[test]
fn l3_an_owner_that_leaves_is_out_and_what_it_wrote_stays() {
    let (mut c, space, note, author) = three();
    c.change_role(0, 1, space, Some(Role::Owner))
        .expect("raised");
    c.run(6_000);
    c.edit(0, author, 0, 0, "All ");
    c.run(6_000);
    assert_eq!(leave(&mut c, 0, space), Ok(()));
    c.run(10_000);
    for other in [1, 2] {
        let roster = c.devices[other].engine.roster(space).expect("a space");
        assert_eq!(roster.role(c.key(0)), None, "told before its streams end");
        assert_eq!(c.text(other, space, note), "All kept");
        let told = c.events(other).any(|event| {
            matches!(event, Event::Notice(Notice::RoleChanged { device, by, role: None, .. })
                if device == by && *by == c.key(0))
        });
        assert!(told);
    }
    // Those who stay make a secret, and the one that left has no part in it.
    c.give_secret(1);
    c.run(6_000);
    let secrets = c.current_secrets(1, space);
    assert!(!secrets.is_empty());
    assert_eq!(c.current_secrets(0, space), Vec::<[u8; 32]>::new());
    assert_eq!(c.current_secrets(2, space), secrets);
    // Whom it let in stay in, and go on.
    let window = c.open(2, space, note);
    c.edit(2, window, 8, 0, " here");
    c.run(6_000);
    assert_eq!(c.text(1, space, note), "All kept here");
    assert_eq!(c.text(0, space, note), "All kept");
}

#[test]
fn l3_who_was_away_hears_it_when_it_calls() {
    let (mut c, space, ..) = three();
    c.disconnect(0, 1);
    leave(&mut c, 0, space).expect("left");
    c.run(2_000);
    // The third had it, and hands it on; without the third the device that left says it itself.
    let (mut d, space_d, ..) = three();
    for other in [1, 2] {
        d.disconnect(0, other);
    }
    leave(&mut d, 0, space_d).expect("left");
    d.kill_and_restart(0);
    d.connect_all();
    d.run(10_000);
    for (c, space) in [(&c, space), (&d, space_d)] {
        for other in [1, 2] {
            let roster = c.devices[other].engine.roster(space).expect("a space");
            assert_eq!(roster.role(c.key(0)), None, "{other}");
        }
    }
}

#[test]
fn story_29_let_in_again_it_writes_on_under_another_incarnation_and_nobody_lacks_a_word() {
    for owner_leaves in [false, true] {
        let (mut c, space, note, author) = three();
        let (leaver, stays) = if owner_leaves { (0, 1) } else { (1, 0) };
        if owner_leaves {
            c.change_role(0, 1, space, Some(Role::Owner))
                .expect("raised");
            c.run(6_000);
        }
        // Nobody else gets this one before it leaves.
        for other in 0..3 {
            if other != leaver {
                c.disconnect(leaver, other);
            }
        }
        let alone = c.open(leaver, space, note);
        c.edit(leaver, alone, 4, 0, ", alone");
        assert_eq!(only_here(&c, leaver, space), OnlyHere { own: 1, others: 0 });
        leave(&mut c, leaver, space).expect("left");
        let meanwhile = if owner_leaves {
            c.open(1, space, note)
        } else {
            author
        };
        c.edit(stays, meanwhile, 0, 0, "Meanwhile ");
        c.run(6_000);
        c.cut.clear();
        c.connect_all();
        c.run(20_000);
        assert_eq!(c.text(leaver, space, note), "kept, alone");
        assert_eq!(c.text(stays, space, note), "Meanwhile kept");

        let tips = |c: &Cluster| {
            let tips = c.devices[leaver].engine.tips(space).into_iter();
            let own = tips.filter(|(chain, _)| chain.device == c.key(leaver));
            own.map(|(chain, tip)| (chain.id(), tip.seq))
                .collect::<Vec<_>>()
        };
        let before = tips(&c);
        c.join(stays, leaver, space, Role::Editor);
        c.settle();
        c.run(20_000);
        let again = c.open(leaver, space, note);
        c.edit(leaver, again, 0, 0, "Back: ");
        c.run(10_000);
        for i in 0..3 {
            let text = c.text(i, space, note);
            assert_eq!(text, "Back: Meanwhile kept, alone", "{i} ({owner_leaves})");
        }
        for (chain, seq) in before {
            let now = tips(&c).into_iter().find(|(id, _)| *id == chain);
            assert_eq!(now, Some((chain, seq)), "its old logs are not continued");
        }
        assert_eq!(only_here(&c, leaver, space), OnlyHere::default());
        c.kill_and_restart(leaver);
        let role = c.devices[leaver].engine.role(space);
        assert_eq!(role, Some(Role::Editor), "durably");
    }
}

#[test]
fn l4_an_admission_that_says_nothing_new_brings_it_back() {
    let (mut c, space, note, _) = three();
    leave(&mut c, 1, space).expect("left");
    let roster = c.devices[0].engine.roster(space).expect("a space");
    let (label, roster) = (roster.secret_label(), roster.entries().cloned().collect());
    c.input(
        1,
        Input::Joined {
            request: RequestId(3),
            space,
            incarnation: skein_space::Incarnation([77; 16]),
            secret: (label, [7; 32]),
            roster,
        },
    );
    c.run(6_000);
    assert_eq!(c.devices[1].engine.role(space), Some(Role::Editor));
    let window = c.open(1, space, note);
    c.edit(1, window, 4, 0, ", back");
    c.run(6_000);
    assert_eq!(c.text(0, space, note), "kept, back");
}

#[test]
fn l5_what_nobody_else_is_known_to_hold_is_counted() {
    let (mut c, space, note, author) = three();
    assert_eq!(only_here(&c, 0, space), OnlyHere::default());
    c.disconnect(0, 1);
    c.disconnect(0, 2);
    for _ in 0..3 {
        c.edit(0, author, 0, 0, "x");
    }
    assert_eq!(only_here(&c, 0, space), OnlyHere { own: 3, others: 0 });
    // One more on its way to disk counts as well.
    c.devices[0].disk_stuck = true;
    c.edit(0, author, 0, 0, "y");
    assert_eq!(only_here(&c, 0, space), OnlyHere { own: 4, others: 0 });
    c.devices[0].disk_stuck = false;
    c.input(0, Input::Tick);
    // What somebody else wrote and who wrote it is not known to hold any more: a process that has heard of nobody.
    let window = c.open(2, space, note);
    c.edit(2, window, 0, 0, "z");
    c.reconnect(0, 1);
    c.reconnect(0, 2);
    c.run(10_000);
    assert_eq!(only_here(&c, 0, space), OnlyHere::default());
    c.kill_and_restart(0);
    let all = only_here(&c, 0, space);
    // The block, the first words, and these four; the other's one.
    assert_eq!(all, OnlyHere { own: 6, others: 1 });
    // Who is out counts for nobody.
    c.connect_all();
    c.run(10_000);
    assert_eq!(only_here(&c, 0, space), OnlyHere::default());
    for other in [1, 2] {
        c.change_role(0, other, space, None).expect("removed");
    }
    assert_eq!(only_here(&c, 0, space), OnlyHere { own: 6, others: 1 });
}

#[test]
fn l6_who_left_changes_nobodys_rights() {
    let (mut c, space, ..) = three();
    leave(&mut c, 0, space).expect("left");
    let refused = c.change_role(0, 1, space, None);
    assert_eq!(refused, Err(RoleError::NotOwner));
    assert_eq!(
        leave(&mut c, 0, SpaceId([9; 16])),
        Err(LeaveError::NoSuchSpace)
    );
}

#[test]
fn m2_who_is_an_owner_lets_somebody_in_at_once_after_another_left() {
    let mut c = Cluster::new(3);
    let space = c.found(0);
    c.join(0, 1, space, Role::Owner);
    c.connect_all();
    c.run(6_000);
    assert_eq!(leave(&mut c, 0, space), Ok(()));
    c.run(100);
    assert!(c.current_secrets(1, space).is_empty(), "none fits yet");
    let member = c.member(2, space, Role::Editor);
    let admit = Input::Admit {
        request: RequestId(2),
        space,
        member,
        ticket: None,
        secret: [5; 32],
    };
    c.input(1, admit);
    c.settle();
    let admitted = c.devices[1].seen.iter();
    let mut admitted = admitted.filter(|seen| matches!(seen, Seen::Admitted(Ok(_))));
    assert!(admitted.next().is_some());
    assert_eq!(c.current_secrets(1, space), [[5; 32]], "in that commit");
}
