//! Joining by sight: who gets in, and what somebody between, a grinder and an impersonator get.

use std::collections::BTreeSet;

use skein_space::ceremony::*;
use skein_space::*;

use crate::cast::*;
use crate::exchange::{admission, admitted_view};

pub const GUEST: &[u8] = b"peer id of the guest";
pub const HOST: &[u8] = b"peer id of the host";
pub const MALLORY: &[u8] = b"peer id of somebody between";

pub fn offer() -> Offer {
    Offer {
        invitation: InvitationId([3; 16]),
        grant: Grant::Space {
            space: space(),
            name: "Team".into(),
            role: Role::Editor,
        },
        device: key(0),
        transport: root(0).transport_key(),
        person: "Ana".into(),
        device_name: "Ana's laptop".into(),
    }
}

/// A random source with a seed.
pub fn drawn(mut seed: u64) -> impl FnMut() -> u32 {
    move || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 32) as u32
    }
}

/// As frames carry them.
pub fn carried(message: &CeremonyMessage) -> CeremonyMessage {
    CeremonyMessage::decode(&message.encode().unwrap()).unwrap()
}

/// Both sides of one connection, up to the pictures.
struct Exchange {
    host: Host,
    guest: Guest,
    question: Question,
    row: Row,
}

/// Up to the guest's proof. `sees`: whom the guest takes for the host of its connection, and the host for the guest.
fn revealed(sees: [&[u8]; 2], guest_nonce: u8, host_nonce: u8) -> (Guest, Host, CeremonyMessage) {
    let (mut guest, call) = Guest::start(&root(1), GUEST, sees[0]);
    let (mut host, offered) =
        Host::start(&root(0), offer(), &carried(&call), HOST, sees[1]).unwrap();
    assert_eq!(guest.on_offer(&carried(&offered)).unwrap(), offer());
    let commit = guest
        .ask([guest_nonce; 32], "Person 1", "Laptop 1")
        .unwrap();
    let nonce = host.on_commit(&carried(&commit), [host_nonce; 32]).unwrap();
    let reveal = guest.on_nonce(&carried(&nonce)).unwrap();
    (guest, host, reveal)
}

fn exchange(guest_nonce: u8, host_nonce: u8) -> Exchange {
    let (mut guest, mut host, reveal) = revealed([HOST, GUEST], guest_nonce, host_nonce);
    let (proof, question) = host.on_reveal(&carried(&reveal), &mut drawn(7)).unwrap();
    let row = guest.on_countersign(&carried(&proof)).unwrap();
    Exchange {
        host,
        guest,
        question,
        row,
    }
}

/// Every message of an exchange that ends well, and one refusal.
pub fn messages() -> Vec<(&'static str, CeremonyMessage)> {
    let (mut guest, call) = Guest::start(&root(1), GUEST, HOST);
    let (mut host, offered) = Host::start(&root(0), offer(), &call, HOST, GUEST).unwrap();
    guest.on_offer(&offered).unwrap();
    let commit = guest.ask([1; 32], "Person 1", "Laptop 1").unwrap();
    let nonce = host.on_commit(&commit, [2; 32]).unwrap();
    let reveal = guest.on_nonce(&nonce).unwrap();
    let (proof, question) = host.on_reveal(&reveal, &mut drawn(7)).unwrap();
    let row = guest.on_countersign(&proof).unwrap();
    let right = question.rows.iter().position(|other| *other == row);
    host.pick(right).unwrap();
    let welcome = host.welcome(vec![admission().encode().unwrap()]).unwrap();
    vec![
        ("call", call),
        ("offer", offered),
        ("commit", commit),
        ("nonce", nonce),
        ("reveal", reveal),
        ("countersign", proof),
        ("welcome", welcome),
        ("declined", CeremonyMessage::Declined(Decline::NotSeen)),
    ]
}

/// The names of the pictures of that exchange.
pub fn pictures() -> [&'static str; 4] {
    exchange(1, 2).row.pictures().map(|emoji| emoji.name)
}

impl Exchange {
    fn right(&self) -> usize {
        let rows = self.question.rows.iter();
        rows.clone().position(|row| *row == self.row).unwrap()
    }
}

