//! Edits that a real editor made: notes of several writers, recorded from yjs.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use data_encoding::BASE64;
use serde::Deserialize;
use skein_note::{Note, gate};

/// Notes kept of the recording, and edits of each: enough to hold every kind of edit.
const NOTES: usize = 6;
const EDITS: usize = 60;

/// What updates of notes are full of, for the mutator.
pub const NOTE_WORDS: &[&[u8]] = &[
    b"\x05title",
    b"\x04body",
    b"\x05attrs",
    b"\x07objects",
    b"\x04meta",
    b"null",
    b"true",
];

/// One edit.
pub struct Edit {
    /// Who made it.
    pub client: u64,
    /// Where that writer's session stood.
    pub start: u64,
    /// Canonical bytes.
    pub update: Vec<u8>,
    /// The state of the note before it.
    pub before: Vec<u8>,
}

#[derive(Deserialize)]
struct Line {
    log: Vec<Raw>,
}

#[derive(Deserialize)]
struct Raw {
    client: u64,
    update: String,
}

/// Notes, each as its edits in an order in which they apply.
pub fn notes() -> &'static [Vec<Edit>] {
    static RECORDED: OnceLock<Vec<Vec<Edit>>> = OnceLock::new();
    RECORDED.get_or_init(|| {
        let lines = include_str!("../../../../crates/note/tests/data/updates.jsonl").lines();
        let parsed = lines.map(|line| serde_json::from_str(line).expect("a recorded note"));
        parsed.take(NOTES).map(edits).collect()
    })
}

fn edits(line: Line) -> Vec<Edit> {
    let mut note = Note::new();
    let raw = line.log.into_iter().take(EDITS);
    raw.map(|raw| {
        let bytes = BASE64.decode(raw.update.as_bytes()).expect("base64");
        let start = note.clock(raw.client);
        let update = gate::canonical(&bytes, raw.client, start).expect("an editor's update");
        let before = note.state();
        note.apply(&update).expect("a recorded order");
        Edit {
            client: raw.client,
            start,
            update,
            before,
        }
    })
    .collect()
}

/// The writers of a recorded note, by their ids.
pub fn clients(note: &[Edit]) -> Vec<u64> {
    let of = |edit: &Edit| (edit.client, ());
    note.iter()
        .map(of)
        .collect::<BTreeMap<_, _>>()
        .into_keys()
        .collect()
}
