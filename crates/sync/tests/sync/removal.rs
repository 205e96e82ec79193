//! Removals, other roles, and the space's secret.

use skein_space::{NoteId, Role, SpaceId};
use skein_sync::frame::kind;
use skein_sync::{Event, Input, Notice, RoleError};

use crate::cluster::{Cluster, Seen};

/// Three members who are together, with a note of the first.
fn three() -> (Cluster, SpaceId, NoteId, skein_sync::SessionHandle) {
    let (mut c, space) = Cluster::with_space(3, Role::Editor);
    c.connect_all();
    let (note, author) = c.create(0, space, "kept");
    c.run(6_000);
    (c, space, note, author)
}

fn told(c: &Cluster, i: usize) -> Vec<Option<Role>> {
    let told = c.events(i).filter_map(|event| match event {
        Event::Notice(Notice::RoleChanged { role, .. }) => Some(*role),
        _ => None,
    });
    told.collect()
}

#[test]
fn t8_a_removed_device_hears_so_keeps_what_it_has_and_gets_nothing_more() {
    let (mut c, space, note, author) = three();
    let windows = [
        (0, author),
        (1, c.open(1, space, note)),
        (2, c.open(2, space, note)),
    ];
    for (i, session) in windows {
        c.input(
            i,
            Input::Caret {
                session,
                caret: None,
                head: None,
            },
        );
    }
    c.run(1_000);
    for i in 0..3 {
        assert_eq!(c.devices[i].engine.people(space, note).len(), 2);
    }
    let cuts = c.change_role(0, 1, space, None).expect("removed");
    assert_eq!(cuts, [], "it never wrote anything");
    c.run(10_000);
    assert_eq!(told(&c, 0), [], "who did it needs no notice");
    assert_eq!(told(&c, 1), [None]);
    assert_eq!(told(&c, 2), [None]);
    assert_eq!(c.devices[1].engine.role(space), None);

    assert_eq!(c.devices[1].engine.people(space, note), []);
    let others = c.devices[2].engine.people(space, note);
    assert!(others.iter().all(|person| person.device == c.key(0)));

    c.edit(0, author, 4, 0, " and more");
    c.run(10_000);
    assert_eq!(c.text(2, space, note), "kept and more");
    assert_eq!(c.text(1, space, note), "kept");
    assert!(c.streams().iter().all(|(of, _, to)| *of != 1 && *to != 1));
    let told = |c: &Cluster| {
        let frames = c.sent.iter().filter(|(_, kind, _)| *kind == kind::REMOVED);
        frames.count()
    };
    let heard = told(&c);
    assert!((1..=2).contains(&heard), "by each it asked, once: {heard}");
    c.run(60_000);
    assert_eq!(told(&c), heard, "it does not ask again");
}

#[test]
fn story_13_who_was_away_when_it_was_removed_hears_of_that_and_of_nobody_who_came_later() {
    let (mut c, space) = Cluster::with_space(3, Role::Editor);
    c.connect_all();
    c.run(6_000);
    for other in [0, 2] {
        c.disconnect(1, other);
    }
    c.change_role(0, 1, space, None).expect("removed");
    c.devices
        .push(crate::cluster::Device::new(4, c.now, Default::default()));
    c.join(0, 3, space, Role::Editor);
    c.run(10_000);
    c.reconnect(0, 1);
    c.run(10_000);
    assert_eq!(told(&c, 1), [None]);
    let later = c.key(3);
    let known = |i: usize| c.devices[i].engine.roster(space).unwrap().member(later);
    assert!(known(0).is_some() && known(1).is_none());
}

#[test]
fn r1_what_only_a_removed_device_holds_nobody_else_holds() {
    let (mut c, space) = Cluster::with_space(2, Role::Editor);
    c.connect_all();
    let (note, _) = c.create(0, space, "kept");
    c.run(12_000);
    let (ben, engine) = (c.key(1), &c.devices[0].engine);
    assert!(engine.held_by_others(space, note) && engine.knows_roster(space, ben));
    c.change_role(0, 1, space, None).expect("removed");
    let engine = &c.devices[0].engine;
    assert!(!engine.held_by_others(space, note) && !engine.knows_roster(space, ben));
}

