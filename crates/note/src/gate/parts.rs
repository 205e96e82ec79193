//! An update taken apart.

use std::borrow::Cow;

/// The id of one unit: who wrote it, and its number among all that writer wrote in this note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) client: u64,
    pub(crate) clock: u64,
}

/// Consecutive structs of one client.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Span<'a> {
    pub(crate) client: u64,
    /// Clock of the first struct.
    pub(crate) start: u64,
    pub(crate) structs: Vec<Struct<'a>>,
}

/// An update of one session: what it writes, and what it deletes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parts<'a> {
    pub(crate) span: Span<'a>,
    pub(crate) deletes: Vec<Deletes>,
}

/// The ranges deleted of one client's ids.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Deletes {
    pub(crate) client: u64,
    pub(crate) ranges: Vec<Range>,
}

/// Ids from `clock` up to and without `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Range {
    pub(crate) clock: u64,
    pub(crate) end: u64,
}

/// One struct. Garbage has neither neighbours nor parent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Struct<'a> {
    pub(crate) clock: u64,
    /// How many ids it takes.
    pub(crate) len: u64,
    pub(crate) origin: Option<Id>,
    pub(crate) right: Option<Id>,
    /// Named only where there is neither neighbour.
    pub(crate) parent: Option<Parent<'a>>,
    /// Whether the struct says that it is a map's entry. yjs says so beside neighbours too, where
    /// the key itself is left out.
    pub(crate) keyed: bool,
    pub(crate) key: Option<&'a str>,
    pub(crate) content: Content<'a>,
}

/// What a struct belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Parent<'a> {
    Root(&'a str),
    Type(Id),
}

/// What a struct holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content<'a> {
    Garbage,
    Deleted,
    Text(&'a str),
    /// JSON text.
    Embed(Cow<'a, str>),
    Format {
        name: &'a str,
        /// JSON text.
        value: Cow<'a, str>,
    },
    /// A shared type: 0 a list, 1 a map.
    Type(u8),
    /// This many values in lib0's `any` encoding.
    Values(&'a [u8]),
}

impl Span<'_> {
    /// Clock after the last struct.
    pub(crate) fn end(&self) -> u64 {
        self.structs
            .last()
            .map_or(self.start, |last| last.clock + last.len)
    }
}

impl Struct<'_> {
    /// The type it says it stands in.
    pub(crate) fn parent_id(&self) -> Option<Id> {
        match self.parent {
            Some(Parent::Type(id)) => Some(id),
            _ => None,
        }
    }
}
