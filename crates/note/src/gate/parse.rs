//! The parser: yjs v1 layout, iterative, every count paid for by bytes.

use std::borrow::Cow;

use super::parts::{Content, Deletes, Id, Parent, Parts, Range, Span, Struct};
use super::read::Reader;
use super::{Refusal, any, json};
use crate::config::{CLOCK_LIMIT, MAX_ID, MAX_KEY_BYTES, MAX_RAW_STRUCTS, MAX_ROOT_NAME, MIN_ID};

const HAS_ORIGIN: u8 = 0x80;
const HAS_RIGHT: u8 = 0x40;
const HAS_KEY: u8 = 0x20;
const KIND: u8 = 0x1f;

/// Things for which memory is set aside on the word of a count; more have to come first.
const TRUSTED: usize = 1024;

/// How an update must be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    /// Numbers shortest, delete set rising and merged.
    pub(super) canonical: bool,
    /// Most structs.
    pub(super) structs: usize,
    /// Whether JSON text obeys the gate. In our own states yrs has respelled it.
    pub(super) json: bool,
}

impl Form {
    /// What a window sends: yjs's order, not yet cut into entries.
    pub(super) const RAW: Form = Form {
        canonical: false,
        structs: MAX_RAW_STRUCTS,
        json: true,
    };

    /// What our own documents write.
    pub(super) const STATE: Form = Form {
        canonical: false,
        structs: usize::MAX,
        json: false,
    };

    /// What entries carry.
    pub(super) fn canonical(structs: usize) -> Form {
        Form {
            canonical: true,
            structs,
            json: true,
        }
    }
}

/// Takes an update of the session `client`, which stands at `start`, apart.
pub(super) fn parse(
    bytes: &[u8],
    client: u64,
    start: u64,
    form: Form,
) -> Result<Parts<'_>, Refusal> {
    let mut reader = Reader::new(bytes, form.canonical);
    let span = match reader.number()? {
        0 => Span {
            client,
            start,
            structs: Vec::new(),
        },
        1 => own_span(&mut reader, client, start, form)?,
        clients => return Err(Refusal::ManyClients(clients)),
    };
    let deletes = deletes(&mut reader, Some((client, span.end())), form)?;
    finished(&reader)?;
    Ok(Parts { span, deletes })
}

/// Takes an update of any number of clients apart: the state of a document of ours.
pub(super) fn parse_state(
    bytes: &[u8],
    form: Form,
) -> Result<(Vec<Span<'_>>, Vec<Deletes>), Refusal> {
    let mut reader = Reader::new(bytes, form.canonical);
    // Counts of structs, client and clock, and the smallest struct.
    let clients = reader.count(5)?;
    let mut spans = Vec::with_capacity(clients.min(TRUSTED));
    for _ in 0..clients {
        let count = struct_count(&mut reader, form)?;
        let (client, start) = (reader.number()?, reader.number()?);
        spans.push(span(
            &mut reader,
            count,
            Id {
                client,
                clock: start,
            },
            form,
        )?);
    }
    let deletes = deletes(&mut reader, None, form)?;
    finished(&reader)?;
    Ok((spans, deletes))
}

fn finished(reader: &Reader<'_>) -> Result<(), Refusal> {
    if reader.remaining() > 0 {
        Err(Refusal::TrailingBytes)
    } else {
        Ok(())
    }
}

fn struct_count(reader: &mut Reader<'_>, form: Form) -> Result<usize, Refusal> {
    // The smallest struct is garbage: kind and length.
    match reader.count(2)? {
        0 => Err(Refusal::EmptyClientBlock),
        count if count > form.structs => Err(Refusal::TooManyStructs(count as u64)),
        count => Ok(count),
    }
}

fn own_span<'a>(
    reader: &mut Reader<'a>,
    client: u64,
    start: u64,
    form: Form,
) -> Result<Span<'a>, Refusal> {
    let count = struct_count(reader, form)?;
    if reader.number()? != client {
        return Err(Refusal::ForeignClient);
    }
    let found = reader.number()?;
    if found != start {
        return Err(Refusal::StartsElsewhere {
            expected: start,
            found,
        });
    }
    span(
        reader,
        count,
        Id {
            client,
            clock: start,
        },
        form,
    )
}

