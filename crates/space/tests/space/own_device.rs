//! "My own other device": all spaces of the host in one exchange, and who would make more or less of it.

use std::sync::Arc;

use skein_space::ceremony::*;
use skein_space::config::{MAX_BEFORE_PROOF, MAX_OWN_SPACES};
use skein_space::*;

use crate::cast::*;
use crate::ceremony::{GUEST, HOST, MALLORY, carried, drawn, offer};

/// A space that device 0 founded, in which it let device 1 in as its person's own.
fn admitted_to(number: u8, person: &str) -> Admission {
    let (host, guest) = (root(0), root(1));
    let nonce = Nonce([number; 16]);
    let space = space_id(&host.device_key(), &nonce);
    let says = |root: &Root, person: &str, device_name: &str| {
        let (transport, device) = (root.transport_signer(), root.device_key());
        Statement::sign(&transport, &space, &device, person, device_name).unwrap()
    };
    let members = [
        Member::Found {
            subject: host.device_key(),
            nonce,
            recovery: None,
            statement: says(&host, "Ana", "Ana's laptop"),
        },
        Member::SetRole {
            subject: guest.device_key(),
            role: Role::Owner,
            statement: says(&guest, person, "Tablet"),
        },
    ];
    let mut entries: Vec<Arc<Entry>> = Vec::new();
    for member in &members {
        let roster = Roster::fold(space, &entries);
        let sealed = roster.seal(&host.signer(), incarnation(1), member, 1_000);
        entries.push(Arc::new(sealed.unwrap()));
    }
    Admission {
        label: Roster::fold(space, &entries).secret_label(),
        entries,
        secret: SpaceSecret::new([number; 32]),
        space_name: format!("Space {number}"),
        role: Role::Owner,
        transport: host.transport_key(),
        addresses: Vec::new(),
    }
}

fn space_of(number: u8) -> SpaceId {
    space_id(&root(0).device_key(), &Nonce([number; 16]))
}

fn own(numbers: &[u8]) -> Offer {
    let spaces = numbers.iter().map(|number| space_of(*number)).collect();
    Offer {
        grant: Grant::Own(OwnSpaces::new(spaces).unwrap()),
        ..offer()
    }
}

fn admissions(numbers: &[u8]) -> Vec<Vec<u8>> {
    let of = |number: &u8| admitted_to(*number, "Ana").encode().unwrap();
    numbers.iter().map(of).collect()
}

/// Both sides, picked, with what the guest asked with.
fn picked(offer: Offer, person: &str) -> (Host, Guest, ProvenGuest) {
    let (mut guest, call) = Guest::start(&root(1), GUEST, HOST);
    let (mut host, offered) = Host::start(&root(0), offer, &call, HOST, GUEST).unwrap();
    guest.on_offer(&carried(&offered)).unwrap();
    let commit = guest.ask([1; 32], person, "Tablet").unwrap();
    let nonce = host.on_commit(&carried(&commit), [2; 32]).unwrap();
    let reveal = guest.on_nonce(&carried(&nonce)).unwrap();
    let (proof, question) = host.on_reveal(&carried(&reveal), &mut drawn(7)).unwrap();
    let row = guest.on_countersign(&carried(&proof)).unwrap();
    let right = question.rows.iter().position(|other| *other == row);
    let Picked::Right(proven) = host.pick(right).unwrap() else {
        panic!("the right row");
    };
    (host, guest, proven)
}

/// The messages of an exchange that gives two spaces which differ from those of another exchange.
pub fn messages() -> Vec<(&'static str, CeremonyMessage)> {
    let (mut guest, call) = Guest::start(&root(1), GUEST, HOST);
    let (mut host, offered) = Host::start(&root(0), own(&[1, 2]), &call, HOST, GUEST).unwrap();
    guest.on_offer(&offered).unwrap();
    let commit = guest.ask([1; 32], "Ben", "Tablet").unwrap();
    let nonce = host.on_commit(&commit, [2; 32]).unwrap();
    let reveal = guest.on_nonce(&nonce).unwrap();
    let (proof, question) = host.on_reveal(&reveal, &mut drawn(7)).unwrap();
    let row = guest.on_countersign(&proof).unwrap();
    let right = question.rows.iter().position(|other| *other == row);
    host.pick(right).unwrap();
    let welcome = host.welcome(admissions(&[1, 2])).unwrap();
    vec![
        ("own_offer", offered),
        ("own_reveal", reveal),
        ("own_welcome", welcome),
    ]
}

