//! The gate: our own parser over the raw bytes of an update, before yrs sees them.
//!
//! The grammar is that of entry format 1: yjs v1 layout with shortest numbers, the structs of the
//! session's client or none, without gap from where the session stands, and a delete set by rising
//! client with rising, merged ranges. The same function in every version of one format: a changed
//! rule is a new format. It is iterative, reads every byte a bounded number of times and allocates
//! nothing that the bytes have not paid for.
//!
//! The flag "is a map's entry" is free beside neighbours, where yjs sets it and no reader looks at it; but what says it
//! is one is one value.

mod any;
mod json;
mod moved;
mod parse;
pub(crate) mod parts;
mod read;
mod refusal;
mod split;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use moved::{Landing, Moved, moved};
pub(crate) use parse::is_id;
pub use refusal::Refusal;
pub use split::split;

use crate::config::{
    CLIENT_LIMIT, CLOCK_LIMIT, MAX_RAW_BYTES, MAX_RAW_STRUCTS, MAX_SOLID_BYTES, MAX_STRUCTS,
    MAX_UPDATE_BYTES,
};
use parse::{Form, parse};
use parts::{Content, Deletes, Parts, Span};

use crate::places::Places;

/// What an update that passed the gate says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Clock at which the session stands after it.
    pub end_clock: u64,
    /// For every other client whose ids it names, the highest one: (client, clock), rising by client.
    /// All of them must be integrated before this update is. Ids of the session's own client are
    /// covered by its previous edits.
    pub names: Vec<(u64, u64)>,
    /// Whether it writes anything; false where it only deletes or is empty.
    pub inserts: bool,
    /// How many structs it has.
    pub structs: usize,
}

/// Checks that `update` is a canonical update of the session `client`, which stands at
/// `start_clock`.
///
/// # Errors
/// The first rule it breaks. A refusal depends on nothing but the arguments.
pub fn check(update: &[u8], client: u64, start_clock: u64) -> Result<Facts, Refusal> {
    if update.len() > MAX_UPDATE_BYTES {
        return Err(Refusal::TooLong(update.len()));
    }
    let form = Form::canonical(MAX_STRUCTS);
    let parts = checked(update, client, start_clock, form)?;
    Ok(facts(&parts))
}

/// Brings a window's bytes into canonical form, and proves that it is still the same edit: ids,
/// lengths, content and deletions. Two values that one transaction wrote to one key stand in one struct
/// where yjs keeps the first for undo; here each gets its own. The result passes [`check`], unless it is too large for one entry
/// and has to be [`split`] first.
///
/// # Errors
/// What the gate would refuse, and single values too large to be cut.
pub fn canonical(raw: &[u8], client: u64, start_clock: u64) -> Result<Vec<u8>, Refusal> {
    if raw.len() > MAX_RAW_BYTES {
        return Err(Refusal::TooLong(raw.len()));
    }
    let parts = raw_parts(raw, client, start_clock)?;
    solid_values(&parts)?;
    let written = write::update(&parts);
    let form = Form::canonical(MAX_RAW_STRUCTS);
    if checked(&written, client, start_clock, form)? == parts {
        Ok(written)
    } else {
        Err(Refusal::NotTheSameEdit)
    }
}

/// Re-encodes bytes that yrs wrote for a Rust session. yrs keeps maps unordered, so one embed has
/// many spellings: they are replaced by the one of RFC 8785, and equal edits have equal bytes.
pub(crate) fn respelled(raw: &[u8], client: u64, start_clock: u64) -> Result<Vec<u8>, Refusal> {
    let mut parts = raw_parts(raw, client, start_clock)?;
    for part in &mut parts.span.structs {
        match &mut part.content {
            Content::Embed(json) => *json.to_mut() = spelled(json),
            Content::Format { value, .. } => *value.to_mut() = spelled(value),
            _ => (),
        }
    }
    let written = write::update(&parts);
    checked(
        &written,
        client,
        start_clock,
        Form::canonical(MAX_RAW_STRUCTS),
    )?;
    Ok(written)
}

