//! Seeded mutations of real updates: the gate answers every one, and what it lets through applies.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use skein_note::{Note, NoteError, gate};

/// One recorded update and the note before it.
struct Base {
    client: u64,
    start: u64,
    bytes: Vec<u8>,
    before: usize,
}

/// Every seventh recorded update, and the states of the notes they were made on.
fn bases() -> (Vec<Base>, Vec<Vec<u8>>) {
    let (mut bases, mut states) = (Vec::new(), Vec::new());
    for line in include_str!("data/updates.jsonl").lines() {
        let recorded: Value = serde_json::from_str(line).expect("a line of JSON");
        let mut note = Note::new();
        let mut clocks: BTreeMap<u64, u64> = BTreeMap::new();
        for (position, entry) in recorded["log"]
            .as_array()
            .expect("a log")
            .iter()
            .enumerate()
        {
            let client = entry["client"].as_u64().expect("a client");
            let raw = BASE64.decode(entry["update"].as_str().expect("text").as_bytes());
            let start = clocks.get(&client).copied().unwrap_or(0);
            let bytes = gate::canonical(&raw.expect("base64"), client, start).expect("canonical");
            if position % 7 == 3 {
                states.push(note.state());
                bases.push(Base {
                    client,
                    start,
                    bytes: bytes.clone(),
                    before: states.len() - 1,
                });
            }
            note.apply(&bytes).expect("applies");
            clocks.insert(client, note.clock(client));
        }
    }
    (bases, states)
}

fn mutate(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    for _ in 0..random.random_range(1..4) {
        let at = random.random_range(0..bytes.len().max(1));
        match random.random_range(0..7) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << random.random_range(0..8),
            1 if !bytes.is_empty() => bytes[at] = random.random(),
            2 if !bytes.is_empty() => bytes[at] = bytes[at].wrapping_add(1),
            3 => bytes.insert(at.min(bytes.len()), random.random()),
            4 if !bytes.is_empty() => drop(bytes.remove(at)),
            5 => bytes.truncate(at),
            _ if bytes.len() > 4 => {
                // A piece of it somewhere else: whole structs now and then.
                let len = random.random_range(1..bytes.len().min(40));
                let from = random.random_range(0..=bytes.len() - len);
                let piece = bytes[from..from + len].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => (),
        }
    }
}

#[test]
fn two_hundred_thousand_mutations_are_answered_and_what_passes_applies() {
    let (bases, states) = bases();
    let mut random = ChaCha8Rng::seed_from_u64(20_261_121);
    let (mut passed, mut applied, mut misplaced) = (0, 0, 0);
    for _ in 0..200_000 {
        let base = &bases[random.random_range(0..bases.len())];
        let mut bytes = base.bytes.clone();
        mutate(&mut random, &mut bytes);
        if let Ok(repaired) = gate::canonical(&bytes, base.client, base.start) {
            let again = gate::canonical(&repaired, base.client, base.start);
            assert_eq!(
                again.as_ref(),
                Ok(&repaired),
                "the canonical form is a fixed point"
            );
            assert!(gate::check(&repaired, base.client, base.start).is_ok());
        }
        let Ok(facts) = gate::check(&bytes, base.client, base.start) else {
            continue;
        };
        passed += 1;
        // The gate asks nothing of the machine for what the bytes do not hold.
        assert!(facts.structs <= bytes.len() && facts.names.len() <= bytes.len());
        let mut note = Note::from_state(&states[base.before]).expect("a recorded state");
        if !facts
            .names
            .iter()
            .all(|(client, clock)| note.holds(*client, *clock))
        {
            continue;
        }
        match note.apply(&bytes) {
            Ok(()) => {
                applied += 1;
                assert_eq!(note.clock(base.client), facts.end_clock);
                let again = Note::from_state(&note.state()).expect("its own state");
                let _ = (again.hash(), note.hash());
            }
            // Beside what another update wrote it may make no sense; only the document knows.
            Err(NoteError::Misplaced(_)) => misplaced += 1,
            Err(error) => panic!("{error}: {bytes:?}"),
        }
    }
    assert!(
        passed > 10_000 && applied > 5_000,
        "{passed} passed, {applied} applied"
    );
    assert!(misplaced < passed / 2, "{misplaced} found no place");
}

#[test]
fn random_bytes_are_answered() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..50_000 {
        let len = random.random_range(0..64);
        let bytes: Vec<u8> = (0..len).map(|_| random.random_range(0..=255_u8)).collect();
        let _ = (gate::check(&bytes, 1, 0), gate::canonical(&bytes, 1, 0));
    }
}
