//! Disks that go back, fill up or fail.

use skein_harness::plan::{Act, Op, World};
use skein_sync::{Event, Notice};

use super::{behind, editors, ends_well, held, told, types};

#[test]
fn story_15_a_profile_put_back_takes_its_words_back_under_a_new_incarnation() {
    let mut cluster = told(World::calm(&editors(1)));
    types(&mut cluster, 1, 3);
    cluster.perform(Op::Save(1));
    types(&mut cluster, 1, 3);
    cluster.run_for(3_000);
    let all = held(&cluster, 0);
    cluster.perform(Op::Restore(1, 100));
    let back = cluster.run_while(20_000, |cluster| {
        cluster.is_up(1) && held(cluster, 1).len() == all.len()
    });
    assert!(back, "what was written after the copy comes back");
    assert!(
        cluster.was_told(1, |event| matches!(
            event,
            Event::Notice(Notice::RolledBack { .. })
        )),
        "the person is told"
    );
    types(&mut cluster, 1, 2);
    ends_well(cluster);
}

#[test]
fn story_20_receipts_of_a_disk_that_went_back_fall_at_once() {
    let mut cluster = told(World::calm(&editors(2)));
    cluster.perform(Op::Save(1));
    types(&mut cluster, 0, 3);
    let green = cluster.run_while(10_000, |cluster| behind(cluster, 0, 1) == Some(0));
    assert!(green, "Ben has everything");
    // Nobody else may give the words back before Ana has heard him.
    cluster.perform(Op::Cut(1, 2, 20_000));
    cluster.perform(Op::Restore(1, 100));
    let fell = cluster.run_while(20_000, |cluster| {
        cluster.is_up(1) && behind(cluster, 0, 1) != Some(0)
    });
    assert!(fell, "never green on the old proof");
    ends_well(cluster);
}

#[test]
fn story_38_a_full_disk_while_catching_up_goes_on_when_there_is_room() {
    let mut cluster = told(World::calm(&editors(1)));
    cluster.perform(Op::Cut(0, 1, 8_000));
    types(&mut cluster, 0, 3);
    cluster.act(0, 0, 0, Act::Paste(900), 0);
    cluster.run_for(1_000);
    cluster.perform(Op::Full(1, 2, 15_000));
    let trouble = cluster.run_while(15_000, |cluster| {
        let process = cluster.devices[1].process.as_ref();
        process.is_some_and(|process| process.trouble.is_some())
    });
    assert!(trouble, "the disk is full");
    let lines = held(&cluster, 1).len();
    cluster.run_for(2_000);
    assert_eq!(
        held(&cluster, 1).len(),
        lines,
        "nothing is held while it is full"
    );
    ends_well(cluster);
}

#[test]
fn the_power_goes_at_every_change_of_a_commit() {
    for changes in 3..40 {
        let mut cluster = told(World::calm(&editors(1)));
        types(&mut cluster, 1, 3);
        cluster.perform(Op::Power {
            who: 1,
            changes,
            left: skein_harness::disk::Left::Torn,
            down_ms: 100,
            again: (changes % 3 == 0).then_some(changes % 5),
        });
        types(&mut cluster, 0, 3);
        cluster.run_for(2_000);
        ends_well(cluster);
    }
}
