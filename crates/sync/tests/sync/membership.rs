//! The design's stories about who is in, by their numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use skein_space::{Entry, EntryHash, Incarnation, Kind, NoteId, Role, SpaceId};
use skein_sync::frame::Frame;
use skein_sync::{Input, SessionHandle};

use crate::cluster::{Cluster, Device, recovery_key};

/// The first is away. The second, whom it is about to lower, writes " late"; the third builds on that; then the second
/// writes something that nobody builds on. The fourth was let in and has heard nothing since.
struct Apart {
    c: Cluster,
    space: SpaceId,
    note: NoteId,
}

fn apart() -> Apart {
    let (mut c, space) = Cluster::with_space(4, Role::Editor);
    c.connect_all();
    let (note, author) = c.create(1, space, "kept");
    c.run(6_000);
    let window = c.open(2, space, note);
    for other in [1, 2, 3] {
        c.disconnect(0, other);
    }
    c.disconnect(1, 3);
    c.disconnect(2, 3);
    c.edit(1, author, 4, 0, " late");
    c.run(1_000);
    c.edit(2, window, 9, 0, ", yes");
    c.run(1_000);
    c.edit(1, author, 0, 0, "Never ");
    c.run(1_000);
    assert_eq!(c.text(2, space, note), "Never kept late, yes");
    c.change_role(0, 1, space, None).expect("lowered");
    Apart { c, space, note }
}

#[test]
fn story_1_what_was_built_on_a_removed_members_words_stays_and_the_rest_is_set_aside() {
    let Apart { mut c, space, note } = apart();
    c.reconnect(0, 2);
    c.run(12_000);
    for i in [0, 2] {
        assert_eq!(c.text(i, space, note), "kept late, yes");
        assert_eq!(c.devices[i].disk.rows[&(space, note)].set_aside, 1);
    }
    assert_eq!(c.hashes(0), c.hashes(2), "both hold what is set aside");
}

/// Every order of so many things.
fn orders(many: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for next in 0..many {
        let longer = all.iter().flat_map(|order: &Vec<usize>| {
            (0..=order.len()).map(move |at| {
                let mut order = order.clone();
                order.insert(at, next);
                order
            })
        });
        all = longer.collect();
    }
    all
}

#[test]
fn story_2_the_same_comes_of_it_in_every_order() {
    let Apart { mut c, space, note } = apart();
    let (author, builder, remover) = (c.key(1), c.key(2), c.key(0));
    let of = |i: usize, wanted: &dyn Fn(&Entry) -> bool| -> Vec<Arc<Entry>> {
        let all = c.devices[i].disk.arrival.iter().map(|(entry, ..)| entry);
        all.filter(|entry| wanted(entry)).cloned().collect()
    };
    let late = of(2, &|e| e.header().chain.device == author);
    let mut news = late[late.len() - 2..].to_vec();
    news.extend(of(2, &|e| e.header().chain.device == builder));
    let lowering = of(0, &|e| {
        e.header().chain.device == remover && e.header().kind == Kind::Member
    });
    news.push(Arc::clone(lowering.last().expect("a lowering")));
    assert_eq!(news.len(), 5);
    let disk = c.devices[3].disk.clone();
    let mut seen: BTreeMap<BTreeSet<EntryHash>, [u8; 32]> = BTreeMap::new();
    for order in orders(news.len()) {
        c.devices[3] = Device::new(4, c.now, disk.clone());
        for at in &order {
            let (kind, body) = Frame::Entry(Arc::clone(&news[*at])).encode();
            c.input(3, Input::Gossip { space, kind, body });
            c.settle();
            let held: BTreeSet<EntryHash> = c.hashes(3).into_iter().collect();
            let hash = c.hash(3, space, note);
            let before = *seen.entry(held).or_insert(hash);
            assert_eq!(before, hash, "{order:?}, up to {at}");
        }
        assert_eq!(c.text(3, space, note), "kept late, yes", "{order:?}");
    }
    assert!(seen.len() > 10, "{} different holdings", seen.len());
}

#[test]
fn story_8_another_incarnation_of_a_removed_device_is_beyond_every_cut() {
    let Apart { mut c, space, note } = apart();
    c.input(
        1,
        Input::NewIncarnation {
            space,
            incarnation: Incarnation([99; 16]),
        },
    );
    c.settle();
    let again = c.open(1, space, note);
    c.edit(1, again, 0, 0, "Once more ");
    c.run(1_000);
    assert_eq!(c.text(2, space, note), "Once more Never kept late, yes");
    c.reconnect(0, 2);
    c.run(12_000);
    for i in [0, 2] {
        assert_eq!(c.text(i, space, note), "kept late, yes");
    }
}

