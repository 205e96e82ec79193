//! Replays updates through yrs, for comparison with yjs.
//!
//! Reads JSON lines `{"updates": [base64, …], "strict": bool}` on standard input, applies each line's
//! updates in order to a fresh note and prints one line for it: `{"hash", "canonical", "delta", "title"}`,
//! where `canonical` is the canonical JSON as a string and `delta` the body as `[{insert, attributes}]`.
//! A line that cannot be applied gives `{"error"}`.
//!
//! Updates go through the gate, as a window's pushes do. Where a line is not strict, what the gate
//! refuses is applied as it is: notes that were made wrong on purpose.

use std::io::{BufRead, Write};

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};
use skein_note::{Note, gate};

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let answer = replay(&line?).unwrap_or_else(|error| json!({ "error": error }));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn replay(line: &str) -> Result<Value, String> {
    let line: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let updates = line["updates"]
        .as_array()
        .ok_or("the line has no updates")?;
    let strict = line["strict"].as_bool().unwrap_or_default();
    let mut note = Note::new();
    for update in updates {
        let text = update.as_str().ok_or("an update is not a string")?;
        let raw = BASE64
            .decode(text.as_bytes())
            .map_err(|error| error.to_string())?;
        let (client, start) = author(&raw)?;
        let bytes = match gate::canonical(&raw, client, start) {
            Ok(canonical) => canonical,
            Err(refusal) if strict => return Err(format!("the gate refuses it: {refusal}")),
            Err(_) => raw,
        };
        note.apply(&bytes).map_err(|error| error.to_string())?;
    }
    let shown = note.projection();
    Ok(json!({
        "hash": HEXLOWER.encode(&shown.hash()),
        "canonical": shown.canonical_json(),
        "delta": note.delta(),
        "title": shown.title,
    }))
}

/// Whose update it is, and the clock it starts at; anybody's where it only deletes.
fn author(update: &[u8]) -> Result<(u64, u64), String> {
    let mut numbers = Numbers(update);
    let mut next = || numbers.next().ok_or("an update ends too early");
    if next()? == 0 {
        return Ok((0, 0));
    }
    let _structs = next()?;
    Ok((next()?, next()?))
}

/// The numbers at the beginning of an update, as lib0 writes them.
struct Numbers<'a>(&'a [u8]);

impl Iterator for Numbers<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let end = self.0.iter().position(|byte| byte & 0x80 == 0)?;
        let (number, rest) = self.0.split_at(end + 1);
        self.0 = rest;
        let low_first = number.iter().enumerate();
        Some(low_first.fold(0, |sum, (at, byte)| {
            sum | u64::from(byte & 0x7f) << (7 * at)
        }))
    }
}
