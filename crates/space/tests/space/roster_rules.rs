//! The roster's rules one by one (security.md, "Roster").

use std::sync::Arc;

use crate::cast::*;
use skein_space::*;

const OWNER: Option<Role> = Some(Role::Owner);
const EDITOR: Option<Role> = Some(Role::Editor);
const VIEWER: Option<Role> = Some(Role::Viewer);

fn refusal(roster: &Roster, entry: &Entry) -> Refused {
    match roster.admits(entry) {
        Err(NotAdmitted::Refused(refused)) => refused,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn the_founder_is_an_owner_and_nobody_else_is_anything() {
    let view = View::founded();
    assert_eq!(view.role(0), OWNER);
    assert_eq!(view.role(1), None);
    let members = view.roster.members();
    assert_eq!(members.len(), 1);
    assert_eq!(members[0].person, "Person 0");
    assert_eq!(members[0].added_by, key(0));
    assert_eq!(members[0].transport, cast()[0].root.transport_key());
}

#[test]
fn only_the_founder_the_space_id_is_made_of_founds_it() {
    let empty = Roster::empty(space());
    let statement = &cast()[1].statement;
    let other = Member::Found {
        subject: key(1),
        nonce: NONCE,
        recovery: None,
        statement: statement.clone(),
    };
    assert_eq!(
        refusal(&empty, &member_entry(1, 0, None, &[], &other)),
        Refused::Founding
    );
    let statement = &cast()[0].statement;
    let nonce = Member::Found {
        subject: key(0),
        nonce: Nonce([8; 16]),
        recovery: None,
        statement: statement.clone(),
    };
    assert_eq!(
        refusal(&empty, &member_entry(0, 0, None, &[], &nonce)),
        Refused::Founding
    );
    let stolen = member_entry(1, 0, None, &[], &found(None));
    assert_eq!(refusal(&empty, &stolen), Refused::Founding);
    let own_recovery = member_entry(0, 0, None, &[], &found(Some(0)));
    assert_eq!(refusal(&empty, &own_recovery), Refused::Founding);
}

#[test]
fn a_founding_stands_first_and_on_nothing() {
    let view = View::founded();
    let first = view.roster.entries().next().expect("founded").clone();
    let late = member_entry(0, 0, Some(&first), &[], &found(None));
    assert_eq!(refusal(&view.roster, &late), Refused::Founding);
    let built = member_entry(0, 1, None, &[first.reference()], &found(None));
    assert_eq!(refusal(&view.roster, &built), Refused::Founding);
}

#[test]
fn only_who_was_an_owner_in_its_own_past_may_admit() {
    let mut view = View::founded();
    view.write(0, &set_role(1, Role::Editor));
    for author in [1, 2] {
        let entry = member_entry(
            author,
            0,
            None,
            &view.roster.frontier(),
            &set_role(3, Role::Viewer),
        );
        assert_eq!(refusal(&view.roster, &entry), Refused::NotOwner);
    }
    let unaware = member_entry(0, 1, None, &[], &set_role(3, Role::Viewer));
    assert_eq!(
        refusal(&view.roster, &unaware),
        Refused::NotOwner,
        "names nothing that makes it an owner"
    );
}

#[test]
fn an_entry_of_another_space_or_kind_is_refused() {
    let view = View::founded();
    let mut draft = Draft {
        chain: Chain {
            space: SpaceId([9; 16]),
            ..chain(0, 1, Log::Roster)
        },
        seq: 1,
        prev: EntryHash::ZERO,
        kind: Kind::Member,
        note: NoteId::ZERO,
        session: 0,
        deps: Vec::new(),
        wall_ms: 0,
    };
    let payload = found(None).encode().unwrap();
    let elsewhere = Entry::seal(&cast()[0].signer, draft.clone(), payload.clone()).unwrap();
    assert_eq!(refusal(&view.roster, &elsewhere), Refused::OtherSpace);
    draft.chain = chain(0, 1, Log::Notes);
    draft.kind = Kind::Session;
    draft.note = NoteId([1; 16]);
    let session = Entry::seal(&cast()[0].signer, draft, payload).unwrap();
    assert_eq!(refusal(&view.roster, &session), Refused::NotMember);
}

#[test]
fn what_names_something_unknown_waits_and_says_for_what() {
    let mut ana = View::founded();
    let mut late = ana.clone();
    let first = ana.write(0, &set_role(1, Role::Owner));
    let second = ana.write(0, &set_role(2, Role::Viewer));
    assert_eq!(
        late.roster.admits(&second),
        Err(NotAdmitted::Missing(vec![first.reference()]))
    );
    late.roster = late.roster.with(Arc::clone(&second));
    assert!(
        !late.roster.holds(&second.reference()),
        "with() takes nothing that hangs in the air"
    );
    late.learn(&ana);
    assert_eq!(late.role(2), VIEWER);
    // The previous entry of a chain must be here even if no dep names it.
    let founding = ana.roster.entries().next().unwrap().reference();
    let ahead = member_entry(0, 0, Some(&second), &[founding], &set_role(3, Role::Viewer));
    assert_eq!(
        View::founded().roster.admits(&ahead),
        Err(NotAdmitted::Missing(vec![second.reference()]))
    );
}

#[test]
fn a_transport_key_that_did_not_sign_is_refused() {
    let view = View::founded();
    let mut stolen = cast()[1].statement.clone();
    stolen.transport = cast()[2].statement.transport;
    let mut renamed = cast()[1].statement.clone();
    renamed.person = "Somebody else".into();
    let mut shifted = cast()[1].statement.clone();
    shifted.person.push_str(&shifted.device_name);
    shifted.device_name.clear();
    for statement in [cast()[2].statement.clone(), stolen, renamed, shifted] {
        let member = Member::SetRole {
            subject: key(1),
            role: Role::Editor,
            statement,
        };
        let entry = member_entry(0, 1, None, &view.roster.frontier(), &member);
        assert_eq!(refusal(&view.roster, &entry), Refused::Statement);
    }
}

#[test]
fn a_lowering_takes_the_role_and_an_admission_gives_it_back() {
    let mut view = View::founded();
    view.write(0, &set_role(1, Role::Owner));
    view.write(0, &lower(1, EDITOR, &[]));
    assert_eq!(view.role(1), EDITOR);
    view.write(0, &lower(1, None, &[]));
    assert_eq!(view.role(1), None);
    assert_eq!(
        view.roster.member(key(1)).unwrap().role,
        None,
        "who is out is still known"
    );
    view.write(0, &set_role(1, Role::Viewer));
    assert_eq!(view.role(1), VIEWER);
}

#[test]
fn a_lowering_that_does_not_lower_is_refused() {
    let mut view = View::founded();
    view.write(0, &set_role(1, Role::Editor));
    for (about, role) in [(1, EDITOR), (2, VIEWER), (2, EDITOR)] {
        let entry = member_entry(
            0,
            1,
            None,
            &view.roster.frontier(),
            &lower(about, role, &[]),
        );
        assert_eq!(refusal(&view.roster, &entry), Refused::LowersNothing);
    }
    let removal = member_entry(0, 1, None, &view.roster.frontier(), &lower(2, None, &[]));
    assert_eq!(
        view.roster.admits(&removal),
        Ok(()),
        "removing who is out says the same twice"
    );
}

#[test]
fn mutual_removals_both_stand() {
    let mut ana = View::founded();
    ana.write(0, &set_role(1, Role::Owner));
    let mut ben = ana.clone();
    ana.write(0, &lower(1, None, &[]));
    ben.write(1, &lower(0, None, &[]));
    ana.learn(&ben);
    assert_eq!((ana.role(0), ana.role(1)), (None, None));
}

#[test]
fn of_two_roles_given_at_once_the_lesser_holds() {
    let mut ana = View::founded();
    ana.write(0, &set_role(1, Role::Owner));
    let mut ben = ana.clone();
    ana.write(0, &set_role(2, Role::Owner));
    ben.write(1, &set_role(2, Role::Viewer));
    ana.learn(&ben);
    assert_eq!(ana.role(2), VIEWER);
}

#[test]
fn what_a_removed_owner_did_without_knowing_counts_up_to_the_cut_only() {
    let mut ana = View::founded();
    ana.write(0, &set_role(1, Role::Owner));
    let mut ben = ana.clone();
    let known = ben.write(1, &set_role(2, Role::Editor));
    ana.learn(&ben);
    let unknown = ben.write(1, &set_role(3, Role::Editor));
    ana.write(0, &lower(1, None, &[known.reference()]));
    ana.learn(&ben);
    assert_eq!(ana.role(2), EDITOR, "admitted before the cut");
    assert_eq!(ana.role(3), None, "admitted above it");
    assert_eq!(ana.roster.counts(&unknown.reference()), Some(false));
    assert_eq!(
        ana.roster.member(key(3)).unwrap().person,
        "Person 3",
        "its name is still known"
    );
}

#[test]
fn a_lowering_names_the_tip_of_every_chain_of_its_device() {
    let mut view = View::founded();
    view.write(0, &set_role(1, Role::Owner));
    let first = view.write(1, &set_role(2, Role::Editor));
    let second = view.write(1, &set_role(3, Role::Editor));
    let other = view.write_in(1, 1, &set_role(4, Role::Editor));
    let fork = member_entry(
        1,
        0,
        Some(&first),
        &view.roster.frontier(),
        &set_role(5, Role::Editor),
    );
    view.roster = view.roster.with(Arc::clone(&fork));
    let mut tips = vec![other.reference(), fork.reference().min(second.reference())];
    tips.sort_unstable();
    assert_eq!(view.roster.tips(key(1)), tips);
    view.write(0, &lower(1, None, &tips));
    assert_eq!((view.role(2), view.role(4)), (EDITOR, EDITOR));
}

#[test]
fn a_chain_that_a_lowering_does_not_name_is_cut_at_nothing() {
    let mut ana = View::founded();
    ana.write(0, &set_role(1, Role::Owner));
    let mut ben = ana.clone();
    let known = ben.write(1, &set_role(2, Role::Editor));
    ana.learn(&ben);
    ben.write_in(1, 1, &set_role(3, Role::Editor));
    ana.write(0, &lower(1, None, &[known.reference()]));
    ana.learn(&ben);
    assert_eq!(ana.role(3), None);
}

#[test]
fn an_admission_falls_with_the_admission_of_its_author() {
    let mut ana = View::founded();
    ana.write(0, &set_role(1, Role::Owner));
    let mut ben = ana.clone();
    ben.write(1, &set_role(2, Role::Owner));
    let mut cleo = ben.clone();
    cleo.write(2, &set_role(3, Role::Editor));
    ana.write(0, &lower(1, None, &[]));
    ana.learn(&cleo);
    assert_eq!((ana.role(2), ana.role(3)), (None, None));
}

#[test]
fn a_fork_below_the_cut_does_not_slip_under_it() {
    let mut ana = View::founded();
    ana.write(0, &set_role(1, Role::Owner));
    let mut ben = ana.clone();
    let before = ben.roster.frontier();
    let first = ben.write(1, &set_role(2, Role::Editor));
    let second = ben.write(1, &set_role(3, Role::Editor));
    ana.learn(&ben);
    ana.write(0, &lower(1, None, &[second.reference()]));
    // Back-dated: says it knows nothing of the removal, and takes a number below the cut.
    let forged = member_entry(1, 0, Some(&first), &before, &set_role(4, Role::Owner));
    ana.roster = ana.roster.with(Arc::clone(&forged));
    assert!(
        ana.roster.holds(&forged.reference()),
        "valid by its own past"
    );
    assert_eq!(ana.roster.counts(&forged.reference()), Some(false));
    assert_eq!(
        (ana.role(2), ana.role(3), ana.role(4)),
        (EDITOR, EDITOR, None)
    );
}

#[test]
fn the_recovery_key_is_an_owner_that_nobody_lowers_or_changes() {
    let mut view = View::new();
    view.write(0, &found(Some(9)));
    assert_eq!(view.role(9), OWNER);
    assert!(
        view.roster
            .members()
            .iter()
            .all(|member| member.device != key(9)),
        "it is no device"
    );
    let about = [
        lower(9, None, &[]),
        lower(9, EDITOR, &[]),
        set_role(9, Role::Viewer),
    ];
    for member in about {
        let entry = member_entry(0, 1, None, &view.roster.frontier(), &member);
        assert_eq!(refusal(&view.roster, &entry), Refused::RecoveryKey);
    }
    // It gives the space back after everybody else is out.
    let founding = view.roster.frontier()[0];
    view.write(0, &lower(0, None, &[founding]));
    assert_eq!(view.role(0), None);
    view.write(9, &set_role(1, Role::Owner));
    assert_eq!(view.role(1), OWNER);
}

#[test]
fn a_removed_founder_cannot_found_once_more_and_name_another_recovery_key() {
    let mut view = View::founded();
    view.write(0, &set_role(1, Role::Owner));
    let top = *view.roster.frontier().first().unwrap();
    view.write(1, &lower(0, None, &[top]));
    // In a new life and as a fork of the first entry.
    for life in [0, 1] {
        let again = member_entry(0, life, None, &[], &found(Some(9)));
        let forged = member_entry(
            9,
            life,
            None,
            &[again.reference()],
            &set_role(5, Role::Owner),
        );
        view.roster = view.roster.with(again).with(forged);
        assert_eq!(
            (view.role(0), view.role(9), view.role(5)),
            (None, None, None)
        );
    }
}

#[test]
fn a_removed_owner_gets_nobody_in_through_a_puppet_that_lowers_it_with_a_higher_cut() {
    let mut ana = View::founded();
    ana.write(0, &set_role(1, Role::Owner));
    // Mal has not heard, or says so: everything below carries no removal in its past.
    let mut mal = ana.clone();
    ana.write(0, &lower(1, None, &[]));
    let admission = mal.write(1, &set_role(2, Role::Owner));
    mal.write(2, &lower(1, None, &[admission.reference()]));
    mal.write(2, &set_role(3, Role::Editor));
    ana.learn(&mal);
    mal.learn(&ana);
    for view in [&ana, &mal] {
        assert_eq!(view.role(0), OWNER);
        assert_eq!([view.role(1), view.role(2), view.role(3)], [None; 3]);
    }
}
