//! Cutting an edit that is too large for one entry.

use super::parse::{Form, parse};
use super::parts::{Content, Deletes, Id, Parts, Span, Struct};
use super::read::Reader;
use super::{any, write};
use crate::config::{MAX_RAW_STRUCTS, MAX_STRUCTS, SPLIT_HEADER_BYTES, SPLIT_MIN_PIECE};

/// Cuts a canonical update into consecutive ones of at most `max_bytes` and 50,000 structs each.
///
/// Cut by clock; a string is never cut inside a character, so never inside a surrogate pair. The
/// second half's origin is the first half's last id, its right origin is unchanged. The delete set
/// goes last. Every part passes the gate at the clock where the one before ends. A single value
/// larger than `max_bytes` stands in a part of its own. Bytes that are not canonical come back as
/// they are.
pub fn split(canonical: &[u8], client: u64, start_clock: u64, max_bytes: usize) -> Vec<Vec<u8>> {
    let form = Form::canonical(MAX_RAW_STRUCTS);
    let Ok(parts) = parse(canonical, client, start_clock, form) else {
        return vec![canonical.to_vec()];
    };
    if canonical.len() <= max_bytes && parts.span.structs.len() <= MAX_STRUCTS {
        return vec![canonical.to_vec()];
    }
    let mut splitter = Splitter {
        client,
        room: max_bytes.saturating_sub(SPLIT_HEADER_BYTES),
        start: start_clock,
        structs: Vec::new(),
        size: 0,
        done: Vec::new(),
    };
    for part in parts.span.structs {
        splitter.add(part);
    }
    splitter.deletes(parts.deletes);
    splitter.done
}

/// Gives every value under a map's key a struct of its own: yrs cannot count several.
pub(super) fn part_keyed_values(span: &mut Span<'_>) {
    if !span.structs.iter().any(is_together) {
        return;
    }
    let client = span.client;
    for part in std::mem::take(&mut span.structs) {
        let mut rest = part;
        while is_together(&rest)
            && let Content::Values(values) = rest.content
            && let Some(at) = first_value(values)
        {
            let (first, second) = values.split_at(at);
            let both = (Content::Values(first), Content::Values(second));
            let (first, second) = halves(&rest, client, 1, both);
            span.structs.push(first);
            rest = second;
        }
        span.structs.push(rest);
    }
}

/// Whether a struct that says it is a map's entry has several values.
pub(super) fn is_together(part: &Struct<'_>) -> bool {
    part.keyed && part.len > 1 && matches!(part.content, Content::Values(_))
}

fn first_value(values: &[u8]) -> Option<usize> {
    let mut reader = Reader::new(values, false);
    any::skip(&mut reader).ok()?;
    Some(reader.position())
}

struct Splitter<'a> {
    client: u64,
    /// Bytes that structs and deletions of one part may take.
    room: usize,
    /// Clock at which the part in the making starts.
    start: u64,
    structs: Vec<Struct<'a>>,
    size: usize,
    done: Vec<Vec<u8>>,
}

impl<'a> Splitter<'a> {
    fn add(&mut self, part: Struct<'a>) {
        let mut rest = Some(part);
        while let Some(part) = rest.take() {
            if self.structs.len() == MAX_STRUCTS {
                self.flush(Vec::new());
            }
            let size = encoded_len(&part);
            let left = self.room.saturating_sub(self.size);
            if size <= left {
                self.push(part, size);
            } else if let Some((first, second)) = cut(&part, self.client, left) {
                let size = encoded_len(&first);
                self.push(first, size);
                self.flush(Vec::new());
                rest = Some(second);
            } else if self.structs.is_empty() {
                self.push(part, size);
            } else {
                self.flush(Vec::new());
                rest = Some(part);
            }
        }
    }

    fn push(&mut self, part: Struct<'a>, size: usize) {
        self.structs.push(part);
        self.size += size;
    }

    fn flush(&mut self, deletes: Vec<Deletes>) {
        let structs = std::mem::take(&mut self.structs);
        let span = Span {
            client: self.client,
            start: self.start,
            structs,
        };
        self.start = span.end();
        self.size = 0;
        self.done.push(write::update(&Parts { span, deletes }));
    }

    fn deletes(&mut self, all: Vec<Deletes>) {
        let mut taken: Vec<Deletes> = Vec::new();
        for of_client in all {
            let client = of_client.client;
            for range in of_client.ranges {
                // A client's header is counted with every range: never too little.
                let size = write::number_len(client)
                    + 4
                    + write::number_len(range.clock)
                    + write::number_len(range.end);
                if self.size + size > self.room && !(self.structs.is_empty() && taken.is_empty()) {
                    self.flush(std::mem::take(&mut taken));
                }
                self.size += size;
                match taken.last_mut() {
                    Some(last) if last.client == client => last.ranges.push(range),
                    _ => taken.push(Deletes {
                        client,
                        ranges: vec![range],
                    }),
                }
            }
        }
        if !self.structs.is_empty() || !taken.is_empty() {
            self.flush(taken);
        }
    }
}

fn encoded_len(part: &Struct<'_>) -> usize {
    let mut out = Vec::new();
    write::one(part, &mut out);
    out.len()
}

/// Cuts a struct so that its first half takes at most `room` bytes; none where that is not worth it
/// or cannot be done.
fn cut<'a>(part: &Struct<'a>, client: u64, room: usize) -> Option<(Struct<'a>, Struct<'a>)> {
    let (content_len, whole) = match &part.content {
        Content::Text(text) => (text.len(), encoded_len(part)),
        Content::Values(values) => (values.len(), encoded_len(part)),
        _ => return None,
    };
    let budget = room.checked_sub(whole - content_len)?;
    if budget < SPLIT_MIN_PIECE {
        return None;
    }
    let (len, first, second) = match part.content {
        Content::Text(text) => {
            let at = text.floor_char_boundary(budget);
            let (first, second) = text.split_at(at);
            let len = first.encode_utf16().count() as u64;
            (len, Content::Text(first), Content::Text(second))
        }
        Content::Values(values) => {
            let (len, at) = values_within(values, budget);
            let (first, second) = values.split_at(at);
            (len, Content::Values(first), Content::Values(second))
        }
        _ => return None,
    };
    if len == 0 || len >= part.len {
        return None;
    }
    Some(halves(part, client, len, (first, second)))
}

/// A struct as two: the first with `len` units. The second was written right after it.
fn halves<'a>(
    part: &Struct<'a>,
    client: u64,
    len: u64,
    (first, second): (Content<'a>, Content<'a>),
) -> (Struct<'a>, Struct<'a>) {
    let second = Struct {
        clock: part.clock + len,
        len: part.len - len,
        origin: Some(Id {
            client,
            clock: part.clock + len - 1,
        }),
        right: part.right,
        parent: None,
        keyed: part.keyed,
        key: None,
        content: second,
    };
    let first = Struct {
        len,
        content: first,
        ..part.clone()
    };
    (first, second)
}

/// How many values fit into `budget` bytes, and how many bytes they take.
fn values_within(values: &[u8], budget: usize) -> (u64, usize) {
    let mut reader = Reader::new(values, true);
    let (mut count, mut taken) = (0, 0);
    while reader.remaining() > 0 {
        if any::skip(&mut reader).is_err() || reader.position() > budget {
            break;
        }
        count += 1;
        taken = reader.position();
    }
    (count, taken)
}