/// Four who are together, three of them owners; the second, an editor, has written "a".
fn owners() -> (Cluster, SpaceId, NoteId, SessionHandle) {
    let mut c = Cluster::new(4);
    let space = c.found(0);
    c.join(0, 1, space, Role::Editor);
    c.join(0, 2, space, Role::Owner);
    c.join(0, 3, space, Role::Owner);
    c.connect_all();
    let (note, author) = c.create(1, space, "a");
    c.run(6_000);
    (c, space, note, author)
}

#[test]
fn story_9_of_two_lowerings_at_once_the_higher_cut_holds_and_a_third_owner_moves_it() {
    let (mut c, space, note, author) = owners();
    // Each owner goes away a word later than the one before.
    for (i, word) in [(0, "b"), (2, "c"), (3, "d")] {
        for other in (0..4).filter(|other| *other != i) {
            c.disconnect(i, other);
        }
        let at = c.text(1, space, note).len();
        c.edit(1, author, at, 0, word);
        c.run(2_000);
    }
    let texts = [0, 2, 3].map(|i| c.text(i, space, note));
    assert_eq!(texts, ["a", "ab", "abc"]);
    c.change_role(0, 1, space, Some(Role::Viewer))
        .expect("lowered");
    c.change_role(2, 1, space, Some(Role::Viewer))
        .expect("lowered");
    for (x, y) in [(0, 2), (0, 3), (2, 3)] {
        c.reconnect(x, y);
    }
    c.run(12_000);
    let texts = [0, 2, 3].map(|i| c.text(i, space, note));
    assert_eq!(texts, ["ab", "ab", "ab"], "the higher of the two cuts");

    assert_eq!(c.take_in(3, 1, space), Ok(1), "an owner may");
    c.run(12_000);
    let texts = [0, 2, 3].map(|i| c.text(i, space, note));
    assert_eq!(texts, ["abc", "abc", "abc"], "as far as the mover holds");

    c.change_role(0, 1, space, Some(Role::Editor))
        .expect("raised");
    c.reconnect(0, 1);
    c.run(12_000);
    let again = c.open(1, space, note);
    let at = c.text(1, space, note).len();
    c.edit(1, again, at, 0, "!");
    c.run(12_000);
    assert_eq!(c.text(0, space, note), "abc!");
    c.change_role(0, 1, space, Some(Role::Viewer))
        .expect("lowered again");
    c.run(12_000);
    assert_eq!(
        c.text(0, space, note),
        "abc!",
        "nothing comes back, nothing goes"
    );
}

#[test]
fn story_10_two_owners_who_remove_each_other_are_both_out_and_the_space_writes_on() {
    let (mut c, space, note, author) = owners();
    c.change_role(0, 3, space, Some(Role::Editor))
        .expect("two owners are left");
    c.run(6_000);
    for (x, y) in [(0, 1), (0, 2), (3, 1), (3, 2)] {
        c.disconnect(x, y);
    }
    c.change_role(0, 2, space, None).expect("removed");
    c.change_role(2, 0, space, None).expect("removed");
    c.run(6_000);
    // Each has told one of the others; these two meet.
    c.reconnect(1, 3);
    c.run(6_000);
    c.reconnect(0, 1);
    c.reconnect(2, 3);
    c.run(12_000);
    let roles = |c: &Cluster, of: usize| {
        [1, 3].map(|i| c.devices[i].engine.roster(space).unwrap().role(c.key(of)))
    };
    assert_eq!([roles(&c, 0), roles(&c, 2)], [[None; 2]; 2]);
    assert_eq!([0, 2].map(|i| c.devices[i].engine.role(space)), [None; 2]);
    c.edit(1, author, 1, 0, " and on");
    c.run(6_000);
    assert_eq!(c.text(3, space, note), "a and on");
    assert!(
        c.change_role(1, 3, space, None).is_err(),
        "membership is frozen"
    );
    c.recover(1, space, recovery_key())
        .expect("the key on paper is an owner still");
    c.run(6_000);
    assert_eq!(roles(&c, 1), [Some(Role::Owner); 2]);
    c.change_role(1, 3, space, Some(Role::Owner))
        .expect("not frozen any more");
    c.run(6_000);
    assert_eq!(roles(&c, 3), [Some(Role::Owner); 2]);
}

