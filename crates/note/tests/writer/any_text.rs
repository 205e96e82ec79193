//! Edits by offset on notes of every shape, and long ones.

use data_encoding::BASE64;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use skein_note::{Block, EditError, Note, Writer, gate};

use crate::bench::{Bench, CLIENT, block, text};

/// The last state of every recorded note: half of their blocks lack a start or an end.
fn recorded_states() -> Vec<Vec<u8>> {
    let lines = include_str!("../data/updates.jsonl").lines();
    let states = lines.map(|line| {
        let recorded: Value = serde_json::from_str(line).expect("a line of JSON");
        let mut note = Note::new();
        for entry in recorded["log"].as_array().expect("a log") {
            let update = BASE64.decode(entry["update"].as_str().expect("text").as_bytes());
            note.apply(&update.expect("base64")).expect("applies");
        }
        note.state()
    });
    states.collect()
}

/// A position between two characters, as an offset in UTF-16 units.
fn boundary(random: &mut ChaCha8Rng, text: &str) -> usize {
    let characters: Vec<char> = text.chars().collect();
    let count = random.random_range(0..=characters.len());
    characters[..count]
        .iter()
        .map(|character| character.len_utf16())
        .sum()
}

#[test]
fn every_edit_does_to_the_text_what_it_would_do_to_a_string() {
    let pieces = [
        "x",
        "two words",
        "😀",
        "\n",
        "a\nb",
        "\n\n",
        "\u{2029}",
        "ü\n",
    ];
    let (mut made, mut refused) = (0, 0);
    for (seed, state) in recorded_states().into_iter().enumerate() {
        let mut random = ChaCha8Rng::seed_from_u64(seed as u64);
        let mut bench = Bench::on(&state);
        for _ in 0..60 {
            let before = bench.writer.text();
            let (one, other) = (
                boundary(&mut random, &before),
                boundary(&mut random, &before),
            );
            let (at, end) = (one.min(other), one.max(other).min(one.min(other) + 9));
            let units: Vec<u16> = before.encode_utf16().collect();
            let insert = if random.random_bool(0.3) {
                ""
            } else {
                pieces[random.random_range(0..pieces.len())]
            };
            if String::from_utf16(&units[at..end]).is_err() {
                continue;
            }
            match bench.edit(at as u64, (end - at) as u64, insert) {
                Ok(_) => made += 1,
                Err(EditError::NoText) => {
                    refused += 1;
                    continue;
                }
                Err(error) => panic!("seed {seed}: {error}"),
            }
            let insert: Vec<u16> = insert.replace('\u{2029}', "\n").encode_utf16().collect();
            let expected = [&units[..at], &insert, &units[end..]].concat();
            let expected = String::from_utf16(&expected).expect("whole characters");
            assert_eq!(bench.note.text(), expected, "seed {seed}: {at} {end}");
        }
    }
    assert!(
        made > 600 && refused < 100,
        "{made} made, {refused} refused"
    );
}

#[test]
fn a_long_import_is_linear_in_its_length() {
    let many: Vec<Block> = (0..6_000)
        .map(|number| {
            let link = json!({"href": format!("https://example.org/{number}")});
            block(
                number,
                "bullet",
                vec![
                    text("some words ", &[]),
                    text("bold", &[("bold", json!(true)), ("link", link)]),
                ],
            )
        })
        .collect();
    let mut writer = Writer::new(CLIENT, &Note::new().state()).expect("a state");
    let update = writer.append_blocks(&many).expect("appends");
    let mut clock = 0;
    let mut note = Note::new();
    for part in gate::split(&update, CLIENT, 0, 1024 * 1024) {
        clock = gate::check(&part, CLIENT, clock).expect("passes").end_clock;
        note.apply(&part).expect("applies");
    }
    assert_eq!(note.projection().blocks, many);
}
