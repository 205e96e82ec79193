//! The gate and the document behind it: `base u16 ‖ update`, an update of a recorded note's next writer.

use skein_note::config::{MAX_SOLID_BYTES, MAX_UPDATE_BYTES};
use skein_note::gate::{self, Facts};
use skein_note::{Note, NoteError, Writer};

use super::Target;
use super::recorded::{Edit, notes};
use crate::bounded::{accepted, bounded};

/// Bytes of memory per byte read. A struct of three bytes (a deletion's piece, garbage) is one of some
/// 150 bytes in memory, in a vector that may be twice what it holds, next to its place and the bytes
/// written anew.
const FACTOR: u64 = 1024;

/// Bytes of a part when an update is cut: so few that small updates are cut between structs, and just enough to cut
/// inside one, which is not worth it below half a KiB.
const PARTS: [usize; 2] = [96, 640];

pub const GATE: Target = Target {
    name: "gate",
    run,
    seeds,
    words: &[
        b"\x05title",
        b"\x04body",
        b"\x05attrs",
        b"\x07objects",
        b"\x04meta",
        b"null",
        b"true",
        b"{\"b\":\"",
        b"{\"b\":\"F6atneHFCh5\"}",
        b"\xe2\x80\xa9",
        b"\xf0\x9f\x98\x80",
        b"\"\\ud83d\"",
        b"\\ud83d\\ude00",
    ],
};

/// The edit in whose place foreign bytes stand.
fn base(pick: u16) -> &'static Edit {
    let edits = notes().iter().map(Vec::len).sum::<usize>();
    let at = usize::from(pick) % edits;
    notes().iter().flatten().nth(at).expect("below the count")
}

fn run(input: &[u8]) {
    let Some((pick, update)) = input.split_first_chunk::<2>() else {
        return;
    };
    let base = base(u16::from_le_bytes(*pick));
    let checked = bounded(update.len(), FACTOR, || {
        gate::check(update, base.client, base.start)
    });
    if let Ok(facts) = &checked {
        accepted();
        assert!(facts.structs <= update.len() && facts.names.len() <= update.len());
        assert!(facts.names.is_sorted() && facts.names.iter().all(|(id, _)| *id != base.client));
        applied(base, update, facts);
    }
    let Ok(canonical) = bounded(update.len(), FACTOR, || {
        gate::canonical(update, base.client, base.start)
    }) else {
        let solid = update.len() > MAX_SOLID_BYTES;
        assert!(
            checked.is_err() || solid,
            "what is canonical can be made canonical"
        );
        return;
    };
    if checked.is_ok() {
        assert_eq!(
            canonical, update,
            "what passes the gate is its own canonical form"
        );
        // What another name would be given to, under its own.
        let own = |client, clock| gate::Landing {
            client,
            clock,
            run: u64::MAX,
        };
        let moved = gate::moved(update, base.client, own).expect("it passed the gate");
        assert_eq!(moved.bytes, update, "under the same names it is the same");
    }
    let again = gate::canonical(&canonical, base.client, base.start);
    assert_eq!(
        again.as_ref(),
        Ok(&canonical),
        "the canonical form is a fixed point"
    );
    if canonical.len() <= MAX_UPDATE_BYTES {
        let facts = gate::check(&canonical, base.client, base.start);
        let facts = facts.expect("the canonical form passes the gate");
        if checked.is_err() {
            applied(base, &canonical, &facts);
        }
    }
}

/// What passes the gate and names nothing that is missing never panics in yrs, whole or in parts.
fn applied(base: &Edit, update: &[u8], facts: &Facts) {
    let mut note = Note::from_state(&base.before).expect("a recorded state");
    let held = |(client, clock): &(u64, u64)| note.holds(*client, *clock);
    if !facts.names.iter().all(held) {
        return;
    }
    match note.apply(update) {
        Ok(()) => {
            assert_eq!(
                note.clock(base.client),
                facts.end_clock,
                "the gate counted right"
            );
            let again = Note::from_state(&note.state()).expect("its own state");
            assert_eq!(again.hash(), note.hash(), "a snapshot is the note");
            let shown = note.projection();
            let _ = (shown.text(), shown.summary());
            for most in PARTS {
                in_parts(base, update, most, &note);
            }
        }
        // Beside what another update wrote it may make no sense; only the document knows.
        Err(NoteError::Misplaced(_)) => {
            let before = Note::from_state(&base.before).expect("a recorded state");
            assert_eq!(
                note.hash(),
                before.hash(),
                "a refused edit changed the note"
            );
        }
        Err(error) => panic!("what passed the gate: {error}"),
    }
}

fn in_parts(base: &Edit, update: &[u8], most: usize, whole: &Note) {
    let parts = gate::split(update, base.client, base.start, most);
    let mut note = Note::from_state(&base.before).expect("a recorded state");
    for part in &parts {
        let clock = note.clock(base.client);
        let facts = gate::check(part, base.client, clock);
        facts.expect("a part of what passes the gate passes it");
        note.apply(part).expect("a part of what applies applies");
    }
    assert_eq!(
        note.hash(),
        whole.hash(),
        "the parts say what the whole says"
    );
}

fn seeds() -> Vec<Vec<u8>> {
    let edits: Vec<&Edit> = notes().iter().flatten().collect();
    let seed = |at: usize, update: &[u8]| [&(at as u16).to_le_bytes()[..], update].concat();
    let every_fifth = edits.iter().enumerate().step_by(5);
    let recorded = every_fifth
        .filter(|(_, edit)| edit.update.len() < 1_500)
        .map(|(at, edit)| seed(at, &edit.update));
    let mut all: Vec<Vec<u8>> = recorded.collect();
    all.push(seed(0, &pasted(edits[0])));
    let in_json = edits.iter().enumerate();
    let in_json = in_json.filter_map(|(at, edit)| Some(seed(at, &escaped(&edit.update)?)));
    all.extend(in_json.take(1));
    all
}

/// A text that is cut in the middle, of characters of one to four bytes.
fn pasted(base: &Edit) -> Vec<u8> {
    let mut writer = Writer::new(base.client, &base.before).expect("a recorded state");
    let mut ids = || "pasted-block".to_owned();
    let update = writer.edit(0, 0, &"aé本\u{1f600}".repeat(90), &mut ids);
    let update = update.expect("its beginning");
    gate::canonical(&update, base.client, base.start).expect("a writer's own")
}

/// A character beyond 16 bits as JSON writes it in two escapes, where a recorded embed has something as long.
fn escaped(update: &[u8]) -> Option<Vec<u8>> {
    let old = b"\"n\":1.5,\"list\":[1,[2,[]]]";
    let new = b"\"nn\":\"\\ud83d\\ude00\",\"m\":1";
    let at = update.windows(old.len()).position(|window| window == old)?;
    let mut update = update.to_vec();
    update[at..at + new.len()].copy_from_slice(new);
    Some(update)
}
