//! The total grammar of a body and the blocks it yields.
//!
//! `block := VOID | S? inline* T?`. Every sequence parses and nothing is repaired in storage: a
//! missing start is an implied paragraph, a missing end is closed by the next start or the end.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::runs::{Insert, Marks, Run};

/// The character that ends a block.
pub(crate) const BLOCK_END: char = '\u{2029}';

/// What a note shows, read from its document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Projection {
    /// The title, one line.
    pub title: String,
    /// The note's own settings: `folder`, `pinned`, `trashed`, `tag/<name>`, … as stored.
    pub meta: BTreeMap<String, Value>,
    /// The blocks in order. A body without tokens has none.
    pub blocks: Vec<Block>,
    /// Tables and other islands by their ref, cells' texts included under `cells`.
    pub objects: BTreeMap<String, Value>,
}

/// One block: a paragraph, heading, list line, code, divider, …
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Block {
    /// The id its start carries; none for an implied paragraph. Two copies can share one id.
    pub id: Option<String>,
    /// True for a block without text: divider, image, file, table.
    pub void: bool,
    /// `p` where none is stored; unknown kinds are kept as they are.
    pub kind: String,
    /// The effective record without `kind`: what the start says, overridden by `attrs`. Values are as
    /// stored, not clamped.
    pub record: BTreeMap<String, Value>,
    /// Text and atoms in order; empty for a void block.
    pub inline: Vec<Inline>,
}

/// A piece of a block's content.
#[derive(Debug, Clone, PartialEq)]
pub enum Inline {
    /// Text of equal marks; a newline is a line break inside the block.
    Text {
        /// The characters.
        text: String,
        /// Marks by name: `bold: true`, `link: {href}`, …
        marks: BTreeMap<String, Value>,
    },
    /// One atom: mention, inline math, note link. Takes one position.
    Atom {
        /// What is stored, `i` naming its kind.
        record: Value,
        /// Marks by name.
        marks: BTreeMap<String, Value>,
    },
}

impl Block {
    /// A paragraph with this id and plain text.
    pub fn paragraph(id: impl Into<String>, text: &str) -> Block {
        Block::text_block(id, "p", text)
    }

    /// A block of this kind with plain, unmarked text.
    pub fn text_block(id: impl Into<String>, kind: &str, text: &str) -> Block {
        let mut block = Block {
            id: Some(id.into()),
            kind: kind.to_owned(),
            ..Block::default()
        };
        if !text.is_empty() {
            block.inline.push(Inline::Text {
                text: text.to_owned(),
                marks: BTreeMap::new(),
            });
        }
        block
    }

    /// `indent` as shown: a whole number of 0 to 8, anything else reads as 0 or is clamped.
    pub fn indent(&self) -> u8 {
        self.clamped("indent", 8)
    }

    /// `quote` as shown: a whole number of 0 to 3, anything else reads as 0 or is clamped.
    pub fn quote(&self) -> u8 {
        self.clamped("quote", 3)
    }

    /// Whether a task is ticked.
    pub fn checked(&self) -> bool {
        self.record.get("checked") == Some(&Value::Bool(true))
    }

    fn clamped(&self, name: &str, max: u8) -> u8 {
        let number = self.record.get(name).and_then(Value::as_i64).unwrap_or(0);
        number.clamp(0, i64::from(max)) as u8
    }
}

/// Attribute changes by block id and name.
pub(crate) type Overrides = BTreeMap<String, BTreeMap<String, Value>>;

/// Reads the keys `<id>/<name>` of `attrs`; keys of another shape mean nothing.
pub(crate) fn overrides(entries: impl Iterator<Item = (String, Value)>) -> Overrides {
    let mut overrides = Overrides::new();
    for (key, value) in entries {
        if let Some((id, name)) = key.split_once('/')
            && !id.is_empty()
        {
            overrides
                .entry(id.to_owned())
                .or_default()
                .insert(name.to_owned(), value);
        }
    }
    overrides
}

/// A block and where it lies in the text, in UTF-16 units.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) block: Block,
    /// Position of the block's first token.
    pub(crate) start: u32,
    /// Whether it has a start of its own.
    pub(crate) opened: bool,
    /// Length of its content.
    pub(crate) len: u32,
    /// Whether it has an end of its own.
    pub(crate) closed: bool,
}

impl Row {
    /// Position of the content's first unit.
    pub(crate) fn inner(&self) -> u32 {
        self.start + u32::from(self.opened)
    }

