//! The ticket exchange: who gets in, and everything that must not work.

use std::sync::Arc;

use crate::cast::*;
use crate::exchange::*;
use skein_space::*;

#[test]
fn a_ticket_lets_its_joiner_in() {
    let (proven, admitted) = Exchange::good().run().unwrap();
    assert_eq!(proven.device, key(1));
    assert_eq!(
        proven.statement,
        cast()[1].statement,
        "goes into the Member entry as it is"
    );
    assert_eq!(admitted.space, space());
    assert_eq!(admitted.roster.role(key(1)), Some(Role::Editor));
    assert_eq!(admitted.admission, admission());
}

#[test]
fn a_repeated_exchange_of_the_same_device_works_again() {
    let exchange = Exchange::good();
    assert_eq!(exchange.run().unwrap().0, exchange.run().unwrap().0);
}

#[test]
fn the_statement_of_the_exchange_makes_a_valid_member_entry() {
    let (proven, _) = Exchange::good().run().unwrap();
    let mut view = View::founded();
    view.write(
        0,
        &Member::SetRole {
            subject: proven.device,
            role: Role::Viewer,
            statement: proven.statement,
        },
    );
    assert_eq!(view.role(1), Some(Role::Viewer));
}

#[test]
fn without_the_secret_nobody_gets_anywhere() {
    let other = Exchange {
        secret_kept: TicketSecret::new([5; 32]),
        ..Exchange::good()
    };
    assert_eq!(
        other.run().unwrap_err(),
        PairingError::WrongProof,
        "a ticket of another id"
    );
}

#[test]
fn a_ticket_s_id_seen_on_the_wire_proves_nothing() {
    let mut guess = ticket();
    guess.secret = TicketSecret::new([6; 32]);
    let (mut joiner, ask) = Joiner::start(
        guess,
        &root(1),
        [1; 32],
        JOINER_PEER,
        INVITER_PEER,
        "P",
        "L",
    )
    .unwrap();
    let PairingMessage::Ask(mut ask) = ask else {
        panic!("an ask")
    };
    ask.ticket = ticket().secret.id();
    let ask = PairingMessage::Ask(ask);
    let (mut inviter, nonce) = Inviter::start(
        &root(0),
        space(),
        &ticket().secret,
        &ask,
        [2; 32],
        INVITER_PEER,
        JOINER_PEER,
    )
    .unwrap();
    let proof = joiner.on_nonce(&nonce).unwrap();
    assert_eq!(inviter.on_proof(&proof), Err(PairingError::WrongProof));
}

#[test]
fn a_joiner_takes_nobody_but_the_device_its_ticket_names() {
    // Another device learnt the secret (a photographed ticket) and answers.
    let other = Exchange {
        inviter: 2,
        ..Exchange::good()
    };
    assert_eq!(other.run().unwrap_err(), PairingError::WrongProof);
    // The same, where the joiner skips nothing but the inviter's transcript names the real inviter's key.
    let mut named = Exchange::good();
    named.ticket.inviter = key(2);
    assert_eq!(named.run().unwrap_err(), PairingError::WrongProof);
}

#[test]
fn who_stands_between_two_connections_is_seen() {
    let exchange = Exchange {
        inviter_sees: b"peer id of somebody else".to_vec(),
        ..Exchange::good()
    };
    assert_eq!(exchange.run().unwrap_err(), PairingError::WrongProof);
}

#[test]
fn a_ticket_of_another_space_does_not_open_this_one() {
    let mut exchange = Exchange::good();
    exchange.ticket.space = SpaceId([1; 16]);
    assert_eq!(exchange.run().unwrap_err(), PairingError::WrongProof);
}

#[test]
fn a_replayed_proof_is_worth_nothing_in_another_exchange() {
    let (mut joiner, ask) = Joiner::start(
        ticket(),
        &root(1),
        [1; 32],
        JOINER_PEER,
        INVITER_PEER,
        "P",
        "L",
    )
    .unwrap();
    let start = |nonce| {
        Inviter::start(
            &root(0),
            space(),
            &ticket().secret,
            &ask,
            nonce,
            INVITER_PEER,
            JOINER_PEER,
        )
    };
    let (mut first, nonce) = start([2; 32]).unwrap();
    let proof = joiner.on_nonce(&nonce).unwrap();
    first.on_proof(&proof).unwrap();
    let (mut second, _) = start([3; 32]).unwrap();
    assert_eq!(
        second.on_proof(&proof).unwrap_err(),
        PairingError::WrongProof
    );
}

