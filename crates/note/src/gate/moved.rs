//! Giving ids other names: what an author called one thing may go by another name here.

use super::parts::{Deletes, Id, Parent, Parts, Range, Span, Struct};
use super::{Refusal, facts, layout, write};

/// Where an id goes, and with it those right after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landing {
    /// Its new client.
    pub client: u64,
    /// Its new clock.
    pub clock: u64,
    /// How many ids from it on go to consecutive clocks of that client, itself included; at least 1.
    pub run: u64,
}

/// An update under other names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The update.
    pub bytes: Vec<u8>,
    /// For every other client whose ids it names, the highest one, as in [`super::Facts`].
    pub names: Vec<(u64, u64)>,
}

/// Rewrites a canonical update of `client` so that every id it writes, names or deletes is called what `to` says. All it
/// writes must go to consecutive clocks.
///
/// # Errors
/// Bytes that are no update, or of more than one writer.
pub fn moved(
    update: &[u8],
    client: u64,
    mut to: impl FnMut(u64, u64) -> Landing,
) -> Result<Moved, Refusal> {
    let (mut spans, deletes) = layout(update)?;
    if spans.len() > 1 {
        return Err(Refusal::ManyClients(spans.len() as u64));
    }
    let span = match spans.pop() {
        Some(span) => moved_span(span, &mut to),
        None => {
            let none = to(client, 0);
            Span {
                client: none.client,
                start: 0,
                structs: Vec::new(),
            }
        }
    };
    let deletes = write::ordered(moved_deletes(&deletes, &mut to));
    let parts = Parts { span, deletes };
    Ok(Moved {
        bytes: write::update(&parts),
        names: facts(&parts).names,
    })
}

fn moved_span<'a>(span: Span<'a>, to: &mut impl FnMut(u64, u64) -> Landing) -> Span<'a> {
    let own = to(span.client, span.start);
    let start = span.start;
    let mut id = |id: Id| {
        let Landing { client, clock, .. } = to(id.client, id.clock);
        Id { client, clock }
    };
    let structs = span.structs.into_iter().map(|part| Struct {
        clock: own.clock + (part.clock - start),
        origin: part.origin.map(&mut id),
        right: part.right.map(&mut id),
        parent: part.parent.map(|parent| match parent {
            Parent::Type(of) => Parent::Type(id(of)),
            root => root,
        }),
        ..part
    });
    let structs = structs.collect();
    Span {
        client: own.client,
        start: own.clock,
        structs,
    }
}

fn moved_deletes(deletes: &[Deletes], to: &mut impl FnMut(u64, u64) -> Landing) -> Vec<Deletes> {
    let mut out = Vec::new();
    for of in deletes {
        for range in &of.ranges {
            let mut clock = range.clock;
            while clock < range.end {
                let landing = to(of.client, clock);
                let len = landing.run.clamp(1, range.end - clock);
                let moved = Range {
                    clock: landing.clock,
                    end: landing.clock + len,
                };
                out.push(Deletes {
                    client: landing.client,
                    ranges: vec![moved],
                });
                clock += len;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::{canonical, check};
    use crate::{Note, Writer};

    /// From clock 3 on client 9 goes by 70.
    fn parting(client: u64, clock: u64) -> Landing {
        match (client, clock) {
            (9, 3..) => Landing {
                client: 70,
                clock: clock - 3,
                run: u64::MAX,
            },
            (9, _) => Landing {
                client,
                clock,
                run: 3 - clock,
            },
            _ => Landing {
                client,
                clock,
                run: u64::MAX,
            },
        }
    }

    fn ids() -> impl FnMut() -> String {
        let mut number = 0;
        move || {
            number += 1;
            format!("block-{number:06}")
        }
    }

    #[test]
    fn the_same_edits_under_other_names_say_the_same() {
        let mut writer = Writer::new(9, &[0, 0]).expect("an empty note");
        let first = writer
            .create("block-000000")
            .expect("an empty note takes a block");
        let word = writer
            .edit(0, 0, "several words", &mut ids())
            .expect("it fits");
        let away = writer.edit(2, 6, "s", &mut ids()).expect("it fits");
        let mut plain = Note::new();
        let mut other = Note::new();
        let mut clock = 0;
        for raw in [first, word, away] {
            let update = canonical(&raw, 9, clock).expect("a sound edit");
            clock = check(&update, 9, clock).expect("canonical").end_clock;
            plain.apply(&update).expect("it fits");
            let shift = |client, clock| match client {
                9 => Landing {
                    client: 71,
                    clock,
                    run: u64::MAX,
                },
                _ => Landing {
                    client,
                    clock,
                    run: u64::MAX,
                },
            };
            let moved = moved(&update, 9, shift).expect("an update");
            assert_eq!(moved.names, [], "it names nobody else");
            other.apply(&moved.bytes).expect("it fits as well");
        }
        assert_eq!(plain.text(), other.text());
        assert!(other.holds(71, clock - 1) && !other.holds(9, 0));
    }

    #[test]
    fn a_deletion_across_a_parting_is_cut_there() {
        // Of client 9, ids 1 to 6.
        let moved = moved(&[0, 1, 9, 1, 1, 6], 5, parting).expect("an update");
        assert_eq!(moved.bytes, [0, 2, 9, 1, 1, 2, 70, 1, 0, 4]);
        assert_eq!(moved.names, [(9, 2), (70, 3)]);
    }
}
