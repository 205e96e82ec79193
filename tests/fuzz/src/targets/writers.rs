//! Several writers at once: `note ‖ (writer ‖ length u16 ‖ update)*`, applied in two orders.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};

use skein_note::gate::{self, Facts};
use skein_note::{Note, NoteError};

use super::Target;
use super::recorded::{Edit, NOTE_WORDS, clients, notes};
use crate::bounded::accepted;

/// Updates of one input: more would only make it slow.
const UPDATES: usize = 48;

pub const WRITERS: Target = Target {
    name: "writers",
    run,
    seeds,
    words: NOTE_WORDS,
};

/// An update that passed the gate.
struct Taken<'a> {
    client: u64,
    start: u64,
    update: &'a [u8],
    facts: Facts,
}

fn run(input: &[u8]) {
    let Some((pick, mut rest)) = input.split_first() else {
        return;
    };
    let clients = clients(&notes()[usize::from(*pick) % notes().len()]);
    let mut note = Note::new();
    let mut taken = Vec::new();
    while let Some((head, more)) = rest.split_first_chunk::<3>() {
        let len = usize::from(u16::from_le_bytes([head[1], head[2]])).min(more.len());
        let (update, more) = more.split_at(len);
        rest = more;
        let client = clients[usize::from(head[0]) % clients.len()];
        let start = note.clock(client);
        let Ok(facts) = gate::check(update, client, start) else {
            continue;
        };
        if !ready(&note, &facts) || taken.len() == UPDATES {
            continue;
        }
        match note.apply(update) {
            Ok(()) => taken.push(Taken {
                client,
                start,
                update,
                facts,
            }),
            Err(NoteError::Misplaced(_)) => {}
            Err(error) => panic!("what passed the gate: {error}"),
        }
    }
    if taken.len() > 1 {
        accepted();
        let other = in_another_order(&taken);
        assert_eq!(
            other.canonical_json(),
            note.canonical_json(),
            "the order shows"
        );
        assert_eq!(other.hash(), note.hash());
    }
}

fn ready(note: &Note, facts: &Facts) -> bool {
    let held = |(client, clock): &(u64, u64)| note.holds(*client, *clock);
    facts.names.iter().all(held)
}

/// The same updates, the highest writer's first wherever what they name is there.
fn in_another_order(taken: &[Taken<'_>]) -> Note {
    let mut queues: BTreeMap<Reverse<u64>, VecDeque<&Taken<'_>>> = BTreeMap::new();
    for one in taken {
        queues
            .entry(Reverse(one.client))
            .or_default()
            .push_back(one);
    }
    let mut note = Note::new();
    for _ in taken {
        let mut heads = queues.values_mut();
        let next = heads.find(|queue| queue.front().is_some_and(|one| ready(&note, &one.facts)));
        let one = next.and_then(VecDeque::pop_front);
        let one = one.expect("the first order was one");
        assert_eq!(note.clock(one.client), one.start);
        note.apply(one.update)
            .expect("what applies in one order applies in another");
    }
    note
}

fn seeds() -> Vec<Vec<u8>> {
    let of_note = |(pick, edits): (usize, &Vec<Edit>)| {
        let clients = clients(edits);
        let mut seed = vec![pick as u8];
        for edit in edits.iter().take(UPDATES / 2) {
            let who = clients.iter().position(|client| *client == edit.client);
            seed.push(who.expect("one of them") as u8);
            seed.extend((edit.update.len() as u16).to_le_bytes());
            seed.extend(&edit.update);
        }
        seed
    };
    let whole: Vec<Vec<u8>> = notes().iter().enumerate().map(of_note).collect();
    let short = whole.iter().filter(|seed| seed.len() < 6 * 1024);
    short.cloned().collect()
}