#[test]
fn story_14_the_roster_comes_before_ten_thousand_edits() {
    let mut c = Cluster::new(3);
    let space = c.found(0);
    c.join(0, 1, space, Role::Editor);
    c.connect_all();
    let (_, author) = c.create(0, space, "a");
    c.run(6_000);
    c.disconnect(0, 1);
    for _ in 0..5_000 {
        c.edit(0, author, 1, 0, "b");
        c.edit(0, author, 1, 1, "");
    }
    c.join(0, 2, space, Role::Editor);
    let held = c.devices[1].disk.arrival.len();
    c.reconnect(0, 1);
    c.run(60_000);
    let came = c.devices[1].disk.arrival[held..].iter();
    let kinds: Vec<Kind> = came.map(|(entry, ..)| entry.header().kind).collect();
    let edits = kinds.iter().filter(|kind| **kind == Kind::Edit).count();
    assert!(edits >= 10_000, "{edits}");
    assert_eq!(kinds[0], Kind::Member);
    assert!(!kinds[1..].contains(&Kind::Member));
}

#[test]
fn story_21_who_was_lowered_and_has_not_heard_is_not_told_that_others_have_her_words() {
    let (mut c, space, note, author) = owners();
    c.disconnect(1, 0);
    c.disconnect(1, 2);
    c.disconnect(1, 3);
    c.edit(1, author, 1, 0, " late");
    c.change_role(0, 1, space, Some(Role::Viewer))
        .expect("lowered");
    c.run(6_000);
    // She hears everything but entries: what they hold, not that she was lowered.
    c.withholds = Some((2, 1));
    c.reconnect(1, 2);
    c.run(20_000);
    assert_eq!(c.text(2, space, note), "a", "it is set aside there");
    assert_eq!(
        c.devices[1].engine.role(space),
        Some(Role::Editor),
        "not heard"
    );
    assert_ne!(c.behind(1, 2, space, note), Some(0));
}

#[test]
fn story_30_who_has_not_heard_serves_the_removed_device_until_it_hears() {
    let (mut c, space, note, author) = owners();
    for (x, y) in [(0, 1), (0, 2), (0, 3), (3, 1), (3, 2)] {
        c.disconnect(x, y);
    }
    c.change_role(0, 1, space, None).expect("removed");
    c.edit(1, author, 1, 0, "!");
    c.run(6_000);
    assert_eq!(c.text(2, space, note), "a!", "neither knows");
    let (third, fourth) = (c.key(2), c.key(3));
    c.reconnect(0, 3);
    c.run(6_000);
    let knows = |c: &Cluster, device| c.devices[0].engine.knows_roster(space, device);
    assert!(
        knows(&c, fourth) && !knows(&c, third),
        "and the owner sees how many do"
    );
    c.reconnect(0, 2);
    c.run(12_000);
    assert!(knows(&c, third));
    assert!(c.streams().iter().all(|(of, _, to)| *of != 1 && *to != 1));
    assert_eq!(c.text(2, space, note), "a");
}

#[test]
fn story_31_all_who_remain_share_a_secret_within_a_minute_of_meeting() {
    let mut c = Cluster::new(6);
    let space = c.found(0);
    for i in 1..5 {
        c.join(0, i, space, Role::Owner);
    }
    c.connect_all();
    c.run(6_000);
    for x in 0..3 {
        for y in (0..5).filter(|y| *y != x) {
            c.disconnect(x, y);
        }
    }
    c.change_role(0, 3, space, None).expect("removed");
    c.change_role(1, 4, space, None).expect("removed");
    c.join(2, 5, space, Role::Editor);
    c.run(6_000);
    for (x, y) in [(0, 1), (0, 2), (1, 2), (0, 5), (1, 5), (2, 5)] {
        c.reconnect(x, y);
    }
    for _ in 0..60 {
        c.run(1_000);
        [0, 1, 2, 5].into_iter().for_each(|i| c.give_secret(i));
    }
    let used = [0, 1, 2, 5].map(|i| c.current_secrets(i, space).first().copied());
    assert!(
        used[0].is_some() && used.iter().all(|one| *one == used[0]),
        "{used:?}"
    );
    for out in [3, 4] {
        let held = c.devices[out].disk.secrets_of(space);
        assert!(held.iter().all(|(_, secret)| Some(*secret) != used[0]));
    }
}
