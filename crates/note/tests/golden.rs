//! Notes whose canonical JSON and hash are frozen (`tests/generate/golden.mjs`): two versions of this
//! program that disagree here show two devices two different hashes of one note.

use data_encoding::{BASE64, HEXLOWER};
use serde_json::Value;
use skein_note::{Note, gate};

fn golden() -> Vec<Value> {
    let lines = include_str!("data/golden.jsonl").lines();
    lines
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

#[test]
fn every_golden_note_has_its_frozen_json_and_hash() {
    for golden in golden() {
        let name = &golden["name"];
        let state = BASE64.decode(golden["state"].as_str().expect("a state").as_bytes());
        let state = state.expect("base64");
        let client = golden["client"].as_u64().expect("a client");
        let canonical = gate::canonical(&state, client, 0).expect("passes the gate");
        for bytes in [&state, &canonical] {
            let note = Note::from_state(bytes).expect("applies");
            assert_eq!(note.canonical_json(), golden["canonical"], "{name}");
            assert_eq!(HEXLOWER.encode(&note.hash()), golden["hash"], "{name}");
            let again = Note::from_state(&note.state()).expect("its own state");
            assert_eq!(again.hash(), note.hash(), "{name}");
        }
    }
}

#[test]
fn text_and_summary_of_the_golden_notes() {
    let note = |name: &str| {
        let golden = golden()
            .into_iter()
            .find(|golden| golden["name"] == name)
            .expect("a note");
        let state = BASE64.decode(golden["state"].as_str().expect("a state").as_bytes());
        Note::from_state(&state.expect("base64")).expect("applies")
    };
    let malformed = note("missing starts and ends");
    assert_eq!(
        malformed.text(),
        "before\n\nno end\nend\nleft behind\n\nimplied\n"
    );
    let summary = malformed.summary();
    assert_eq!(summary.preview, "before no end end left behind implied");
    assert_eq!((summary.words, summary.len_utf16), (7, 40));
    let marks = note("every mark and atom");
    assert!(marks.text().ends_with("all\u{fffc}\u{fffc}"));
    let settings = note("settings and title").summary();
    assert_eq!(settings.title, "Ein \"Titel\" 😀\t\\");
    assert_eq!(
        (
            settings.folder.as_deref(),
            settings.pinned,
            settings.trashed
        ),
        (Some("a/b"), true, false)
    );
    assert_eq!(settings.tags, ["x", "ü"]);
    let odd = &note("odd records").projection().blocks[0];
    assert_eq!((odd.indent(), odd.quote(), odd.checked()), (8, 0, false));
    assert_eq!(note("empty").text(), "");
}