/// `count` structs, the first of which begins at `first`.
fn span<'a>(
    reader: &mut Reader<'a>,
    count: usize,
    first: Id,
    form: Form,
) -> Result<Span<'a>, Refusal> {
    let mut structs = Vec::with_capacity(count.min(TRUSTED));
    let mut next = first;
    for _ in 0..count {
        let part = one(reader, next, form)?;
        next.clock += part.len;
        if next.clock >= CLOCK_LIMIT {
            return Err(Refusal::ClockTooHigh);
        }
        structs.push(part);
    }
    Ok(Span {
        client: first.client,
        start: first.clock,
        structs,
    })
}

/// One struct that begins at `own`.
fn one<'a>(reader: &mut Reader<'a>, own: Id, form: Form) -> Result<Struct<'a>, Refusal> {
    let info = reader.byte()?;
    let mut part = Struct {
        clock: own.clock,
        len: 1,
        origin: None,
        right: None,
        parent: None,
        keyed: info & HAS_KEY != 0,
        key: None,
        content: Content::Garbage,
    };
    if info & KIND == 0 {
        // Flags have no meaning here, and yrs and yjs read them differently.
        part.len = if info == 0 {
            len(reader)?
        } else {
            return Err(Refusal::StructKind(info));
        };
        return Ok(part);
    }
    // Before its neighbours are read: they may be of a layout nobody knows.
    if !matches!(info & KIND, 1 | 4..=8) {
        return Err(Refusal::StructKind(info & KIND));
    }
    if info & HAS_ORIGIN != 0 {
        part.origin = Some(named(reader, own)?);
    }
    if info & HAS_RIGHT != 0 {
        part.right = Some(named(reader, own)?);
    }
    if part.origin.is_none() && part.right.is_none() {
        let parent = parent(reader, own)?;
        if part.keyed {
            part.key = Some(key(reader, parent)?);
        }
        part.parent = Some(parent);
    }
    (part.len, part.content) = content(reader, info & KIND, form)?;
    Ok(part)
}

/// An id named by the struct at `own`: of another writer, or an own one written before.
fn named(reader: &mut Reader<'_>, own: Id) -> Result<Id, Refusal> {
    let id = Id {
        client: reader.number()?,
        clock: reader.number()?,
    };
    if id.clock >= CLOCK_LIMIT {
        return Err(Refusal::ClockTooHigh);
    }
    if id.client == own.client && id.clock >= own.clock {
        return Err(Refusal::NamesLaterWord);
    }
    Ok(id)
}

fn parent<'a>(reader: &mut Reader<'a>, own: Id) -> Result<Parent<'a>, Refusal> {
    match reader.number()? {
        0 => Ok(Parent::Type(named(reader, own)?)),
        1 => {
            let name = reader.string()?;
            if is_root(name) {
                Ok(Parent::Root(name))
            } else {
                Err(Refusal::RootName)
            }
        }
        _ => Err(Refusal::ParentFlag),
    }
}

/// `[a-z]{1,16}`, or a table's cell `c/<ref>/<row>/<col>`.
fn is_root(name: &str) -> bool {
    if let Some(cell) = name.strip_prefix("c/") {
        let mut ids = cell.split('/');
        return (0..3).all(|_| ids.next().is_some_and(is_id)) && ids.next().is_none();
    }
    (1..=MAX_ROOT_NAME).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// `[A-Za-z0-9_-]{11,32}`: ids of blocks, tables, rows and columns.
pub(crate) fn is_id(id: &str) -> bool {
    (MIN_ID..=MAX_ID).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn key<'a>(reader: &mut Reader<'a>, parent: Parent<'_>) -> Result<&'a str, Refusal> {
    let key = name(reader)?;
    if parent == Parent::Root("objects") && !is_id(key) {
        return Err(Refusal::ObjectId);
    }
    Ok(key)
}

fn name<'a>(reader: &mut Reader<'a>) -> Result<&'a str, Refusal> {
    let name = reader.string()?;
    if name.len() > MAX_KEY_BYTES {
        Err(Refusal::NameTooLong)
    } else {
        Ok(name)
    }
}