#[test]
fn a_removal_brings_a_new_secret_to_all_who_know_of_it() {
    let (mut c, space, ..) = three();
    let before = c.devices[0].disk.secrets_of(space);
    c.change_role(0, 1, space, None).expect("removed");
    let new = c.current_secrets(0, space);
    assert!(new.len() == 1 && before.iter().all(|(_, old)| *old != new[0]));
    c.run(6_000);
    assert_eq!(c.current_secrets(2, space), new);
    let removed = c.devices[1].disk.secrets_of(space);
    assert!(removed.iter().all(|(_, held)| *held != new[0]));
    // Former ones stay, so that who was away is recognised.
    let held = c.devices[2].disk.secrets_of(space);
    assert!(before.iter().all(|old| held.contains(old)));
    for i in [0, 2] {
        let asked = |seen: &Seen| matches!(seen, Seen::NeedSecret(..));
        assert!(!c.devices[i].seen.iter().any(asked), "one was handed on");
    }
}

#[test]
fn nobody_is_handed_a_secret_who_might_hand_it_to_a_device_that_is_out() {
    let (mut c, space, ..) = three();
    c.withholds = Some((0, 2));
    c.disconnect(1, 2); // it would pass on that it is out
    c.change_role(0, 1, space, None).expect("removed");
    let new = c.current_secrets(0, space);
    c.run(30_000);
    let has = |c: &Cluster, i: usize| {
        let held = c.devices[i].disk.secrets_of(space);
        held.iter().any(|(_, secret)| *secret == new[0])
    };
    assert_eq!(c.devices[2].engine.role(space), Some(Role::Editor));
    assert!(!has(&c, 2), "it does not know of the removal");
    c.withholds = None;
    c.reconnect(1, 2);
    c.run(30_000);
    assert!(has(&c, 2) && !has(&c, 1));
}

#[test]
fn m3_a_secret_goes_to_nobody_before_the_removal_that_brought_it_is_durable() {
    let (mut c, space, ..) = three();
    c.devices[0].disk_stuck = true;
    c.input(
        0,
        Input::ChangeRole {
            request: skein_sync::RequestId(4),
            space,
            subject: c.key(1),
            role: None,
            secret: [200; 32],
        },
    );
    // Streams begin anew meanwhile, and rosters look equal on them: on disk they are.
    c.disconnect(0, 2);
    c.reconnect(0, 2);
    c.run(20_000);
    let known = c.devices[2].disk.secrets_of(space);
    assert!(known.iter().all(|(_, secret)| *secret != [200; 32]));
    c.devices[0].disk_stuck = false;
    c.run(20_000);
    assert_eq!(c.current_secrets(2, space), [[200; 32]]);
    let removed = c.devices[1].disk.secrets_of(space);
    assert!(removed.iter().all(|(_, secret)| *secret != [200; 32]));
}

#[test]
fn m2_whom_a_lowered_owner_let_in_meanwhile_is_out_and_does_not_have_the_secret() {
    let (mut c, space) = Cluster::with_space(3, Role::Owner);
    c.connect_all();
    c.run(6_000);
    c.disconnect(0, 1);
    c.disconnect(1, 2);
    c.devices
        .push(crate::cluster::Device::new(4, c.now, Default::default()));
    c.join(1, 3, space, Role::Editor);
    c.change_role(0, 1, space, Some(Role::Editor))
        .expect("lowered");
    c.run(2_000);
    for (a, b) in [(0, 1), (1, 2), (0, 3), (1, 3), (2, 3)] {
        c.reconnect(a, b);
    }
    c.run(20_000);
    assert_eq!(c.devices[0].engine.role(space), Some(Role::Owner));
    let let_in = c.key(3);
    let role = |i: usize| c.devices[i].engine.roster(space).unwrap().role(let_in);
    assert_eq!([role(0), role(1), role(2)], [None; 3]);
    assert_eq!(c.devices[3].engine.role(space), None, "and hears so");
    let used = c.current_secrets(0, space);
    assert_eq!(used.len(), 1);
    let held = c.devices[3].disk.secrets_of(space);
    assert!(held.iter().all(|(_, secret)| *secret != used[0]));
}

