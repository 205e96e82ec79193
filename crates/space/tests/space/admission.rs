//! What an inviter hands over, and what a joiner does not take.

use std::sync::Arc;

use crate::cast::*;
use crate::exchange::*;
use skein_space::*;

/// An inviter who proves everything and hands over something bad.
fn handed(change: impl FnOnce(&mut Admission)) -> AdmissionError {
    let mut admission = admission();
    change(&mut admission);
    let exchange = Exchange {
        admission: admission.encode().unwrap(),
        ..Exchange::good()
    };
    match exchange.run() {
        Err(PairingError::Admission(error)) => error,
        other => panic!("expected a refused admission, got {other:?}"),
    }
}

#[test]
fn story_11_an_admission_must_found_the_space_of_the_ticket() {
    assert_eq!(
        handed(|admission| admission.entries.clear()),
        AdmissionError::OtherSpace
    );
    assert_eq!(
        handed(|admission| admission.entries.reverse()),
        AdmissionError::OtherSpace
    );
    let other = |admission: &mut Admission| {
        let statement = cast()[0].statement.clone();
        let elsewhere = Member::Found {
            subject: key(0),
            nonce: Nonce([1; 16]),
            recovery: None,
            statement,
        };
        admission.entries[0] = member_entry(0, 0, None, &[], &elsewhere);
    };
    assert_eq!(handed(other), AdmissionError::OtherSpace);
    // "I am its owner", signed by a stranger under the right id.
    let usurped = |admission: &mut Admission| {
        let statement = cast()[5].statement.clone();
        let founded = Member::Found {
            subject: key(5),
            nonce: Nonce([1; 16]),
            recovery: None,
            statement,
        };
        admission.entries = vec![member_entry(5, 0, None, &[], &founded)];
    };
    assert_eq!(handed(usurped), AdmissionError::OtherSpace);
}

#[test]
fn an_admission_must_make_the_inviter_an_owner_and_the_joiner_a_member() {
    assert_eq!(
        handed(|admission| drop(admission.entries.pop())),
        AdmissionError::NotMember
    );
    assert_eq!(
        handed(|admission| admission.role = Role::Owner),
        AdmissionError::NotMember
    );
    let removed = |admission: &mut Admission| {
        let mut view = admitted_view();
        view.write(0, &lower(1, None, &[]));
        admission.entries = view.roster.entries().map(Arc::clone).collect();
    };
    assert_eq!(handed(removed), AdmissionError::NotMember);
    let lowered = |admission: &mut Admission| {
        let mut view = admitted_view();
        view.write(0, &set_role(2, Role::Owner));
        view.write(2, &lower(0, Some(Role::Editor), &view.roster.tips(key(0))));
        admission.entries = view.roster.entries().map(Arc::clone).collect();
    };
    assert_eq!(handed(lowered), AdmissionError::InviterNoOwner);
    let other_transport = |admission: &mut Admission| {
        let device = &cast()[1];
        let signer = root(5).transport_signer();
        let statement =
            Statement::sign(&signer, &space(), &device.key, "Person 1", "Laptop 1").unwrap();
        let mut view = View::founded();
        view.write(
            0,
            &Member::SetRole {
                subject: device.key,
                role: Role::Editor,
                statement,
            },
        );
        admission.entries = view.roster.entries().map(Arc::clone).collect();
    };
    assert_eq!(
        handed(other_transport),
        AdmissionError::NotMember,
        "not the transport key it joined with"
    );
}

#[test]
fn an_admission_s_roster_must_hold_together() {
    let twice =
        |admission: &mut Admission| admission.entries.push(Arc::clone(&admission.entries[1]));
    assert_eq!(handed(twice), AdmissionError::Twice);
    let hanging = |admission: &mut Admission| {
        let mut view = admitted_view();
        view.write(0, &set_role(2, Role::Viewer));
        let last = view.write(0, &set_role(3, Role::Viewer));
        admission.entries.push(last);
    };
    assert!(matches!(
        handed(hanging),
        AdmissionError::Roster(NotAdmitted::Missing(_))
    ));
    let refused = |admission: &mut Admission| {
        let deps = admitted_view().roster.frontier();
        admission
            .entries
            .push(member_entry(3, 0, None, &deps, &set_role(3, Role::Owner)));
    };
    assert!(matches!(
        handed(refused),
        AdmissionError::Roster(NotAdmitted::Refused(Refused::NotOwner))
    ));
    let unsigned = |admission: &mut Admission| {
        let entry = &admission.entries[1];
        let forged =
            Entry::from_parts(entry.header().clone(), entry.payload().to_vec(), [0; 64]).unwrap();
        admission.entries[1] = Arc::new(forged);
    };
    assert!(matches!(
        handed(unsigned),
        AdmissionError::Entry(EntryError::Signature(_))
    ));
}

#[test]
fn an_admission_s_address_must_be_the_inviter_s_own() {
    // The transport key that is named also has to sign, so a stranger's key is no proof at all.
    let exchange = |transport| {
        let admission = Admission {
            transport,
            ..admission()
        };
        Exchange {
            admission: admission.encode().unwrap(),
            ..Exchange::good()
        }
        .run()
        .unwrap_err()
    };
    assert_eq!(
        exchange(cast()[2].root.transport_key()),
        PairingError::WrongProof
    );
}

#[test]
fn an_admission_carries_sixteen_addresses_and_no_more() {
    let most = config::MAX_ADMISSION_ADDRESSES;
    let address = "/ip4/10.0.0.1/tcp/4001".to_owned();
    let mut admission = admission();
    admission.addresses = vec![address.clone(); most];
    let bytes = admission.encode().unwrap();
    assert_eq!(Admission::decode(&bytes).unwrap().addresses.len(), most);
    let one = 2 + address.len();
    let count = bytes.len() - most * one - 1;
    for more in [1, 2] {
        let mut longer = bytes.clone();
        longer[count] += more as u8;
        longer.extend(bytes[count + 1..][..more * one].to_vec());
        assert_eq!(Admission::decode(&longer).err(), Some(AdmissionError::Form));
        admission.addresses.push(address.clone());
        assert_eq!(admission.encode().err(), Some(AdmissionError::Form));
    }
}

#[test]
fn an_admission_is_as_long_as_its_message_leaves_room_for() {
    // Type, MAC and two signatures stand before it.
    let most = config::MAX_ADMISSION - 1 - 32 - 2 * config::SIG_BYTES;
    let read = |length: usize| Admission::decode(&vec![0; length]).err();
    assert_ne!(read(most), Some(AdmissionError::TooLarge));
    assert_eq!(read(most + 1), Some(AdmissionError::TooLarge));
}