    /// Position after the content, before the end if there is one.
    pub(crate) fn content_end(&self) -> u32 {
        self.inner() + self.len
    }

    /// Position after the last token.
    pub(crate) fn end(&self) -> u32 {
        self.content_end() + u32::from(self.closed)
    }
}

/// Parses the runs of a body.
pub(crate) fn rows(runs: Vec<Run>, overrides: &Overrides) -> Vec<Row> {
    let mut parser = Parser {
        overrides,
        rows: Vec::new(),
        open: false,
        at: 0,
    };
    for run in runs {
        match run.insert {
            Insert::Embed(value) => match marker(value) {
                Ok((id, record)) => parser.start(id, record),
                Err(record) => parser.inline(
                    Inline::Atom {
                        record,
                        marks: run.marks,
                    },
                    1,
                ),
            },
            Insert::Text(text) => parser.text(&text, &run.marks),
        }
    }
    parser.rows
}

/// A text without block tokens, as in a table cell.
pub(crate) fn inline_only(runs: Vec<Run>) -> Vec<Inline> {
    let inline = runs.into_iter().map(|run| match run.insert {
        Insert::Text(text) => Inline::Text {
            text,
            marks: run.marks,
        },
        Insert::Embed(record) => Inline::Atom {
            record,
            marks: run.marks,
        },
    });
    inline.collect()
}

/// A start's id and record, or the value itself where it is an atom.
fn marker(value: Value) -> Result<(String, serde_json::Map<String, Value>), Value> {
    match value {
        Value::Object(mut record) => match record.remove("b") {
            Some(Value::String(id)) => Ok((id, record)),
            Some(other) => {
                record.insert("b".to_owned(), other);
                Err(Value::Object(record))
            }
            None => Err(Value::Object(record)),
        },
        other => Err(other),
    }
}

struct Parser<'a> {
    overrides: &'a Overrides,
    rows: Vec<Row>,
    /// Whether the last row can take more content.
    open: bool,
    at: u32,
}

impl Parser<'_> {
    fn start(&mut self, id: String, mut record: serde_json::Map<String, Value>) {
        let void = record.remove("v") == Some(Value::from(1));
        let block = self.effective(id, void, record);
        self.rows.push(Row {
            block,
            start: self.at,
            opened: true,
            len: 0,
            closed: false,
        });
        self.open = !void;
        self.at += 1;
    }

    fn effective(&self, id: String, void: bool, stored: serde_json::Map<String, Value>) -> Block {
        let mut record: BTreeMap<String, Value> = stored.into_iter().collect();
        if let Some(changed) = self.overrides.get(&id) {
            record.extend(
                changed
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
        }
        record.retain(|_, value| !value.is_null());
        let kind = match record.remove("kind") {
            None => "p".to_owned(),
            Some(Value::String(kind)) => kind,
            Some(other) => other.to_string(),
        };
        Block {
            id: Some(id),
            void,
            kind,
            record,
            inline: Vec::new(),
        }
    }

    fn text(&mut self, text: &str, marks: &Marks) {
        let mut pieces = text.split(BLOCK_END).peekable();
        while let Some(piece) = pieces.next() {
            if !piece.is_empty() {
                let len = piece.encode_utf16().count() as u32;
                self.inline(
                    Inline::Text {
                        text: piece.to_owned(),
                        marks: marks.clone(),
                    },
                    len,
                );
            }
            if pieces.peek().is_some() {
                self.end();
            }
        }
    }

    fn inline(&mut self, added: Inline, len: u32) {
        let row = self.row();
        row.len += len;
        match (row.block.inline.last_mut(), added) {
            (
                Some(Inline::Text {
                    text: last,
                    marks: last_marks,
                }),
                Inline::Text { text, marks },
            ) if *last_marks == marks => last.push_str(&text),
            (_, added) => row.block.inline.push(added),
        }
        self.at += len;
    }

    fn end(&mut self) {
        self.row().closed = true;
        self.open = false;
        self.at += 1;
    }

    /// The open row; an implied paragraph where none is open.
    fn row(&mut self) -> &mut Row {
        if !self.open {
            let block = Block {
                kind: "p".to_owned(),
                ..Block::default()
            };
            self.rows.push(Row {
                block,
                start: self.at,
                opened: false,
                len: 0,
                closed: false,
            });
            self.open = true;
        }
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }
}