#[test]
fn a_proof_does_not_serve_another_device() {
    let (mut honest, ask) = Joiner::start(
        ticket(),
        &root(1),
        [1; 32],
        JOINER_PEER,
        INVITER_PEER,
        "P",
        "L",
    )
    .unwrap();
    let PairingMessage::Ask(mut stolen) = ask.clone() else {
        panic!("an ask")
    };
    stolen.device = key(2);
    let stolen = PairingMessage::Ask(stolen);
    let (mut inviter, nonce) = Inviter::start(
        &root(0),
        space(),
        &ticket().secret,
        &stolen,
        [2; 32],
        INVITER_PEER,
        JOINER_PEER,
    )
    .unwrap();
    let proof = honest.on_nonce(&nonce).unwrap();
    assert_eq!(
        inviter.on_proof(&proof).unwrap_err(),
        PairingError::WrongProof
    );
}

#[test]
fn an_old_admission_is_worth_nothing_in_another_exchange() {
    let run = |nonce: u8| {
        let (mut joiner, ask) = Joiner::start(
            ticket(),
            &root(1),
            [nonce; 32],
            JOINER_PEER,
            INVITER_PEER,
            "Person 1",
            "Laptop 1",
        )
        .unwrap();
        let (mut inviter, back) = Inviter::start(
            &root(0),
            space(),
            &ticket().secret,
            &ask,
            [2; 32],
            INVITER_PEER,
            JOINER_PEER,
        )
        .unwrap();
        inviter.on_proof(&joiner.on_nonce(&back).unwrap()).unwrap();
        (joiner, inviter.admit(Exchange::good().admission).unwrap())
    };
    let ((first, mine), (second, _)) = (run(1), run(3));
    assert!(first.on_admission(&mine).is_ok());
    assert_eq!(
        second.on_admission(&mine).unwrap_err(),
        PairingError::WrongProof
    );
}

#[test]
fn every_changed_byte_of_every_message_ends_the_exchange() {
    for number in 1..=4 {
        let length = length_of(number);
        for at in 0..length {
            let change = 1 << (at % 8);
            let tamper = move |which: usize, bytes: &mut Vec<u8>| {
                if which == number {
                    bytes[at] ^= change;
                }
            };
            let exchange = Exchange {
                tamper: Box::new(tamper),
                ..Exchange::good()
            };
            assert!(exchange.run().is_err(), "message {number} byte {at}");
        }
    }
}

#[test]
fn a_message_cut_short_or_drawn_out_ends_the_exchange() {
    for number in 1..=4 {
        let cut: [fn(&mut Vec<u8>); 3] = [
            |bytes| bytes.truncate(bytes.len() - 1),
            |bytes| bytes.push(0),
            |bytes| bytes.clear(),
        ];
        for cut in cut {
            let tamper = move |which: usize, bytes: &mut Vec<u8>| {
                if which == number {
                    cut(bytes);
                }
            };
            assert!(
                Exchange {
                    tamper: Box::new(tamper),
                    ..Exchange::good()
                }
                .run()
                .is_err(),
                "message {number}"
            );
        }
    }
}

fn length_of(number: usize) -> usize {
    let seen = Arc::new(std::sync::Mutex::new(0));
    let note = Arc::clone(&seen);
    let tamper = move |which: usize, bytes: &mut Vec<u8>| {
        if which == number {
            *note.lock().unwrap() = bytes.len();
        }
    };
    Exchange {
        tamper: Box::new(tamper),
        ..Exchange::good()
    }
    .run()
    .unwrap();
    *seen.lock().unwrap()
}

fn begun() -> (Joiner, Inviter, PairingMessage) {
    let (mut joiner, ask) = Joiner::start(
        ticket(),
        &root(1),
        [1; 32],
        JOINER_PEER,
        INVITER_PEER,
        "P",
        "L",
    )
    .unwrap();
    let (inviter, nonce) = Inviter::start(
        &root(0),
        space(),
        &ticket().secret,
        &ask,
        [2; 32],
        INVITER_PEER,
        JOINER_PEER,
    )
    .unwrap();
    let proof = joiner.on_nonce(&nonce).unwrap();
    (joiner, inviter, proof)
}