#[test]
fn an_own_device_becomes_an_owner_of_every_space_in_the_persons_name() {
    // It is called otherwise so far: what it signs carries the name of the person whose device it is.
    let (host, mut guest, proven) = picked(own(&[2, 1]), "Somebody");
    assert_eq!(proven.person, "Ana");
    let spaces: Vec<SpaceId> = proven.statements.iter().map(|(space, _)| *space).collect();
    assert_eq!(spaces, [space_of(2), space_of(1)]);
    for (space, statement) in &proven.statements {
        assert_eq!(statement.person, "Ana");
        statement.verify(space, &key(1)).unwrap();
    }
    let welcome = host.welcome(admissions(&[2, 1])).unwrap();
    let admitted = guest.on_welcome(&carried(&welcome)).unwrap();
    assert_eq!(admitted.len(), 2);
    for (one, number) in admitted.iter().zip([2, 1]) {
        assert_eq!(one.space, space_of(number));
        assert_eq!(one.roster.role(key(1)), Some(Role::Owner));
    }
}

#[test]
fn the_host_gives_all_that_it_offered_and_nothing_else() {
    let others: [&[u8]; 5] = [&[1], &[2, 1], &[1, 1], &[1, 3], &[1, 2, 3]];
    for numbers in others {
        let (host, mut guest, _) = picked(own(&[1, 2]), "Ana");
        let refused = host
            .welcome(admissions(numbers))
            .and_then(|welcome| guest.on_welcome(&carried(&welcome)));
        assert!(refused.is_err(), "{numbers:?} is not what was offered");
    }
    let (host, mut guest, _) = picked(own(&[1, 2]), "Ana");
    let mut lesser = admitted_to(2, "Ana");
    lesser.role = Role::Editor;
    let first = admitted_to(1, "Ana").encode().unwrap();
    let welcome = host.welcome(vec![first, lesser.encode().unwrap()]);
    assert!(
        guest.on_welcome(&welcome.unwrap()).is_err(),
        "a lesser role"
    );
}

/// Somebody between passes everything on as if it were not there, the connection's ends too, and only changes what is
/// offered. What the host and the guest come to.
fn changed(real: &Offer, shown: &Offer) -> Result<(), PairingError> {
    let (mut guest, call) = Guest::start(&root(1), GUEST, HOST);
    let (mut host, _) = Host::start(&root(0), real.clone(), &call, HOST, GUEST)?;
    guest.on_offer(&carried(&CeremonyMessage::Offer(shown.clone())))?;
    let commit = guest.ask([1; 32], "Ana", "Tablet")?;
    let nonce = host.on_commit(&carried(&commit), [2; 32])?;
    let reveal = guest.on_nonce(&carried(&nonce))?;
    host.on_reveal(&carried(&reveal), &mut drawn(7)).map(|_| ())
}

#[test]
fn somebody_between_makes_neither_all_of_one_space_nor_one_of_all() {
    let one = Offer {
        grant: Grant::Space {
            space: space_of(1),
            name: "Team".into(),
            role: Role::Owner,
        },
        ..offer()
    };
    let offers = [one, own(&[1]), own(&[1, 2]), own(&[2, 1]), own(&[1, 2, 3])];
    for (place, real) in offers.iter().enumerate() {
        for (other, shown) in offers.iter().enumerate() {
            let came = changed(real, shown);
            if place == other {
                assert_eq!(came, Ok(()));
            } else {
                assert_eq!(
                    came,
                    Err(PairingError::Unproven),
                    "{place} shown as {other}"
                );
            }
        }
    }
}

