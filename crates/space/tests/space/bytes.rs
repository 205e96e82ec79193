//! Foreign bytes: every reader takes exactly its own form and nothing else, and never falls over.

use std::sync::Arc;

use crate::cast::*;
use skein_space::*;

/// Reads bytes and, if they are something, writes it again.
type Reread = fn(&[u8]) -> Option<Vec<u8>>;

const READERS: [(&str, Reread); 7] = [
    ("header", |bytes| {
        Header::decode(bytes).ok().map(|header| header.encode())
    }),
    ("entry", |bytes| {
        Entry::decode(bytes).ok().map(|entry| entry.encode())
    }),
    ("member", |bytes| {
        Member::decode(bytes)
            .ok()
            .map(|member| member.encode().expect("what was read"))
    }),
    ("session", |bytes| {
        SessionPayload::decode(bytes)
            .ok()
            .map(|session| session.encode())
    }),
    ("ticket", |bytes| {
        Ticket::decode(bytes)
            .ok()
            .map(|ticket| ticket.encode().expect("what was read"))
    }),
    ("message", |bytes| {
        PairingMessage::decode(bytes)
            .ok()
            .map(|message| message.encode().expect("what was read"))
    }),
    ("admission", |bytes| {
        Admission::decode(bytes)
            .ok()
            .map(|admission| admission.encode().expect("what was read"))
    }),
];

fn reader(name: &str) -> Reread {
    READERS
        .iter()
        .find(|(other, _)| *other == name)
        .expect("a reader")
        .1
}

/// Good bytes for every reader.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let mut view = View::new();
    let mut samples = Vec::new();
    view.write(0, &found(Some(9)));
    view.write(0, &set_role(1, Role::Owner));
    let mut cuts = view.roster.tips(key(0));
    cuts.extend([edit_ref(0, 0, 1), edit_ref(0, 1, 2)]);
    let lowering = view.write(1, &lower(0, Some(Role::Viewer), &cuts));
    view.write(1, &move_cut(&lowering, edit_ref(0, 0, 9)));
    for entry in view.roster.entries() {
        samples.push(("header", entry.header().encode()));
        samples.push(("entry", entry.encode()));
        samples.push(("member", entry.payload().to_vec()));
    }
    samples.push(("session", vec![5; 16]));
    let ticket = Ticket {
        space: space(),
        inviter: key(0),
        secret: TicketSecret::new([3; 32]),
        expiry_s: 1,
        addresses: vec!["192.0.2.1:1".parse().unwrap(), "[::1]:2".parse().unwrap()],
    };
    samples.push(("ticket", ticket.encode().unwrap()));
    let admission = Admission {
        entries: view.roster.entries().map(Arc::clone).collect(),
        label: view.roster.secret_label(),
        secret: SpaceSecret::new([1; 32]),
        space_name: "Team".into(),
        role: Role::Viewer,
        transport: cast()[0].root.transport_key(),
        addresses: vec!["/ip4/127.0.0.1/tcp/1".into(), String::new()],
    };
    let admission = admission.encode().unwrap();
    let (mut joiner, ask) = Joiner::start(
        ticket.clone(),
        &root(2),
        [1; 32],
        b"a",
        b"b",
        "Ana",
        "Laptop",
    )
    .unwrap();
    let (mut inviter, nonce) =
        Inviter::start(&root(0), space(), &ticket.secret, &ask, [2; 32], b"b", b"a").unwrap();
    let proof = joiner.on_nonce(&nonce).unwrap();
    inviter.on_proof(&proof).unwrap();
    let last = [
        inviter.admit(admission.clone()).unwrap(),
        inviter.turn_away(Reason::Expired).unwrap(),
    ];
    samples.push(("admission", admission));
    samples.extend(
        [ask, nonce, proof]
            .iter()
            .chain(&last)
            .map(|message| ("message", message.encode().unwrap())),
    );
    samples
}

#[test]
fn good_bytes_come_back_as_they_were() {
    for (name, bytes) in samples() {
        assert_eq!(reader(name)(&bytes).as_ref(), Some(&bytes), "{name}");
    }
}

#[test]
fn cut_short_or_drawn_out_they_are_refused() {
    for (name, bytes) in samples() {
        // An Admit ends with bytes of any length; its MAC judges them (tests/pairing.rs).
        if name == "message" && bytes[0] == 4 {
            continue;
        }
        for end in 0..bytes.len() {
            assert_eq!(reader(name)(&bytes[..end]), None, "{name} cut to {end}");
        }
        for extra in [vec![0], vec![1], vec![0; 40]] {
            assert_eq!(
                reader(name)(&[bytes.as_slice(), &extra].concat()),
                None,
                "{name} with {} more",
                extra.len()
            );
        }
    }
}

#[test]
fn changed_bytes_never_panic_and_have_one_form_only() {
    let mut dice = Dice(1);
    let samples = samples();
    let mut still_something = 0;
    for round in 0..40_000 {
        let (name, bytes) = &samples[round % samples.len()];
        let mut bytes = bytes.clone();
        for _ in 0..=dice.below(4) {
            mutate(&mut bytes, &mut dice);
        }
        // Each reader also gets what is meant for another.
        let name = if dice.percent(20) {
            READERS[dice.below(READERS.len())].0
        } else {
            *name
        };
        if let Some(again) = reader(name)(&bytes) {
            assert_eq!(
                again, bytes,
                "{name} read what it would write in another way"
            );
            still_something += 1;
        }
    }
    assert!(
        still_something > 1_000,
        "the changes were not all beside the point: {still_something}"
    );
}

fn mutate(bytes: &mut Vec<u8>, dice: &mut Dice) {
    if bytes.is_empty() {
        bytes.push(dice.roll() as u8);
        return;
    }
    let at = dice.below(bytes.len());
    match dice.below(5) {
        0 => bytes[at] ^= 1 << dice.below(8),
        1 => bytes[at] = dice.pick(&[0, 1, 2, 3, 4, 0x7f, 0x80, 0xff]),
        2 => bytes.truncate(at),
        3 => bytes.insert(at, dice.roll() as u8),
        _ => {
            let end = (at + 8).min(bytes.len());
            bytes[at..end].fill(dice.pick(&[0, 0xff]));
        }
    }
}

#[test]
fn every_single_bit_of_an_entry_is_signed() {
    let mut view = View::founded();
    let bytes = view.write(0, &set_role(1, Role::Viewer)).encode();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let verdict = Entry::decode(&changed).and_then(|entry| entry.verify());
        assert!(verdict.is_err(), "bit {bit} can be changed unseen");
    }
}
