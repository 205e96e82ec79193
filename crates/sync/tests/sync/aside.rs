//! What is set aside, and how an owner brings it in.

use skein_space::{NoteId, Role, SpaceId};
use skein_sync::{SessionHandle, TakeInError};

use crate::cluster::Cluster;

/// Two owners and Ben, the second; each has his "kept". Ben is away and is lowered meanwhile.
fn lowered(role: Option<Role>) -> (Cluster, SpaceId, NoteId, SessionHandle) {
    let mut c = Cluster::new(3);
    let space = c.found(0);
    c.join(0, 1, space, Role::Editor);
    c.join(0, 2, space, Role::Owner);
    c.connect_all();
    let (note, ben) = c.create(1, space, "kept");
    c.run(6_000);
    c.disconnect(0, 1);
    c.disconnect(2, 1);
    c.edit(1, ben, 4, 0, ", late");
    c.change_role(0, 1, space, role).expect("lowered");
    c.run(6_000);
    (c, space, note, ben)
}

fn meet(c: &mut Cluster) {
    c.reconnect(0, 1);
    c.reconnect(2, 1);
    c.run(12_000);
}

fn texts(c: &mut Cluster, space: SpaceId, note: NoteId) -> [String; 3] {
    [0, 1, 2].map(|i| c.text(i, space, note))
}

#[test]
fn what_is_set_aside_is_shown_to_everybody_and_comes_in_at_an_owners_word() {
    let (mut c, space, note, _) = lowered(Some(Role::Viewer));
    meet(&mut c);
    assert_eq!(texts(&mut c, space, note), ["kept"; 3]);
    for i in 0..3 {
        let [one] = &c.aside(i, space)[..] else {
            panic!("one author in one note");
        };
        assert_eq!((one.note, one.device), (note, c.key(1)));
        assert_eq!((one.edits, one.can_come_in), (1, true));
        assert_eq!(one.words, ", late");
    }
    assert_eq!(c.take_in(1, 1, space), Err(TakeInError::NotOwner));
    assert_eq!(c.take_in(2, 0, space), Err(TakeInError::Nothing));
    assert_eq!(
        c.take_in(2, 1, SpaceId([9; 16])),
        Err(TakeInError::NoSuchSpace)
    );
    // An owner who did not lower Ben.
    assert_eq!(c.take_in(2, 1, space), Ok(1));
    c.run(12_000);
    assert_eq!(texts(&mut c, space, note), ["kept, late"; 3]);
    for i in 0..3 {
        assert_eq!(c.aside(i, space), []);
    }
    assert_eq!(c.take_in(2, 1, space), Err(TakeInError::Nothing));
    assert_eq!(c.devices[1].engine.role(space), Some(Role::Viewer));
}

#[test]
fn a_removed_devices_words_come_in_once_it_is_let_in_again() {
    let (mut c, space, note, _) = lowered(None);
    meet(&mut c);
    assert_eq!(
        c.take_in(0, 1, space),
        Err(TakeInError::Nothing),
        "they never left it"
    );
    c.join(0, 1, space, Role::Editor);
    meet(&mut c);
    assert_eq!(texts(&mut c, space, note), ["kept"; 3]);
    assert_eq!(c.take_in(0, 1, space), Ok(1));
    c.run(12_000);
    assert_eq!(texts(&mut c, space, note), ["kept, late"; 3]);
    let again = c.open(1, space, note);
    c.edit(1, again, 0, 0, "Well ");
    c.run(6_000);
    assert_eq!(
        texts(&mut c, space, note),
        ["Well kept, late"; 3],
        "and it writes on"
    );
}

#[test]
fn what_two_lowerings_set_aside_comes_in_together() {
    let (mut c, space, note, _) = lowered(Some(Role::Viewer));
    meet(&mut c);
    c.change_role(0, 1, space, Some(Role::Editor))
        .expect("raised");
    c.run(6_000);
    c.disconnect(0, 1);
    c.disconnect(2, 1);
    let again = c.open(1, space, note);
    c.edit(1, again, 0, 0, "Well ");
    c.change_role(0, 1, space, Some(Role::Viewer))
        .expect("lowered");
    meet(&mut c);
    assert_eq!(texts(&mut c, space, note), ["kept"; 3]);
    assert_eq!(c.aside(0, space)[0].edits, 2);
    let row = &c.devices[0].disk.rows[&(space, note)];
    assert_eq!(row.set_aside, 2, "the session it was written in is no edit");
    assert_eq!(c.take_in(0, 1, space), Ok(2));
    c.run(12_000);
    assert_eq!(texts(&mut c, space, note), ["Well kept, late"; 3]);
}

#[test]
fn what_somebody_wrote_who_was_never_rightly_in_waits_for_its_admission_and_not_for_a_cut() {
    let mut c = Cluster::new(4);
    let space = c.found(0);
    c.join(0, 1, space, Role::Owner);
    c.join(0, 3, space, Role::Owner);
    c.connect_all();
    let (note, _) = c.create(0, space, "kept");
    c.run(6_000);
    for (x, y) in [(0, 1), (0, 2), (3, 1), (3, 2)] {
        c.disconnect(x, y);
    }
    // The second is removed while it lets the third in.
    c.change_role(0, 1, space, None).expect("removed");
    c.join(1, 2, space, Role::Editor);
    c.run(6_000);
    let cleo = c.open(2, space, note);
    c.edit(2, cleo, 4, 0, ", by Cleo");
    c.run(6_000);
    c.join(0, 2, space, Role::Viewer);
    c.reconnect(0, 2);
    c.run(12_000);
    let aside = c.aside(0, space);
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert!(!aside[0].can_come_in);
    assert_eq!(aside[0].words, ", by Cleo");
    assert_eq!(c.take_in(0, 2, space), Err(TakeInError::Nothing));
    c.change_role(0, 2, space, Some(Role::Editor))
        .expect("raised");
    c.run(12_000);
    assert_eq!(c.text(0, space, note), "kept, by Cleo");
    assert_eq!(c.aside(0, space), []);
}
