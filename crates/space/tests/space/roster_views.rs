//! What a roster says about edits, pasts, people and the secret.

use crate::cast::*;
use skein_space::*;

const EDITOR: Option<Role> = Some(Role::Editor);

#[test]
fn a_moved_cut_brings_back_notes_and_never_roster_entries() {
    let mut ana = View::founded();
    ana.write(0, &set_role(1, Role::Owner));
    let mut ben = ana.clone();
    let unaware = ben.past();
    let admission = ben.write(1, &set_role(2, Role::Editor));
    let lowering = ana.write(0, &lower(1, None, &[edit_ref(1, 0, 3)]));
    ana.learn(&ben);
    let notes = chain(1, 0, Log::Notes).id();
    let aside = |view: &View, seq| view.roster.sets_aside(key(1), notes, seq, &unaware);
    assert!(!aside(&ana, 3) && aside(&ana, 4));
    ana.write(0, &move_cut(&lowering, edit_ref(1, 0, 7)));
    assert!(!aside(&ana, 7) && aside(&ana, 8));
    ana.write(0, &move_cut(&lowering, edit_ref(1, 0, 5)));
    assert!(!aside(&ana, 7), "a lower one takes nothing back");
    ana.write(0, &move_cut(&lowering, admission.reference()));
    assert_eq!(
        ana.role(2),
        None,
        "what the roster says never hangs on a moved cut"
    );
}

#[test]
fn who_is_raised_again_writes_on_and_a_later_lowering_revives_nothing() {
    let mut view = View::founded();
    view.write(0, &set_role(1, Role::Editor));
    let before = view.past();
    view.write(0, &lower(1, None, &[edit_ref(1, 0, 2)]));
    view.write(0, &set_role(1, Role::Editor));
    let between = view.past();
    let notes = chain(1, 0, Log::Notes).id();
    let aside = |view: &View, seq, past| view.roster.sets_aside(key(1), notes, seq, past);
    assert!(aside(&view, 3, &before) && !aside(&view, 3, &between));
    view.write(0, &lower(1, None, &[edit_ref(1, 0, 9)]));
    assert!(aside(&view, 3, &before), "the earliest lowering decides");
    assert!(!aside(&view, 9, &between) && aside(&view, 10, &between));
}

#[test]
fn an_author_without_any_right_to_write_stands_nowhere() {
    let mut view = View::founded();
    view.write(0, &set_role(1, Role::Viewer));
    let notes = chain(1, 0, Log::Notes).id();
    assert_eq!(
        view.roster.standing(key(1), notes, &view.past()),
        Standing::NoRight
    );
    assert_eq!(
        view.roster.standing(key(2), notes, &view.past()),
        Standing::NoRight
    );
    view.write(0, &set_role(1, Role::Editor));
    assert_eq!(
        view.roster.standing(key(1), notes, &view.past()),
        Standing::Free
    );
}

#[test]
fn standing_names_the_cuts_with_their_branches() {
    let mut ana = View::founded();
    ana.write(0, &set_role(1, Role::Owner));
    ana.write(0, &set_role(2, Role::Editor));
    let mut ben = ana.clone();
    let past = ana.past();
    ana.write(0, &lower(2, None, &[edit_ref(2, 0, 3)]));
    ben.write(1, &lower(2, None, &[edit_ref(2, 0, 5)]));
    ana.learn(&ben);
    let notes = chain(2, 0, Log::Notes).id();
    let cuts = vec![edit_ref(2, 0, 3), edit_ref(2, 0, 5)];
    assert_eq!(
        ana.roster.standing(key(2), notes, &past),
        Standing::Cut(cuts)
    );
    assert!(
        !ana.roster.sets_aside(key(2), notes, 5, &past),
        "what either kept stays"
    );
    let elsewhere = chain(2, 1, Log::Notes).id();
    assert_eq!(
        ana.roster.standing(key(2), elsewhere, &past),
        Standing::Cut(vec![])
    );
}

