//! Tests of the gate that build updates from their parts.

use std::borrow::Cow;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::parts::{Content, Deletes, Id, Parent, Parts, Range, Span, Struct};
use super::{check, write};
use crate::document::{Note, NoteError};

const ROOTS: [&str; 7] = [
    "body",
    "title",
    "attrs",
    "objects",
    "meta",
    "other",
    "c/abcdefghijk/abcdefghijk/abcdefghijk",
];
const TEXTS: [&str; 5] = ["a", "one two", "\u{2029}", "x\u{2029}é", "😀😀"];
const EMBEDS: [&str; 4] = [
    r#"{"b":"block-000000"}"#,
    r#"{"b":"block-000001","kind":"h1","v":1}"#,
    r#"{"i":"mention"}"#,
    r#"{}"#,
];
const VALUES: [&[u8]; 4] = [
    &[126],
    &[120],
    &[119, 2, b'h', b'i'],
    &[118, 1, 1, b'k', 125, 5],
];

/// Random updates that obey the grammar and name only ids that exist, however little sense they
/// make: neighbours in different roots, text in maps, types beside letters.
struct Scribe {
    random: ChaCha8Rng,
    /// Clock of each client.
    clocks: [u64; 3],
}

impl Scribe {
    fn id(&mut self, own: u64, clock: u64) -> Option<Id> {
        let client = self.random.random_range(0..3_u64);
        let end = if client == own {
            clock
        } else {
            self.clocks[client as usize]
        };
        let recent = end.saturating_sub(12);
        (end > 0).then(|| Id {
            client: client + 1,
            clock: self.random.random_range(recent..end),
        })
    }

    fn update(&mut self) -> Parts<'static> {
        let own = self.random.random_range(0..3_u64);
        let start = self.clocks[own as usize];
        let mut structs: Vec<Struct<'static>> = Vec::new();
        let mut clock = start;
        for _ in 0..self.random.random_range(0..6) {
            let part = self.part(own, clock);
            clock += part.len;
            structs.push(part);
        }
        let mut deletes = Vec::new();
        for _ in 0..self.random.random_range(0..3) {
            if let Some(id) = self.id(own, clock) {
                let end = if id.client == own + 1 {
                    clock
                } else {
                    self.clocks[id.client as usize - 1]
                };
                let end = self.random.random_range(id.clock..end) + 1;
                let ranges = vec![Range {
                    clock: id.clock,
                    end,
                }];
                deletes.push(Deletes {
                    client: id.client,
                    ranges,
                });
            }
        }
        let span = Span {
            client: own + 1,
            start,
            structs,
        };
        Parts {
            span,
            deletes: write::ordered(deletes),
        }
    }

    fn part(&mut self, own: u64, clock: u64) -> Struct<'static> {
        let (len, content) = self.content();
        let mut part = Struct {
            clock,
            len,
            origin: None,
            right: None,
            parent: None,
            keyed: false,
            key: None,
            content,
        };
        if matches!(part.content, Content::Garbage) {
            return part;
        }
        if self.random.random_bool(0.6) {
            part.origin = self.id(own, clock);
        }
        if self.random.random_bool(0.4) {
            part.right = self.id(own, clock);
        }
        if part.origin.is_none() && part.right.is_none() {
            let root = ROOTS[self.random.random_range(0..ROOTS.len())];
            part.parent = Some(Parent::Root(root));
            if self.random.random_bool(0.2)
                && let Some(id) = self.id(own, clock)
            {
                part.parent = Some(Parent::Type(id));
            }
            if self.random.random_bool(0.4) {
                part.keyed = true;
                part.key = Some(["table-000001", "table-000002"][self.random.random_range(0..2)]);
            }
        }
        part
    }

    fn content(&mut self) -> (u64, Content<'static>) {
        let mut pick = |count: usize| self.random.random_range(0..count);
        match pick(12) {
            0 => (pick(5) as u64 + 1, Content::Garbage),
            1 => (pick(5) as u64 + 1, Content::Deleted),
            2..=4 => {
                let text = TEXTS[pick(TEXTS.len())];
                (text.encode_utf16().count() as u64, Content::Text(text))
            }
            5 | 6 => (1, Content::Embed(Cow::Borrowed(EMBEDS[pick(EMBEDS.len())]))),
            7 | 8 => {
                let value = Cow::Borrowed(["true", "null", r#"{"href":"x"}"#][pick(3)]);
                (
                    1,
                    Content::Format {
                        name: ["bold", "link"][pick(2)],
                        value,
                    },
                )
            }
            9 | 10 => (1, Content::Type(pick(2) as u8)),
            _ => (1, Content::Values(VALUES[pick(VALUES.len())])),
        }
    }
}

/// Whatever passes and finds its place must leave yrs neither waiting nor panicking nor with a state
/// that it cannot read again. Neighbours the wrong way round still read differently from a state.
#[test]
fn what_makes_no_sense_is_refused_or_leaves_yrs_whole() {
    let (mut passed, mut applied) = (0, 0);
    for seed in 0..4000 {
        let random = ChaCha8Rng::seed_from_u64(seed);
        let mut scribe = Scribe {
            random,
            clocks: [0; 3],
        };
        let mut note = Note::new();
        let mut log = Vec::new();
        for _ in 0..12 {
            let parts = scribe.update();
            let bytes = write::update(&parts);
            let (client, start) = (parts.span.client, parts.span.start);
            let Ok(facts) = check(&bytes, client, start) else {
                continue;
            };
            assert!(
                facts
                    .names
                    .iter()
                    .all(|(other, clock)| note.holds(*other, *clock))
            );
            passed += 1;
            match note.apply(&bytes) {
                Ok(()) => applied += 1,
                // Only the document knows what the neighbours are. It is as it was.
                Err(NoteError::Misplaced(_)) => continue,
                Err(error) => panic!("seed {seed}: {error}: {parts:?} after {log:?}"),
            }
            log.push(bytes);
            scribe.clocks[client as usize - 1] = facts.end_clock;
            assert_eq!(note.clock(client), facts.end_clock, "seed {seed}");
            let again = Note::from_state(&note.state());
            let again =
                again.unwrap_or_else(|error| panic!("seed {seed}: {error} in its own state"));
            assert_eq!(again.clock(client), facts.end_clock);
            let _ = (again.canonical_json(), note.canonical_json());
        }
    }
    assert!(
        passed > 18_000 && applied > 8_000,
        "{passed} passed, {applied} applied"
    );
}