#[test]
fn who_picks_what_the_other_screen_shows_lets_that_device_in() {
    let mut e = exchange(1, 2);
    assert_eq!(e.question.guest.device, key(1));
    assert_eq!(
        e.question.guest.statements,
        [(space(), cast()[1].statement.clone())]
    );
    let right = e.right();
    let Picked::Right(guest) = e.host.pick(Some(right)).unwrap() else {
        panic!("the right row");
    };
    assert_eq!(guest, e.question.guest);
    let welcome = e.host.welcome(vec![admission().encode().unwrap()]).unwrap();
    let [admitted] = &e.guest.on_welcome(&carried(&welcome)).unwrap()[..] else {
        panic!("one space");
    };
    assert_eq!(admitted.space, space());
    assert_eq!(admitted.roster.role(key(1)), Some(Role::Editor));
}

#[test]
fn another_row_or_none_admits_nobody_and_there_is_one_pick() {
    for pick in [None, Some(1), Some(2), Some(3), Some(ROWS)] {
        let mut e = exchange(1, 2);
        let right = e.right();
        let pick = pick.map(|by| if by < ROWS { (right + by) % ROWS } else { by });
        let picked = e.host.pick(pick).unwrap();
        let expected = pick.map_or(Picked::None, |_| Picked::Wrong);
        assert_eq!(picked, expected);
        assert_eq!(e.host.pick(Some(right)), Err(PairingError::OutOfTurn));
        let welcome = e.host.welcome(vec![admission().encode().unwrap()]);
        assert_eq!(welcome.unwrap_err(), PairingError::OutOfTurn);
    }
}

#[test]
fn the_rows_are_told_apart_by_two_pictures_at_least_and_the_right_one_is_anywhere() {
    let mut places = BTreeSet::new();
    for host_nonce in 0..64 {
        let e = exchange(1, host_nonce);
        places.insert(e.right());
        for (at, one) in e.question.rows.iter().enumerate() {
            for other in &e.question.rows[at + 1..] {
                let pairs = one.pictures().into_iter().zip(other.pictures());
                assert!(pairs.filter(|(a, b)| a != b).count() >= 2);
            }
        }
    }
    // The nonce changes the row, and with one source the place stays: only the source decides it.
    assert_eq!(places.len(), 1);
    let mut seen = BTreeSet::new();
    for seed in 0..32 {
        let (mut guest, mut host, reveal) = revealed([HOST, GUEST], 1, 2);
        let (proof, question) = host.on_reveal(&reveal, &mut drawn(seed)).unwrap();
        let row = guest.on_countersign(&proof).unwrap();
        seen.insert(question.rows.iter().position(|other| *other == row));
    }
    assert_eq!(seen.len(), ROWS, "{seen:?}");
}

#[test]
fn a_source_that_repeats_itself_lets_nobody_in() {
    let (_, mut host, reveal) = revealed([HOST, GUEST], 1, 2);
    let asked = host.on_reveal(&reveal, &mut || 5);
    assert_eq!(asked.unwrap_err(), PairingError::NoRandomness);
}

/// Somebody between: towards the guest it plays a host with its own keys, towards the host a guest with its own. The
/// rows of its two exchanges, when it has chosen the nonces that it may choose.
fn between(mine: u8, theirs: u8) -> (Row, Row) {
    let mallory = root(2);
    let forged = Offer {
        device: key(2),
        transport: mallory.transport_key(),
        ..offer()
    };
    let (mut guest, call) = Guest::start(&root(1), GUEST, MALLORY);
    let (mut as_host, offered) = Host::start(&mallory, forged, &call, MALLORY, GUEST).unwrap();
    guest.on_offer(&offered).unwrap();
    let commit = guest.ask([1; 32], "Person 1", "Laptop 1").unwrap();

    let (mut as_guest, call) = Guest::start(&mallory, MALLORY, HOST);
    let (mut host, offered) = Host::start(&root(0), offer(), &call, HOST, MALLORY).unwrap();
    as_guest.on_offer(&offered).unwrap();
    let own = as_guest.ask([mine; 32], "Person 1", "Laptop 1").unwrap();
    let nonce = host.on_commit(&own, [2; 32]).unwrap();
    let reveal = as_guest.on_nonce(&nonce).unwrap();
    let (proof, question) = host.on_reveal(&reveal, &mut drawn(7)).unwrap();
    let on_hosts_screen = as_guest.on_countersign(&proof).unwrap();
    assert!(question.rows.contains(&on_hosts_screen));

    let nonce = as_host.on_commit(&commit, [theirs; 32]).unwrap();
    let reveal = guest.on_nonce(&nonce).unwrap();
    let (proof, _) = as_host.on_reveal(&reveal, &mut drawn(7)).unwrap();
    (on_hosts_screen, guest.on_countersign(&proof).unwrap())
}

