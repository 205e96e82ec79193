//! Two branches of one chain: both are kept, both count.

use skein_harness::plan::{Expected, Lie, Op, Part, World};

use super::{editors, ends_well, lies, told, types};

fn promised(parts: &[Part]) -> World {
    World {
        expected: Expected::TODAY,
        ..World::calm(parts)
    }
}

#[test]
fn story_15_what_was_written_before_anybody_was_met_stays() {
    let mut cluster = told(promised(&editors(1)));
    types(&mut cluster, 1, 3);
    cluster.perform(Op::Save(1));
    types(&mut cluster, 1, 3);
    cluster.run_for(3_000);
    cluster.perform(Op::Alone(1, 5_000));
    cluster.perform(Op::Restore(1, 10));
    cluster.run_for(100);
    types(&mut cluster, 1, 4);
    ends_well(cluster);
}

#[test]
fn story_16_a_clone_and_its_original_both_keep_their_words() {
    let mut cluster = told(promised(&editors(2)));
    types(&mut cluster, 1, 3);
    cluster.perform(Op::Clone(1));
    cluster.run_for(3_000);
    let clone = cluster.devices.len() - 1;
    types(&mut cluster, 1, 3);
    types(&mut cluster, clone, 3);
    ends_well(cluster);
}

#[test]
fn story_18_both_sides_of_an_equivocation_end_equal() {
    let mut cluster = told(promised(&[
        Part::Founder,
        Part::Editor,
        Part::Editor,
        Part::Liar,
    ]));
    types(&mut cluster, 0, 3);
    lies(&mut cluster, Lie::Fork);
    types(&mut cluster, 1, 3);
    types(&mut cluster, 2, 3);
    ends_well(cluster);
}

#[test]
fn of_two_sessions_with_one_nonce_the_same_counts_everywhere() {
    let mut cluster = told(promised(&[
        Part::Founder,
        Part::Editor,
        Part::Editor,
        Part::Liar,
    ]));
    types(&mut cluster, 0, 3);
    lies(&mut cluster, Lie::SameNonce);
    ends_well(cluster);
}