/// The text an update writes, in the order in which it was written: what a person gets back of an edit that could not
/// become part of a note. Empty where it writes none or cannot be read.
pub fn words(update: &[u8]) -> String {
    let structs = layout(update).map(|(spans, _)| spans).unwrap_or_default();
    let structs = structs.into_iter().flat_map(|span| span.structs);
    let texts = structs.filter_map(|part| match part.content {
        Content::Text(text) => Some(text),
        _ => None,
    });
    texts.collect()
}

/// Takes apart what a document is about to apply: an update, or the state of another document of
/// ours. Not the gate: of the content it checks nothing but the layout.
pub(crate) fn layout(bytes: &[u8]) -> Result<(Vec<Span<'_>>, Vec<Deletes>), Refusal> {
    let form = Form::STATE;
    parse::parse_state(bytes, form)
}

/// Whether the gate takes this JSON text.
pub(crate) fn check_json(text: &str) -> Result<(), Refusal> {
    json::check(text).map(|_| ())
}

fn spelled(json: &str) -> String {
    let mut out = String::new();
    match serde_json::from_str(json) {
        Ok(value) => crate::jcs::write(&value, &mut out),
        Err(_) => out.push_str(json),
    }
    out
}

/// Takes apart what yjs or yrs wrote, with its delete set in order and every value of a map in a struct of its own.
fn raw_parts(raw: &[u8], client: u64, start_clock: u64) -> Result<Parts<'_>, Refusal> {
    let mut parts = parse_own(raw, client, start_clock, Form::RAW)?;
    parts.deletes = write::ordered(parts.deletes);
    split::part_keyed_values(&mut parts.span);
    Places::check(&parts.span)?;
    Ok(parts)
}

fn checked(bytes: &[u8], client: u64, start_clock: u64, form: Form) -> Result<Parts<'_>, Refusal> {
    let parts = parse_own(bytes, client, start_clock, form)?;
    if parts.span.structs.iter().any(split::is_together) {
        return Err(Refusal::KeyedContent);
    }
    Places::check(&parts.span)?;
    Ok(parts)
}

fn parse_own(
    bytes: &[u8],
    client: u64,
    start_clock: u64,
    form: Form,
) -> Result<Parts<'_>, Refusal> {
    if client >= CLIENT_LIMIT {
        return Err(Refusal::ClientTooHigh);
    }
    if start_clock >= CLOCK_LIMIT {
        return Err(Refusal::ClockTooHigh);
    }
    parse(bytes, client, start_clock, form)
}

fn facts(parts: &Parts<'_>) -> Facts {
    let mut names: BTreeMap<u64, u64> = BTreeMap::new();
    let mut name = |client: u64, clock: u64| {
        if client != parts.span.client {
            let highest = names.entry(client).or_insert(clock);
            *highest = clock.max(*highest);
        }
    };
    for part in &parts.span.structs {
        for id in [part.origin, part.right, part.parent_id()]
            .into_iter()
            .flatten()
        {
            name(id.client, id.clock);
        }
    }
    for of_client in &parts.deletes {
        for range in &of_client.ranges {
            name(of_client.client, range.end - 1);
        }
    }
    Facts {
        end_clock: parts.span.end(),
        names: names.into_iter().collect(),
        inserts: !parts.span.structs.is_empty(),
        structs: parts.span.structs.len(),
    }
}

/// An author's own limit: what cannot be cut must fit into an entry.
fn solid_values(parts: &Parts<'_>) -> Result<(), Refusal> {
    for part in &parts.span.structs {
        let Content::Values(values) = part.content else {
            continue;
        };
        if values.len() <= MAX_SOLID_BYTES {
            continue;
        }
        let mut reader = read::Reader::new(values, true);
        while reader.remaining() > 0 {
            let start = reader.position();
            any::skip(&mut reader)?;
            let len = reader.position() - start;
            if len > MAX_SOLID_BYTES {
                return Err(Refusal::SolidTooLong(len));
            }
        }
    }
    Ok(())
}
