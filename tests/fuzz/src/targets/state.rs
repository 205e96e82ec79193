//! A note's state as a snapshot holds it: our own bytes, from a disk that may have damaged them.

use skein_note::{Note, NoteError};

use super::Target;
use super::recorded::{NOTE_WORDS, notes};
use crate::bounded::accepted;

pub const STATE: Target = Target {
    name: "state",
    run,
    seeds,
    words: NOTE_WORDS,
};

fn run(input: &[u8]) {
    match Note::from_state(input) {
        Ok(note) => {
            accepted();
            let again = Note::from_state(&note.state()).expect("its own state");
            assert_eq!(
                again.hash(),
                note.hash(),
                "a snapshot of a snapshot is the note"
            );
            let shown = note.projection();
            let _ = (shown.text(), shown.summary(), note.delta());
        }
        Err(NoteError::Broken) => panic!("it was whole before"),
        // Whatever it is, it comes back as an answer: the note is built from its entries then.
        Err(_) => {}
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let states = notes().iter().flat_map(|edits| edits.iter().step_by(12));
    let small = states
        .map(|edit| edit.before.clone())
        .filter(|state| state.len() < 4_096);
    let mut seeds: Vec<Vec<u8>> = small.collect();
    seeds.sort();
    seeds.dedup();
    seeds
}