#[test]
fn the_secret_s_label_changes_with_lowerings_alone() {
    let mut view = View::founded();
    assert_eq!(view.roster.secret_label().0, *blake3::hash(b"").as_bytes());
    assert!(!view.roster.is_empty() && !view.roster.has_lowered());
    let first = view.roster.secret_label();
    view.write(0, &set_role(1, Role::Owner));
    assert_eq!(view.roster.secret_label(), first);
    let lesser = view.write(0, &lower(1, EDITOR, &[]));
    assert!(view.roster.has_lowered());
    assert_eq!(
        view.roster.secret_label().0,
        *blake3::hash(&lesser.hash().0).as_bytes()
    );
    view.write(0, &set_role(1, Role::Editor));
    let again = view.write(0, &lower(1, None, &[]));
    let mut both = [lesser.hash().0, again.hash().0];
    both.sort();
    assert_eq!(
        view.roster.secret_label().0,
        *blake3::hash(both.as_flattened()).as_bytes()
    );
}

#[test]
fn a_member_s_names_are_those_of_its_latest_admission() {
    let mut view = View::founded();
    view.write(0, &set_role(1, Role::Owner));
    view.write(1, &set_role(2, Role::Editor));
    let device = &cast()[2];
    let statement = Statement::sign(
        &device.root.transport_signer(),
        &space(),
        &device.key,
        "Zoë",
        "New laptop",
    )
    .unwrap();
    view.write(
        0,
        &Member::SetRole {
            subject: key(2),
            role: Role::Owner,
            statement,
        },
    );
    let member = view.roster.member(key(2)).unwrap();
    assert_eq!(
        (member.person.as_str(), member.device_name.as_str()),
        ("Zoë", "New laptop")
    );
    assert_eq!(member.added_by, key(1), "who let it in first");
}

#[test]
fn an_edit_names_what_its_session_has_not_seen() {
    let mut view = View::founded();
    let seen = view.past();
    assert_eq!(view.roster.unseen(&seen), vec![]);
    let first = view.write(0, &set_role(1, Role::Editor));
    assert_eq!(view.roster.unseen(&seen), vec![first.reference()]);
    let second = view.write(0, &set_role(2, Role::Editor));
    assert_eq!(
        view.roster.unseen(&seen),
        vec![second.reference()],
        "the maximal ones only"
    );
    let past = view.roster.past(&[second.reference()]).unwrap();
    assert!(past.contains(&first.reference()) && past.contains(&second.reference()));
    assert_eq!(past.frontier(), vec![second.reference()]);
    assert_eq!(view.roster.unseen(&past), vec![]);
    assert_eq!(
        view.roster.unseen(&RosterPast::empty()),
        vec![second.reference()]
    );
    assert_eq!(RosterPast::empty(), view.roster.past(&[]).unwrap());
    assert_ne!(RosterPast::empty(), past);
}

#[test]
fn a_roster_that_is_behind_sees_of_a_past_what_it_holds() {
    let mut view = View::founded();
    let behind = view.clone();
    let known = behind.past();
    let entry = view.write(0, &set_role(1, Role::Editor));
    let ahead = view.past();
    let joined = behind.roster.join(&ahead, &known);
    assert_eq!(joined, known);
    assert_eq!(joined.frontier(), behind.roster.frontier());
    assert_eq!(behind.roster.role_in(&ahead, key(1)), None);
    assert_ne!(ahead, known);
    assert!(
        view.roster
            .join(&known, &ahead)
            .contains(&entry.reference())
    );
}

#[test]
fn a_past_with_an_unknown_entry_is_not_known() {
    let mut view = View::founded();
    let behind = view.clone();
    let entry = view.write(0, &set_role(1, Role::Editor));
    let missing = behind.roster.past(&[view.roster.frontier()[0]]);
    assert_eq!(missing, Err(MissingRoster(vec![entry.reference()])));
}

#[test]
fn a_device_that_may_not_seals_nothing() {
    let view = View::founded();
    let sealed = view.roster.seal(
        &cast()[1].signer,
        incarnation(0),
        &set_role(1, Role::Owner),
        0,
    );
    assert_eq!(
        sealed,
        Err(SealError::NotAdmitted(Refused::NotOwner.into()))
    );
}
