//! A copy of a note says what the note says, in one update that passes the gate.

use data_encoding::BASE64;
use serde_json::{Value, json};
use skein_note::{EditError, Note, Writer, gate};

const CLIENT: u64 = 8_000_000_000_000_077;

fn notes() -> impl Iterator<Item = (String, Note)> {
    let lines = include_str!("data/golden.jsonl").lines();
    lines.map(|line| {
        let golden: Value = serde_json::from_str(line).expect("a line of JSON");
        let state = BASE64.decode(golden["state"].as_str().expect("a state").as_bytes());
        let note = Note::from_state(&state.expect("base64")).expect("applies");
        (golden["name"].as_str().expect("a name").to_owned(), note)
    })
}

fn copy(of: &Note, keeps: &dyn Fn(&str) -> bool, more: &[(String, Value)]) -> (Note, Vec<u8>) {
    let empty = Note::new().state();
    let mut writer = Writer::new(CLIENT, &empty).expect("a replica");
    let update = writer.copy(of, keeps, more).expect("copied");
    assert_eq!(gate::canonical(&update, CLIENT, 0).as_ref(), Ok(&update));
    gate::check(&update, CLIENT, 0).expect("passes the gate");
    let mut copied = Note::new();
    copied.apply(&update).expect("applies");
    (copied, update)
}

#[test]
fn every_golden_note_is_copied_with_all_that_it_shows() {
    let mut tables = 0;
    for (name, note) in notes() {
        let (copied, _) = copy(&note, &|_| true, &[]);
        let mut shown = note.projection();
        // A cell whose table no block names.
        shown.objects.remove("table-999999");
        assert_eq!(copied.canonical_json(), shown.canonical_json(), "{name}");
        tables += shown.objects.len();
    }
    assert!(tables > 0, "one has a table");
}

#[test]
fn settings_go_along_or_not_and_others_are_added() {
    let (_, note) = notes()
        .find(|(name, _)| name == "settings and title")
        .expect("a note");
    let from = ("moved_from".to_owned(), json!("space/note/1764000000000"));
    let (copied, _) = copy(&note, &|key| key != "trashed", std::slice::from_ref(&from));
    let mut wanted = note.projection().meta;
    wanted.remove("trashed");
    wanted.insert(from.0, from.1);
    assert_eq!(copied.projection().meta, wanted);
}

#[test]
fn what_is_no_part_of_the_note_any_more_stays_behind() {
    // A value of a block that was deleted, which the golden note keeps in its bytes.
    let (_, note) = notes()
        .find(|(name, _)| name == "every kind of block")
        .expect("a note");
    let has_gone = |bytes: &[u8]| bytes.windows(4).any(|four| four == b"gone");
    assert!(has_gone(&note.state()));
    let (copied, update) = copy(&note, &|_| true, &[]);
    assert!(!has_gone(&update));
    assert_eq!(copied.hash(), note.hash());
}

#[test]
fn only_an_empty_note_becomes_a_copy() {
    let (_, note) = notes().next().expect("a note");
    let mut writer = Writer::new(CLIENT, &Note::new().state()).expect("a replica");
    writer.create("block-000000").expect("creates");
    assert_eq!(writer.copy(&note, &|_| true, &[]), Err(EditError::NotEmpty));
}