#[test]
fn somebody_between_shows_two_people_two_rows() {
    for mine in 0..8 {
        for theirs in 0..8 {
            let (hosts, guests) = between(mine, theirs);
            assert_ne!(hosts, guests);
        }
    }
}

#[test]
fn what_is_handed_on_between_two_connections_proves_nothing() {
    // It passes on every byte of the two honest sides; only the ends of the connections differ.
    let (_, mut host, reveal) = revealed([MALLORY, MALLORY], 1, 2);
    let asked = host.on_reveal(&reveal, &mut drawn(7));
    assert_eq!(asked.unwrap_err(), PairingError::Unproven);
}

#[test]
fn no_side_can_change_its_mind() {
    let (_, mut host, reveal) = revealed([HOST, GUEST], 1, 2);
    let CeremonyMessage::Reveal(mut changed) = reveal else {
        panic!("a reveal");
    };
    changed.nonce[0] ^= 1;
    let asked = host.on_reveal(&CeremonyMessage::Reveal(changed), &mut drawn(7));
    assert_eq!(asked.unwrap_err(), PairingError::Unproven);
}

#[test]
fn a_changed_bit_of_any_message_shows_no_pictures_that_are_picked() {
    let messages = |e: &mut dyn FnMut(usize, &mut Vec<u8>)| -> Result<bool, PairingError> {
        let mut carry = |number: usize, message: &CeremonyMessage| {
            let mut bytes = message.encode()?;
            e(number, &mut bytes);
            CeremonyMessage::decode(&bytes)
        };
        let (mut guest, call) = Guest::start(&root(1), GUEST, HOST);
        let (mut host, offered) = Host::start(&root(0), offer(), &carry(0, &call)?, HOST, GUEST)?;
        guest.on_offer(&carry(1, &offered)?)?;
        let commit = guest.ask([1; 32], "Person 1", "Laptop 1")?;
        let nonce = host.on_commit(&carry(2, &commit)?, [2; 32])?;
        let reveal = guest.on_nonce(&carry(3, &nonce)?)?;
        let (proof, question) = host.on_reveal(&carry(4, &reveal)?, &mut drawn(7))?;
        let row = guest.on_countersign(&carry(5, &proof)?)?;
        let at = question.rows.iter().position(|other| *other == row);
        let Picked::Right(_) = host.pick(at)? else {
            return Ok(false);
        };
        let welcome = host.welcome(vec![admission().encode().unwrap()])?;
        guest.on_welcome(&carry(6, &welcome)?)?;
        Ok(true)
    };
    let mut lengths = [0; 7];
    let whole = messages(&mut |number, bytes| lengths[number] = bytes.len());
    assert_eq!(whole, Ok(true));
    for (number, length) in lengths.into_iter().enumerate() {
        for bit in (0..length * 8).step_by(if number == 6 { 61 } else { 7 }) {
            let changed = messages(&mut |at, bytes| {
                if at == number {
                    bytes[bit / 8] ^= 1 << (bit % 8);
                }
            });
            assert!(changed.is_err(), "bit {bit} of message {number}");
        }
    }
}

#[test]
fn story_34_whoever_only_says_welcome_has_nothing_to_give() {
    // Out of turn, in somebody else's name, and with a roster of its own.
    let signatures = || Signatures {
        device: [1; 64],
        transport: [1; 64],
    };
    let said = CeremonyMessage::Welcome(Welcome {
        signatures: signatures(),
        admissions: vec![admission().encode().unwrap()],
    });
    let (mut guest, _) = Guest::start(&root(1), GUEST, HOST);
    assert_eq!(
        guest.on_welcome(&said).unwrap_err(),
        PairingError::OutOfTurn
    );
    let mut e = exchange(1, 2);
    assert_eq!(
        e.guest.on_welcome(&said).unwrap_err(),
        PairingError::Unproven
    );

    let mut e = exchange(1, 2);
    let right = e.right();
    e.host.pick(Some(right)).unwrap();
    let mut lesser = admission();
    lesser.role = Role::Viewer;
    let welcome = e.host.welcome(vec![lesser.encode().unwrap()]).unwrap();
    assert!(
        e.guest.on_welcome(&welcome).is_err(),
        "another role than offered"
    );
    let mut e = exchange(1, 2);
    e.host.pick(Some(right)).unwrap();
    let mut without = admission();
    without.entries.truncate(1);
    let welcome = e.host.welcome(vec![without.encode().unwrap()]).unwrap();
    assert!(
        e.guest.on_welcome(&welcome).is_err(),
        "no Member entry of this device"
    );
    assert_eq!(admitted_view().roster.role(key(1)), Some(Role::Editor));
}