#[test]
fn with_keys_of_its_own_somebody_between_has_another_row_for_each() {
    // Towards the guest it offers all its own spaces, towards the host it asks as the host's own device.
    let mallory = root(2);
    let forged = Offer {
        device: key(2),
        transport: mallory.transport_key(),
        ..own(&[1, 2])
    };
    let (mut guest, call) = Guest::start(&root(1), GUEST, MALLORY);
    let (mut as_host, offered) = Host::start(&mallory, forged, &call, MALLORY, GUEST).unwrap();
    guest.on_offer(&offered).unwrap();
    let commit = guest.ask([1; 32], "Ana", "Tablet").unwrap();
    let (mut as_guest, call) = Guest::start(&mallory, MALLORY, HOST);
    let (mut host, offered) = Host::start(&root(0), own(&[1, 2]), &call, HOST, MALLORY).unwrap();
    as_guest.on_offer(&offered).unwrap();
    let own = as_guest.ask([3; 32], "Ana", "Tablet").unwrap();
    let nonce = host.on_commit(&own, [2; 32]).unwrap();
    let reveal = as_guest.on_nonce(&nonce).unwrap();
    let (proof, _) = host.on_reveal(&reveal, &mut drawn(7)).unwrap();
    let on_hosts_screen = as_guest.on_countersign(&proof).unwrap();
    let nonce = as_host.on_commit(&commit, [4; 32]).unwrap();
    let reveal = guest.on_nonce(&nonce).unwrap();
    let (proof, _) = as_host.on_reveal(&reveal, &mut drawn(7)).unwrap();
    assert_ne!(on_hosts_screen, guest.on_countersign(&proof).unwrap());
}

#[test]
fn a_guest_of_another_name_or_without_a_statement_for_each_is_none() {
    let begun = || {
        let (mut guest, call) = Guest::start(&root(1), GUEST, HOST);
        let (host, offered) = Host::start(&root(0), own(&[1, 2]), &call, HOST, GUEST).unwrap();
        guest.on_offer(&offered).unwrap();
        let commit = guest.ask([1; 32], "Ana", "Tablet").unwrap();
        (host, guest, commit)
    };
    let (mut host, _, commit) = begun();
    let CeremonyMessage::Commit(mut commit) = commit else {
        panic!("a commitment");
    };
    commit.person = "Ben".into();
    let said = host.on_commit(&CeremonyMessage::Commit(commit), [2; 32]);
    assert_eq!(said.unwrap_err(), PairingError::OtherPerson);

    let spoil: [fn(&mut Vec<[u8; 64]>); 3] = [
        |sigs| sigs.truncate(1),
        |sigs| sigs.push([1; 64]),
        |sigs| sigs.swap(0, 1),
    ];
    for spoil in spoil {
        let (mut host, mut guest, commit) = begun();
        let nonce = host.on_commit(&commit, [2; 32]).unwrap();
        let CeremonyMessage::Reveal(mut reveal) = guest.on_nonce(&nonce).unwrap() else {
            panic!("a reveal");
        };
        spoil(&mut reveal.statement_sigs);
        let asked = host.on_reveal(&CeremonyMessage::Reveal(reveal), &mut drawn(7));
        assert_eq!(asked.unwrap_err(), PairingError::Unproven);
    }
}

#[test]
fn as_many_spaces_as_one_invitation_takes_fit_before_the_proof() {
    let spaces = |count: usize| (1..=count).map(|n| SpaceId([n as u8; 16])).collect();
    let most = OwnSpaces::new(spaces(MAX_OWN_SPACES)).unwrap();
    let offer = Offer {
        grant: Grant::Own(most),
        person: "p".repeat(256),
        device_name: "d".repeat(256),
        ..offer()
    };
    let (mut guest, call) = Guest::start(&root(1), GUEST, HOST);
    let (mut host, offered) = Host::start(&root(0), offer, &call, HOST, GUEST).unwrap();
    guest.on_offer(&carried(&offered)).unwrap();
    let commit = guest.ask([1; 32], "", &"t".repeat(256)).unwrap();
    let nonce = host.on_commit(&carried(&commit), [2; 32]).unwrap();
    let reveal = guest.on_nonce(&carried(&nonce)).unwrap();
    for message in [&offered, &commit, &reveal] {
        assert!(message.encode().unwrap().len() <= MAX_BEFORE_PROOF);
    }
    let twice = vec![SpaceId([1; 16]); 2];
    for bad in [Vec::new(), spaces(MAX_OWN_SPACES + 1), twice] {
        assert!(OwnSpaces::new(bad).is_err());
    }
}