#[test]
fn nothing_is_said_before_the_proof() {
    let (_, inviter, _) = begun();
    assert_eq!(inviter.admit(vec![]), Err(PairingError::OutOfTurn));
    assert_eq!(
        inviter.turn_away(Reason::Used),
        Err(PairingError::OutOfTurn)
    );
}

#[test]
fn used_and_expired_are_heard_after_the_proof_and_cannot_be_made_up() {
    for (reason, heard) in [
        (Reason::Used, PairingError::Used),
        (Reason::Expired, PairingError::Expired),
    ] {
        let (joiner, mut inviter, proof) = begun();
        inviter.on_proof(&proof).unwrap();
        let away = inviter.turn_away(reason).unwrap();
        assert_eq!(joiner.on_admission(&away).unwrap_err(), heard);
        let PairingMessage::TurnedAway(mut forged) = away else {
            panic!("a refusal")
        };
        forged.reason = if reason == Reason::Used {
            Reason::Expired
        } else {
            Reason::Used
        };
        let forged = PairingMessage::TurnedAway(forged);
        assert_eq!(
            joiner.on_admission(&forged).unwrap_err(),
            PairingError::WrongProof
        );
    }
}

#[test]
fn a_message_out_of_turn_ends_the_exchange() {
    let (mut joiner, mut inviter, proof) = begun();
    let nonce = PairingMessage::Nonce([2; 32]);
    assert_eq!(
        joiner.on_nonce(&nonce),
        Err(PairingError::OutOfTurn),
        "a second nonce"
    );
    assert_eq!(
        joiner.on_admission(&nonce).unwrap_err(),
        PairingError::OutOfTurn
    );
    assert_eq!(inviter.on_proof(&nonce), Err(PairingError::OutOfTurn));
    inviter.on_proof(&proof).unwrap();
    assert_eq!(
        inviter.on_proof(&proof),
        Err(PairingError::OutOfTurn),
        "a second proof"
    );
    let (fresh, _) = Joiner::start(
        ticket(),
        &root(1),
        [1; 32],
        JOINER_PEER,
        INVITER_PEER,
        "P",
        "L",
    )
    .unwrap();
    let admit = inviter.admit(vec![]).unwrap();
    assert_eq!(
        fresh.on_admission(&admit).unwrap_err(),
        PairingError::OutOfTurn
    );
    let started = Inviter::start(
        &root(0),
        space(),
        &ticket().secret,
        &proof,
        [2; 32],
        INVITER_PEER,
        JOINER_PEER,
    );
    assert_eq!(started.unwrap_err(), PairingError::OutOfTurn);
}

#[test]
fn nobody_joins_with_a_ticket_of_their_own() {
    let own = Joiner::start(
        ticket(),
        &root(0),
        [1; 32],
        JOINER_PEER,
        INVITER_PEER,
        "P",
        "L",
    );
    assert_eq!(own.unwrap_err(), PairingError::OwnTicket);
}

#[test]
fn messages_keep_their_limits() {
    let long = [vec![4], vec![0; (1 << 20) - 1]].concat();
    assert!(
        PairingMessage::decode(&long).is_ok(),
        "1 MiB, type included"
    );
    let Ok(PairingMessage::Admit(mut admit)) = PairingMessage::decode(&long) else {
        panic!("type 4 is an admission");
    };
    for _ in 0..2 {
        admit.admission.push(0);
        let longer = PairingMessage::Admit(admit.clone()).encode();
        assert_eq!(longer, Err(PairingError::NoMessage));
    }
    assert_eq!(
        PairingMessage::decode(&[long, vec![0]].concat()),
        Err(PairingError::NoMessage)
    );
    let before = [vec![3], vec![0; 8 * 1024]].concat();
    assert_eq!(
        PairingMessage::decode(&before),
        Err(PairingError::NoMessage)
    );
    assert_eq!(
        PairingMessage::decode(&[9, 0, 0]),
        Err(PairingError::NoMessage)
    );
    let (mut joiner, _) = Joiner::start(
        ticket(),
        &root(1),
        [1; 32],
        &[0; 65],
        INVITER_PEER,
        "P",
        "L",
    )
    .expect("judged with the nonce");
    assert_eq!(
        joiner.on_nonce(&PairingMessage::Nonce([0; 32])),
        Err(PairingError::NoMessage)
    );
}