/// A length that is not zero.
fn len(reader: &mut Reader<'_>) -> Result<u64, Refusal> {
    match reader.number()? {
        0 => Err(Refusal::EmptyStruct),
        len if len >= CLOCK_LIMIT => Err(Refusal::ClockTooHigh),
        len => Ok(len),
    }
}

fn content<'a>(
    reader: &mut Reader<'a>,
    kind: u8,
    form: Form,
) -> Result<(u64, Content<'a>), Refusal> {
    Ok(match kind {
        1 => (len(reader)?, Content::Deleted),
        4 => {
            let text = reader.string()?;
            if text.is_empty() {
                return Err(Refusal::EmptyStruct);
            }
            (text.encode_utf16().count() as u64, Content::Text(text))
        }
        5 => (1, Content::Embed(Cow::Borrowed(embed(reader, form)?))),
        6 => {
            let name = name(reader)?;
            let value = reader.string()?;
            json::check(value)?;
            (
                1,
                Content::Format {
                    name,
                    value: Cow::Borrowed(value),
                },
            )
        }
        7 => match reader.number()? {
            kind @ (0 | 1) => (1, Content::Type(kind as u8)),
            kind => return Err(Refusal::TypeKind(kind)),
        },
        8 => {
            let count = reader.count(1)?;
            if count == 0 {
                return Err(Refusal::EmptyStruct);
            }
            let start = reader.position();
            for _ in 0..count {
                any::skip(reader)?;
            }
            (count as u64, Content::Values(reader.since(start)))
        }
        kind => return Err(Refusal::StructKind(kind)),
    })
}

/// A record: a block's start, whose id must be one, or an inline atom.
fn embed<'a>(reader: &mut Reader<'a>, form: Form) -> Result<&'a str, Refusal> {
    let text = reader.string()?;
    if !form.json {
        return Ok(text);
    }
    let record = json::check(text)?;
    if !record.object {
        return Err(Refusal::EmbedShape);
    }
    let find = |wanted: &str| record.entries.iter().find(|(name, _)| name == wanted);
    let Some((_, block)) = find("b") else {
        return Ok(text);
    };
    if !block.as_deref().is_some_and(is_id) {
        return Err(Refusal::BlockId);
    }
    match find("ref") {
        Some((_, Some(table))) if !is_id(table) => Err(Refusal::ObjectId),
        _ => Ok(text),
    }
}

/// A delete set. Of `own` client it may delete up to a clock.
fn deletes(
    reader: &mut Reader<'_>,
    own: Option<(u64, u64)>,
    form: Form,
) -> Result<Vec<Deletes>, Refusal> {
    // A client, a count, and one range of two numbers.
    let clients = reader.count(4)?;
    let mut deletes: Vec<Deletes> = Vec::with_capacity(clients.min(TRUSTED));
    for _ in 0..clients {
        let client = reader.number()?;
        if form.canonical && deletes.last().is_some_and(|last| last.client >= client) {
            return Err(Refusal::DeleteClients);
        }
        let count = reader.count(2)?;
        if count == 0 {
            return Err(Refusal::EmptyDelete);
        }
        let mut ranges: Vec<Range> = Vec::with_capacity(count.min(TRUSTED));
        for _ in 0..count {
            let range = range(reader)?;
            if own.is_some_and(|(own, end)| client == own && range.end > end) {
                return Err(Refusal::DeletesLaterWord);
            }
            // Touching ranges have to be one.
            if form.canonical && ranges.last().is_some_and(|last| last.end >= range.clock) {
                return Err(Refusal::DeleteRanges);
            }
            ranges.push(range);
        }
        deletes.push(Deletes { client, ranges });
    }
    Ok(deletes)
}

fn range(reader: &mut Reader<'_>) -> Result<Range, Refusal> {
    let clock = reader.number()?;
    match reader.number()? {
        0 => Err(Refusal::EmptyDelete),
        len if clock + len >= CLOCK_LIMIT => Err(Refusal::ClockTooHigh),
        len => Ok(Range {
            clock,
            end: clock + len,
        }),
    }
}
