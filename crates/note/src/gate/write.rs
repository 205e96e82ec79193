//! The encoder: one spelling for every update.

use super::parts::{Content, Deletes, Id, Parent, Parts, Range, Struct};

/// Writes an update. The delete set must be in order.
pub(super) fn update(parts: &Parts<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    let span = &parts.span;
    if span.structs.is_empty() {
        out.push(0);
    } else {
        out.push(1);
        number(span.structs.len() as u64, &mut out);
        number(span.client, &mut out);
        number(span.start, &mut out);
        for part in &span.structs {
            one(part, &mut out);
        }
    }
    number(parts.deletes.len() as u64, &mut out);
    for of_client in &parts.deletes {
        number(of_client.client, &mut out);
        number(of_client.ranges.len() as u64, &mut out);
        for range in &of_client.ranges {
            number(range.clock, &mut out);
            number(range.end - range.clock, &mut out);
        }
    }
    out
}

/// Brings a delete set into its one order: clients rising, ranges rising and merged.
pub(super) fn ordered(deletes: Vec<Deletes>) -> Vec<Deletes> {
    let mut all: Vec<(u64, Range)> = Vec::new();
    for of_client in deletes {
        all.extend(
            of_client
                .ranges
                .into_iter()
                .map(|range| (of_client.client, range)),
        );
    }
    all.sort();
    let mut ordered: Vec<Deletes> = Vec::new();
    for (client, range) in all {
        match ordered.last_mut() {
            Some(last) if last.client == client => match last.ranges.last_mut() {
                Some(before) if before.end >= range.clock => before.end = before.end.max(range.end),
                _ => last.ranges.push(range),
            },
            _ => ordered.push(Deletes {
                client,
                ranges: vec![range],
            }),
        }
    }
    ordered
}

/// Writes one struct.
pub(super) fn one(part: &Struct<'_>, out: &mut Vec<u8>) {
    let kind: u8 = match part.content {
        Content::Garbage => 0,
        Content::Deleted => 1,
        Content::Text(_) => 4,
        Content::Embed(_) => 5,
        Content::Format { .. } => 6,
        Content::Type(_) => 7,
        Content::Values(_) => 8,
    };
    let origin = u8::from(part.origin.is_some()) << 7;
    let right = u8::from(part.right.is_some()) << 6;
    let keyed = u8::from(part.keyed) << 5;
    out.push(kind | origin | right | keyed);
    for id in [part.origin, part.right].into_iter().flatten() {
        write_id(id, out);
    }
    match part.parent {
        Some(Parent::Root(name)) => {
            out.push(1);
            string(name, out);
        }
        Some(Parent::Type(id)) => {
            out.push(0);
            write_id(id, out);
        }
        None => (),
    }
    if let Some(key) = part.key {
        string(key, out);
    }
    content(part, out);
}

fn content(part: &Struct<'_>, out: &mut Vec<u8>) {
    match &part.content {
        Content::Garbage | Content::Deleted => number(part.len, out),
        Content::Text(text) => string(text, out),
        Content::Embed(json) => string(json, out),
        Content::Format { name, value } => {
            string(name, out);
            string(value, out);
        }
        Content::Type(kind) => out.push(*kind),
        Content::Values(values) => {
            number(part.len, out);
            out.extend_from_slice(values);
        }
    }
}

fn write_id(id: Id, out: &mut Vec<u8>) {
    number(id.client, out);
    number(id.clock, out);
}

fn string(text: &str, out: &mut Vec<u8>) {
    number(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

/// Bytes of a number's shortest form.
pub(super) fn number_len(number: u64) -> usize {
    let bits = 64 - number.leading_zeros() as usize;
    bits.div_ceil(7).max(1)
}

fn number(mut rest: u64, out: &mut Vec<u8>) {
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}
