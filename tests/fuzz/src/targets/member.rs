//! The payloads of Member and Session entries, and statements of transport keys.

use skein_space::{DeviceKey, EntryRef, Member, SessionPayload, Statement};

use super::Target;
use crate::bounded::{accepted, bounded};
use crate::cast::{Values, root, space, statement};

pub const MEMBER: Target = Target {
    name: "member",
    run: member,
    seeds,
    words: &[],
};

fn member(input: &[u8]) {
    if let Ok(session) = SessionPayload::decode(input) {
        accepted();
        assert_eq!(session.encode(), input);
    }
    if let Ok(member) = bounded(input.len(), 4, || Member::decode(input)) {
        accepted();
        assert_eq!(
            member.encode().as_deref(),
            Ok(input),
            "written as it was read"
        );
        let longer = [input, &[0]].concat();
        assert!(Member::decode(&longer).is_err(), "a byte more is refused");
        assert!(
            Member::decode(&input[..input.len() - 1]).is_err(),
            "a byte less is refused"
        );
        if let Some(statement) = member.statement() {
            verified(statement, &member.subject());
        }
    }
    made(input);
}

/// Only the statements that the two devices here made are signed by them.
fn verified(found: &Statement, subject: &DeviceKey) {
    if found.verify(&space(), subject).is_ok() {
        assert!(
            [1, 2].iter().any(|number| *found == statement(*number)),
            "a statement nobody made passed"
        );
    }
}

/// A lowering from foreign cuts is written if and only if it is read.
fn made(input: &[u8]) {
    let mut values = Values(input);
    let mut cuts = Vec::new();
    while values.0.len() >= 3 {
        cuts.push(EntryRef {
            chain: skein_space::ChainId([values.byte(); 16]),
            seq: u64::from(values.byte()),
            hash: skein_space::ShortHash([values.byte(); 16]),
        });
    }
    let subject = root(2).device_key();
    let lower = Member::Lower {
        subject,
        role: None,
        cuts: cuts.clone(),
    };
    let written = lower.encode();
    let rising = cuts.windows(2).all(|pair| pair[0].chain < pair[1].chain);
    assert_eq!(
        written.is_ok(),
        rising && cuts.iter().all(|cut| cut.seq > 0)
    );
    if let Ok(bytes) = written {
        assert_eq!(Member::decode(&bytes), Ok(lower));
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let entries: [&[u8]; 6] = [
        include_bytes!("../../../data/golden/entries/found.bin"),
        include_bytes!("../../../data/golden/entries/found-recovery.bin"),
        include_bytes!("../../../data/golden/entries/set-role.bin"),
        include_bytes!("../../../data/golden/entries/lower.bin"),
        include_bytes!("../../../data/golden/entries/remove.bin"),
        include_bytes!("../../../data/golden/entries/move-cut.bin"),
    ];
    let payload = |bytes: &[u8]| {
        skein_space::Entry::decode(bytes)
            .expect("golden")
            .payload()
            .to_vec()
    };
    let mut seeds: Vec<Vec<u8>> = entries.into_iter().map(payload).collect();
    seeds.extend(
        crate::cast::roster()
            .iter()
            .map(|entry| entry.payload().to_vec()),
    );
    seeds.push(vec![7; 16]);
    seeds.push(vec![1, 1, 1, 2, 2, 2, 3, 3, 3]);
    seeds
}
