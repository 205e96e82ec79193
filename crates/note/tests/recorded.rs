//! Updates recorded from yjs 13.6.33 (`tests/generate/updates.mjs`): the gate takes them all, yrs
//! shows what yjs showed, and the canonical form is the same edit.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use skein_note::{Note, gate};

struct Recorded {
    name: String,
    log: Vec<(u64, Vec<u8>)>,
    shown: Value,
}

fn recorded() -> Vec<Recorded> {
    let lines = include_str!("data/updates.jsonl").lines();
    let notes = lines.map(|line| {
        let shown: Value = serde_json::from_str(line).expect("a line of JSON");
        let log = shown["log"].as_array().expect("a log").iter().map(|entry| {
            let bytes = entry["update"].as_str().expect("an update").as_bytes();
            (
                entry["client"].as_u64().expect("a client"),
                BASE64.decode(bytes).expect("base64"),
            )
        });
        Recorded {
            name: format!("note {}", shown["note"]),
            log: log.collect(),
            shown,
        }
    });
    notes.collect()
}

/// The log in canonical form with each update's start clock and facts.
fn gated(recorded: &Recorded) -> Vec<(u64, u64, Vec<u8>, gate::Facts)> {
    let mut clocks: BTreeMap<u64, u64> = BTreeMap::new();
    let gated = recorded
        .log
        .iter()
        .enumerate()
        .map(|(position, (client, raw))| {
            let start = clocks.get(client).copied().unwrap_or(0);
            let canonical = gate::canonical(raw, *client, start)
                .unwrap_or_else(|refusal| panic!("{} push {position}: {refusal}", recorded.name));
            let facts = gate::check(&canonical, *client, start).expect("canonical bytes pass");
            clocks.insert(*client, facts.end_clock);
            (*client, start, canonical, facts)
        });
    gated.collect()
}

#[test]
fn the_gate_takes_everything_yjs_sends_and_yrs_shows_what_yjs_showed() {
    for note in recorded() {
        let mut raw = Note::new();
        let mut canonical = Note::new();
        for ((client, bytes), (_, start, gated, facts)) in note.log.iter().zip(gated(&note)) {
            assert_eq!(canonical.clock(*client), start);
            for (other, clock) in &facts.names {
                assert!(
                    canonical.holds(*other, *clock),
                    "{}: names what is not here",
                    note.name
                );
            }
            raw.apply(bytes).expect("raw bytes apply");
            canonical.apply(&gated).expect("canonical bytes apply");
        }
        assert_eq!(
            raw.canonical_json(),
            canonical.canonical_json(),
            "{}",
            note.name
        );
        assert_eq!(canonical.delta(), note.shown["delta"], "{}", note.name);
        let shown = canonical.projection();
        assert_eq!(shown.title, note.shown["title"], "{}", note.name);
        assert_eq!(
            plain_numbers(&serde_json::to_value(&shown.meta).expect("JSON")),
            plain_numbers(&note.shown["meta"])
        );
        let mut objects = serde_json::to_value(&shown.objects).expect("JSON");
        for object in objects.as_object_mut().expect("objects").values_mut() {
            object.as_object_mut().expect("a table").remove("cells");
        }
        let alive =
            |(_, object): &(String, Value)| object.as_object().is_some_and(|o| !o.is_empty());
        let objects: BTreeMap<_, _> = objects
            .as_object()
            .expect("objects")
            .clone()
            .into_iter()
            .filter(alive)
            .collect();
        let expected: BTreeMap<_, _> = note.shown["objects"]
            .as_object()
            .expect("objects")
            .clone()
            .into_iter()
            .collect();
        assert_eq!(objects, expected, "{}", note.name);
    }
}

/// `1e21` is a float on one side and an integer on the other.
fn plain_numbers(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.as_f64().expect("a double")),
        Value::Array(items) => items.iter().map(plain_numbers).collect(),
        Value::Object(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), plain_numbers(value)))
            .collect(),
        other => other.clone(),
    }
}

#[test]
fn canonical_form_is_a_fixed_point() {
    for note in recorded() {
        for (client, start, canonical, _) in gated(&note) {
            assert_eq!(
                gate::canonical(&canonical, client, start).as_ref(),
                Ok(&canonical)
            );
        }
    }
}

#[test]
fn any_causal_order_gives_the_same_hash_and_a_state_gives_the_same_note() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for note in recorded() {
        let log = gated(&note);
        let mut hashes = Vec::new();
        for _ in 0..6 {
            let mut rebuilt = Note::new();
            // Each session in its own order, as its chain says; between sessions any order.
            let mut sessions: BTreeMap<u64, Vec<_>> = BTreeMap::new();
            for edit in log.iter().rev() {
                sessions.entry(edit.0).or_default().push(edit);
            }
            while !sessions.is_empty() {
                let mut clients: Vec<u64> = sessions.keys().copied().collect();
                clients.shuffle(&mut random);
                let ready = |client: &u64| {
                    let (_, _, _, facts) = sessions[client].last().expect("an edit");
                    facts
                        .names
                        .iter()
                        .all(|(other, clock)| rebuilt.holds(*other, *clock))
                };
                let next = clients
                    .into_iter()
                    .find(ready)
                    .expect("some session can go on");
                let of_session = sessions.get_mut(&next).expect("a session");
                let (_, _, bytes, _) = of_session.pop().expect("an edit");
                rebuilt.apply(bytes).expect("applies in any causal order");
                if of_session.is_empty() {
                    sessions.remove(&next);
                }
                if random.random_bool(0.1) {
                    rebuilt = Note::from_state(&rebuilt.state()).expect("its own state");
                }
            }
            hashes.push(rebuilt.hash());
        }
        hashes.dedup();
        assert_eq!(hashes.len(), 1, "{}", note.name);
    }
}

#[test]
fn parts_of_a_split_edit_pass_the_gate_and_give_the_same_note() {
    for note in recorded() {
        for max_bytes in [60, 200, 700, 3000] {
            let mut whole = Note::new();
            let mut parts = Note::new();
            for (client, start, canonical, facts) in gated(&note) {
                whole.apply(&canonical).expect("applies");
                let mut clock = start;
                let split = gate::split(&canonical, client, start, max_bytes);
                for part in &split {
                    let facts = gate::check(part, client, clock).expect("a part passes the gate");
                    clock = facts.end_clock;
                    parts.apply(part).expect("a part applies");
                }
                assert_eq!(clock, facts.end_clock);
                if max_bytes > canonical.len() {
                    assert_eq!(split, [canonical]);
                }
            }
            assert_eq!(
                whole.canonical_json(),
                parts.canonical_json(),
                "{}",
                note.name
            );
        }
    }
}