#[test]
fn a_refusal_is_told_at_every_step() {
    for why in [
        Decline::Busy,
        Decline::Closed,
        Decline::UseTicket,
        Decline::TooLate,
    ] {
        let said = CeremonyMessage::Declined(why);
        let told = PairingError::Declined(why);
        let (mut guest, call) = Guest::start(&root(1), GUEST, HOST);
        assert_eq!(guest.on_offer(&said).unwrap_err(), told);
        let (mut guest, _) = Guest::start(&root(1), GUEST, HOST);
        let (mut host, offered) = Host::start(&root(0), offer(), &call, HOST, GUEST).unwrap();
        guest.on_offer(&offered).unwrap();
        guest.ask([1; 32], "Person 1", "Laptop 1").unwrap();
        assert_eq!(
            guest.on_nonce(&carried(&host.decline(why))).unwrap_err(),
            told
        );
        let mut e = exchange(1, 2);
        assert_eq!(e.guest.on_welcome(&e.host.decline(why)).unwrap_err(), told);
        assert_eq!(e.host.pick(Some(0)), Err(PairingError::OutOfTurn));
    }
}

#[test]
fn a_device_does_not_join_itself() {
    let (mut guest, call) = Guest::start(&root(0), GUEST, HOST);
    let (mut host, offered) = Host::start(&root(0), offer(), &call, HOST, GUEST).unwrap();
    assert_eq!(
        guest.on_offer(&offered).unwrap_err(),
        PairingError::OwnInvitation
    );
    let (mut other, _) = Guest::start(&root(1), GUEST, HOST);
    other.on_offer(&offered).unwrap();
    let CeremonyMessage::Commit(mut commit) = other.ask([1; 32], "a", "b").unwrap() else {
        panic!("a commitment");
    };
    commit.device = key(0);
    let said = host.on_commit(&CeremonyMessage::Commit(commit), [2; 32]);
    assert_eq!(said.unwrap_err(), PairingError::OwnInvitation);
}

#[test]
fn story_33_a_grinder_that_hangs_up_and_tries_again_is_counted_and_paced() {
    let mut open = Invitation::open(0);
    let mut now_ms = 0;
    let mut tries = 0;
    loop {
        match open.begin(now_ms) {
            Ok(()) => {
                tries += 1;
                assert_eq!(
                    open.begin(now_ms + config::EXCHANGE_PACE_MS),
                    Err(Decline::Busy),
                    "one at a time"
                );
                open.exchange_over();
            }
            Err(Decline::Busy) => {}
            Err(why) => {
                assert_eq!(why, Decline::UseTicket);
                break;
            }
        }
        now_ms += 100;
    }
    assert_eq!((tries, config::EXCHANGES_MAX), (60, 60));
    assert!(now_ms >= u64::from(config::EXCHANGES_MAX) * config::EXCHANGE_PACE_MS);
    assert_eq!(open.ended(now_ms), Some(Ended::UsedUp));
    assert_eq!(
        open.begin(now_ms),
        Err(Decline::UseTicket),
        "and it stays so"
    );
}

#[test]
fn an_invitation_is_for_one_and_for_ten_minutes() {
    let mut open = Invitation::open(5_000);
    assert_eq!(open.begin(5_000), Ok(()));
    open.picked(true);
    assert_eq!(open.ended(5_001), Some(Ended::Joined));
    assert_eq!(open.begin(60_000), Err(Decline::Closed));

    let mut open = Invitation::open(5_000);
    open.begin(6_000).unwrap();
    open.picked(false);
    open.end(Ended::Closed);
    assert_eq!(
        open.ended(7_000),
        Some(Ended::WrongPick),
        "the first reason stands"
    );

    let mut open = Invitation::open(5_000);
    let closes_ms = open.closes_ms();
    assert_eq!(closes_ms, 5_000 + config::INVITATION_MS);
    assert_eq!(open.begin(closes_ms - 1), Ok(()));
    open.exchange_over();
    assert_eq!(open.begin(closes_ms), Err(Decline::Closed));
    assert_eq!(open.ended(closes_ms), Some(Ended::TimeIsOver));
}

#[test]
fn no_two_pictures_have_one_name_or_one_look() {
    let pictures: BTreeSet<char> = TABLE.iter().map(|emoji| emoji.picture).collect();
    let names: BTreeSet<&str> = TABLE.iter().map(|emoji| emoji.name).collect();
    assert_eq!((pictures.len(), names.len()), (64, 64));
    assert!(TABLE.iter().all(|emoji| !emoji.name.contains(' ')));
}
