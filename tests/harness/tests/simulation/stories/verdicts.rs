//! What is held, refused and waits.

use skein_harness::plan::{Act, Lie, Op, Part, World};
use skein_sync::NoteState;

use super::{ends_well, held, lies, told, types};

fn with_liar() -> World {
    World::calm(&[Part::Founder, Part::Editor, Part::Editor, Part::Liar])
}

/// 3 and 26: an edit reaches somebody before what it is built on; it waits and is applied, nobody refuses.
#[test]
fn story_3_an_edit_that_comes_before_what_it_names_waits() {
    let mut cluster = told(World::calm(&super::editors(2)));
    cluster.perform(Op::Cut(0, 2, 5_000));
    types(&mut cluster, 0, 3);
    types(&mut cluster, 1, 3);
    ends_well(cluster);
}

#[test]
fn story_4_a_claimed_client_id_is_refused_by_everybody() {
    let mut cluster = told(with_liar());
    types(&mut cluster, 0, 3);
    lies(&mut cluster, Lie::WrongClient);
    assert!(!cluster.ledger.refused.is_empty(), "the lie was told");
    let refused: Vec<_> = cluster.ledger.refused.keys().copied().collect();
    assert!(
        refused.iter().all(|hash| held(&cluster, 1).contains(hash)),
        "what the gate refuses is held"
    );
    ends_well(cluster);
}

#[test]
fn story_5_an_edit_that_only_deletes_is_judged_like_any_other() {
    let mut cluster = told(World::calm(&super::editors(1)));
    types(&mut cluster, 0, 4);
    cluster.act(0, 0, 0, Act::Erase(2), 0);
    cluster.run_for(1_000);
    assert!(
        !cluster.ledger.must_hide(cluster.notes[0]).is_empty(),
        "taking words away was saved"
    );
    ends_well(cluster);
}

#[test]
fn story_6_what_a_viewer_signs_is_held_by_nobody() {
    let parts = [Part::Founder, Part::Editor, Part::LyingViewer];
    let mut cluster = told(World::calm(&parts));
    types(&mut cluster, 0, 3);
    lies(&mut cluster, Lie::WrongRole);
    assert!(!cluster.ledger.never_held.is_empty(), "the lie was told");
    ends_well(cluster);
}

#[test]
fn story_19_a_forged_entry_never_keeps_the_true_one_out() {
    let mut cluster = told(with_liar());
    types(&mut cluster, 0, 3);
    lies(&mut cluster, Lie::ForgedSignature);
    assert!(!cluster.ledger.never_held.is_empty(), "the lie was told");
    for who in 0..3 {
        types(&mut cluster, who, 2);
    }
    ends_well(cluster);
}

#[test]
fn story_22_an_unknown_kind_is_held_and_makes_its_note_read_only() {
    let mut cluster = told(with_liar());
    types(&mut cluster, 0, 3);
    lies(&mut cluster, Lie::UnknownBelow128);
    let (space, note) = (cluster.space, cluster.all_notes()[1]);
    for device in 0..3 {
        let process = cluster.devices[device].process.as_mut().expect("it runs");
        let status = process.engine.status(&process.held, space, note);
        let state = status.expect("a sound disk").expect("a member").state;
        assert_eq!(state, NoteState::ReadOnly, "device {device}");
    }
    ends_well(cluster);
}

#[test]
fn every_lie_costs_at_most_its_own_session() {
    for lie in skein_harness::plan::LIES {
        if matches!(lie, Lie::Fork | Lie::SameNonce | Lie::WrongRole) {
            continue;
        }
        let mut cluster = told(with_liar());
        types(&mut cluster, 0, 3);
        lies(&mut cluster, lie);
        types(&mut cluster, 1, 3);
        ends_well(cluster);
    }
}