#[test]
fn two_removals_at_once_need_a_third_secret_and_all_come_to_use_the_same() {
    let (mut c, space) = Cluster::with_space(5, Role::Owner);
    c.connect_all();
    c.run(6_000);
    for (a, b) in [(0, 1), (0, 2), (0, 4), (1, 3), (2, 3), (3, 4)] {
        c.disconnect(a, b);
    }
    c.change_role(0, 3, space, None).expect("removed");
    c.change_role(1, 4, space, None).expect("removed");
    c.run(6_000);
    let [one, two] = [0, 1].map(|i| c.current_secrets(i, space)[0]);
    assert_eq!(c.current_secrets(2, space), [two]);
    c.reconnect(0, 1);
    c.reconnect(0, 2);
    c.run(2_000);
    for i in 0..3 {
        assert_eq!(c.current_secrets(i, space), [[0; 32]; 0], "{i}");
    }
    c.run(6_000);
    (0..3).for_each(|i| c.give_secret(i));
    c.run(12_000);
    let agreed = c.current_secrets(0, space);
    assert_eq!(agreed.len(), 3, "each made one");
    for i in 0..3 {
        assert_eq!(c.current_secrets(i, space), agreed, "{i}");
        let held = c.devices[i].disk.secrets_of(space);
        let former = |secret| held.iter().any(|(_, held)| *held == secret);
        assert!(former(one) && former(two), "{i}");
    }
}

#[test]
fn a_secret_that_nobody_had_is_made_after_a_restart_and_never_by_a_viewer() {
    let (mut c, space) = Cluster::with_space(2, Role::Viewer);
    for i in 0..2 {
        c.devices[i].disk.secrets.clear();
        c.kill_and_restart(i);
    }
    c.run(6_000);
    let asked = |c: &Cluster, i: usize| {
        let asked = |seen: &&Seen| matches!(seen, Seen::NeedSecret(..));
        c.devices[i].seen.iter().filter(asked).count()
    };
    assert_eq!([asked(&c, 0), asked(&c, 1)], [1, 0]);
    c.give_secret(0);
    c.connect_all();
    c.run(6_000);
    assert_eq!(c.current_secrets(1, space), c.current_secrets(0, space));
    assert_eq!(c.current_secrets(1, space).len(), 1);
}

#[test]
fn roles_go_up_and_down_and_everybody_hears_of_it() {
    let (mut c, space, note, _) = three();
    let ben = c.open(1, space, note);
    c.edit(1, ben, 4, 0, ", by Ben");
    c.run(6_000);
    let cuts = c
        .change_role(0, 1, space, Some(Role::Viewer))
        .expect("lowered");
    assert_eq!(cuts.iter().map(|cut| cut.seq).collect::<Vec<_>>(), [2]);
    c.run(6_000);
    assert_eq!(c.devices[1].engine.role(space), Some(Role::Viewer));
    assert_eq!(c.text(2, space, note), "kept, by Ben");
    assert_eq!(c.current_secrets(0, space).len(), 1, "another one");
    assert_eq!(c.current_secrets(1, space), c.current_secrets(0, space));
    c.change_role(0, 1, space, Some(Role::Owner))
        .expect("raised");
    c.run(6_000);
    assert_eq!(told(&c, 2), [Some(Role::Viewer), Some(Role::Owner)]);
    c.change_role(1, 2, space, None)
        .expect("it is an owner now");
}

