//! A line of the file that `skein note edit --edits` reads.

use super::Target;
use crate::bounded::{accepted, bounded};

/// The command line has no library: its reader is compiled in here.
#[path = "../../../../crates/cli/src/commands/edit_line.rs"]
mod edit_line;

use edit_line::EditLine;

pub const EDITS: Target = Target {
    name: "edits",
    run,
    seeds,
    words: &[
        b"{\"at\":",
        b"\"delete\":",
        b"\"insert\":\"",
        b"\\ud800",
        b"\\u0000",
        b"1e3",
        b"-0",
        b"18446744073709551616",
    ],
};

fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    for line in text.lines() {
        let Ok(edit) = bounded(line.len(), 16, || EditLine::read(line)) else {
            continue;
        };
        accepted();
        assert!(
            line.trim_start().starts_with('{'),
            "only an object is a line"
        );
        let again =
            serde_json::json!({ "at": edit.at, "delete": edit.delete, "insert": edit.insert });
        assert_eq!(
            EditLine::read(&again.to_string()),
            Ok(edit),
            "the same edit"
        );
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let lines = [
        "{\"at\": 3, \"delete\": 1, \"insert\": \"ü\"}\n{\"at\":0,\"insert\":\"x\"}\n\n{\"at\":18446744073709551615}",
        " {\"insert\":\"\\ud83d\\ude00\\n\",\"at\":7}",
        "[0, 0, \"x\"]",
        "{\"at\":1,\"remove\":2}",
    ];
    lines.map(|lines| lines.as_bytes().to_vec()).to_vec()
}