fn drafted(c: &Cluster) -> Vec<&str> {
    let told = c.events(1).filter_map(|event| match event {
        Event::Notice(Notice::Drafted { text, .. }) => Some(text.as_str()),
        _ => None,
    });
    told.collect()
}

/// The second member is away and writes; meanwhile the first changes its role. Then they meet.
fn wrote_meanwhile(role: Option<Role>) -> (Cluster, SpaceId, NoteId) {
    let (mut c, space, note, _) = three();
    let ben = c.open(1, space, note);
    c.edit(1, ben, 4, 0, ", by Ben");
    c.run(6_000);
    for other in [0, 2] {
        c.disconnect(1, other);
    }
    c.edit(1, ben, 12, 0, ", late");
    c.change_role(0, 1, space, role).expect("changed");
    c.run(2_000);
    c.reconnect(0, 1);
    c.reconnect(1, 2);
    c.run(12_000);
    (c, space, note)
}

#[test]
fn a10_what_a_device_wrote_before_it_heard_that_it_is_out_stays_there_to_be_read() {
    let (mut c, space, note) = wrote_meanwhile(None);
    assert_eq!(c.devices[1].engine.role(space), None);
    let texts = [0, 1, 2].map(|i| c.text(i, space, note));
    assert_eq!(
        texts,
        ["kept, by Ben", "kept, by Ben, late", "kept, by Ben"]
    );
    c.kill_and_restart(1);
    assert_eq!(c.text(1, space, note), "kept, by Ben, late");
    // Let in again it is one of them, and what it wrote meanwhile is an owner's to bring back.
    assert_eq!(drafted(&c), [""; 0]);
    c.join(0, 1, space, Role::Editor);
    c.connect_all();
    c.run(12_000);
    assert_eq!(c.devices[1].engine.role(space), Some(Role::Editor));
    assert_eq!(drafted(&c), [", late"]);
    let hashes = [0, 1, 2].map(|i| c.hash(i, space, note));
    assert!(hashes[0] == hashes[1] && hashes[1] == hashes[2]);
    assert_eq!(c.hashes(0), c.hashes(1), "the late words are held by all");
}

#[test]
fn story_7_what_a_device_wrote_before_it_heard_that_it_may_only_read_is_kept_for_its_person() {
    let (mut c, space, note) = wrote_meanwhile(Some(Role::Viewer));
    let texts = [0, 1, 2].map(|i| c.text(i, space, note));
    assert_eq!(texts, ["kept, by Ben", "kept, by Ben", "kept, by Ben"]);
    assert_eq!(drafted(&c), [", late"]);
    let kept: Vec<_> = c.devices[1].disk.drafts.iter().collect();
    assert_eq!(kept, [&(note, ", late".to_owned())]);
    // Promoted again she simply writes on.
    c.change_role(0, 1, space, Some(Role::Editor))
        .expect("raised");
    c.run(6_000);
    let again = c.open(1, space, note);
    c.edit(1, again, 0, 0, "Yes, ");
    c.run(6_000);
    let texts = [0, 1, 2].map(|i| c.text(i, space, note));
    assert_eq!(
        texts,
        [
            "Yes, kept, by Ben",
            "Yes, kept, by Ben",
            "Yes, kept, by Ben"
        ]
    );
}

#[test]
fn what_cannot_be_changed_says_why() {
    let (mut c, space, ..) = three();
    let mut refused =
        |owner, subject, role| c.change_role(owner, subject, space, role).unwrap_err();
    assert_eq!(refused(1, 2, None), RoleError::NotOwner);
    assert_eq!(refused(0, 0, None), RoleError::Itself);
    assert_eq!(refused(0, 1, Some(Role::Editor)), RoleError::Unchanged);
    c.change_role(0, 1, space, None).expect("removed");
    let again = c.change_role(0, 1, space, None).unwrap_err();
    assert_eq!(again, RoleError::NotMember);
    let unknown = c.change_role(0, 1, SpaceId([9; 16]), None).unwrap_err();
    assert_eq!(unknown, RoleError::NoSuchSpace);
}
