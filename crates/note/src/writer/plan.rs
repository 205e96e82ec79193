//! From offsets in the plain text to exact operations on the body.
//!
//! The operations are the window's: deleting a newline deletes `T S`, Enter at the end of a block
//! writes `S … T` after the surviving T, Enter at its start writes before its S.

use std::collections::BTreeMap;

use serde_json::Value;

use super::EditError;
use super::removal::{Removal, locate, out_of_range, removal};
use super::tokens::{Token, of_block, start};
use crate::projection::{Block, Inline, Row};
use crate::runs::Marks;

/// What an edit does to the body: first the deletions, from the last to the first, then the
/// insertions, in order, at positions as they are after the deletions.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Plan {
    /// (position, length), rising and apart.
    pub(super) deletions: Vec<(u32, u32)>,
    /// (position, tokens), positions as they are when the ones before are done.
    pub(super) insertions: Vec<(u32, Vec<Token>)>,
}

/// The plan for replacing `delete` units at `at` by `insert`.
pub(super) fn edit(
    rows: &[Row],
    at: u64,
    delete: u64,
    insert: &str,
    ids: &mut dyn FnMut() -> String,
) -> Result<Plan, EditError> {
    let end = at.saturating_add(delete);
    if rows.is_empty() {
        return if end == 0 {
            append_text(rows, insert, ids)
        } else {
            Err(out_of_range(rows, end))
        };
    }
    let from = locate(rows, at)?;
    let to = locate(rows, end)?;
    let Removal {
        row,
        gone,
        before,
        own,
    } = removal(rows, from, to);
    let mut target = Target {
        row,
        offset: from.offset,
        gone: &gone,
        shift: 0,
    };
    let mut insertions = Vec::new();
    if let Some(position) = before {
        insertions.push((target.moved(position), vec![Token::End]));
        target.shift = 1;
    }
    if let Some(position) = own {
        insertions.push((target.moved(position) + target.shift, vec![Token::End]));
    }
    if !insert.is_empty() {
        insertions.extend(target.insert(insert, ids)?);
    }
    Ok(Plan {
        deletions: gone,
        insertions,
    })
}

/// The plan for adding paragraphs at the end.
pub(super) fn append_text(
    rows: &[Row],
    text: &str,
    ids: &mut dyn FnMut() -> String,
) -> Result<Plan, EditError> {
    if let Some(last) = rows.last()
        && last.len == 0
        && !last.block.void
        && last.block.kind == "p"
    {
        let target = Target {
            row: last.clone(),
            offset: 0,
            gone: &[],
            shift: 0,
        };
        return Ok(Plan {
            insertions: target.insert(text, ids)?,
            ..Plan::default()
        });
    }
    let mut tokens = Vec::new();
    for line in text.split('\n') {
        tokens.extend(of_block(&Block::paragraph(ids(), line))?);
    }
    let at = rows.last().map_or(0, Row::end);
    Ok(Plan {
        insertions: vec![(at, tokens)],
        ..Plan::default()
    })
}

/// Where text goes: a row as it is after the deletions.
struct Target<'a> {
    row: Row,
    offset: u32,
    gone: &'a [(u32, u32)],
    /// Units written before the row to keep it apart.
    shift: u32,
}

impl Target<'_> {
    fn insert(
        &self,
        insert: &str,
        ids: &mut dyn FnMut() -> String,
    ) -> Result<Vec<(u32, Vec<Token>)>, EditError> {
        let row = &self.row;
        let start_at = self.moved(row.start) + self.shift;
        let inner = start_at + u32::from(row.opened);
        let at = inner + self.offset;
        if row.block.void {
            return self.beside_void(insert, start_at, ids);
        }
        let marks = marks_at(&row.block.inline, self.offset);
        let lines: Vec<&str> = match row.block.kind.as_str() {
            "code" => vec![insert],
            _ => insert.split('\n').collect(),
        };
        let (first, more) = lines
            .split_first()
            .map_or(("", [].as_slice()), |(one, rest)| (*one, rest));
        let here: Vec<Token> = Token::text(first, marks.clone()).into_iter().collect();
        if more.is_empty() {
            return Ok(vec![(at, here)]);
        }
        if self.offset == row.len {
            return self.after_end(here, more, at, ids);
        }
        if self.offset == 0 && row.opened && more.last() == Some(&"") {
            return self.before_start(&lines[..lines.len() - 1], marks, start_at, ids);
        }
        let mut tokens = here;
        for line in more {
            tokens.push(Token::End);
            tokens.push(start(&split_off(&row.block, ids()))?);
            tokens.extend(Token::text(line, Marks::new()));
        }
        Ok(vec![(at, tokens)])
    }

    /// New blocks after the end: what somebody else appends at the same time stays in this block.
    fn after_end(
        &self,
        here: Vec<Token>,
        lines: &[&str],
        at: u32,
        ids: &mut dyn FnMut() -> String,
    ) -> Result<Vec<(u32, Vec<Token>)>, EditError> {
        let mut after = Vec::new();
        for line in lines {
            let mut block = following(&self.row.block, ids());
            block.inline.extend(plain(line));
            after.extend(of_block(&block)?);
        }
        let len: u32 = here.iter().map(Token::len).sum();
        if self.row.closed {
            return Ok(vec![(at, here), (at + len + 1, after)]);
        }
        let mut tokens = here;
        tokens.push(Token::End);
        tokens.extend(after);
        Ok(vec![(at, tokens)])
    }

    /// New blocks before the start: id and attributes stay with the text.
    fn before_start(
        &self,
        lines: &[&str],
        marks: Marks,
        start_at: u32,
        ids: &mut dyn FnMut() -> String,
    ) -> Result<Vec<(u32, Vec<Token>)>, EditError> {
        let mut tokens = Vec::new();
        for (position, line) in lines.iter().enumerate() {
            tokens.push(start(&split_off(&self.row.block, ids()))?);
            let marks = if position == 0 {
                marks.clone()
            } else {
                Marks::new()
            };
            tokens.extend(Token::text(line, marks));
            tokens.push(Token::End);
        }
        Ok(vec![(start_at, tokens)])
    }

    /// A block without text can only get blocks beside it.
    fn beside_void(
        &self,
        insert: &str,
        start_at: u32,
        ids: &mut dyn FnMut() -> String,
    ) -> Result<Vec<(u32, Vec<Token>)>, EditError> {
        let (at, lines) = if let Some(after) = insert.strip_prefix('\n') {
            (start_at + 1, after)
        } else if let Some(before) = insert.strip_suffix('\n') {
            (start_at, before)
        } else {
            return Err(EditError::NoText);
        };
        let mut tokens = Vec::new();
        for line in lines.split('\n') {
            let mut block = following(&self.row.block, ids());
            block.inline.extend(plain(line));
            tokens.extend(of_block(&block)?);
        }
        Ok(vec![(at, tokens)])
    }

    /// A position from before the deletions.
    fn moved(&self, position: u32) -> u32 {
        let before = self.gone.iter().filter(|(at, _)| *at < position);
        position - before.map(|(_, len)| len).sum::<u32>()
    }
}

fn plain(line: &str) -> Option<Inline> {
    (!line.is_empty()).then(|| Inline::Text {
        text: line.to_owned(),
        marks: Marks::new(),
    })
}

/// The block that a split makes out of the rest of this one: the same, not yet ticked.
fn split_off(block: &Block, id: String) -> Block {
    let mut record = block.record.clone();
    record.remove("checked");
    Block {
        id: Some(id),
        record,
        inline: Vec::new(),
        ..block.clone()
    }
}

/// The block after this one: a list goes on, anything else is followed by a paragraph.
fn following(block: &Block, id: String) -> Block {
    let list = matches!(block.kind.as_str(), "bullet" | "ordered" | "task");
    let kept = ["indent", "quote"].into_iter();
    let kept = kept.filter_map(|name| {
        block
            .record
            .get(name)
            .map(|value| (name.to_owned(), value.clone()))
    });
    let kind = if list {
        block.kind.clone()
    } else {
        "p".to_owned()
    };
    let record: BTreeMap<String, Value> = kept.collect();
    Block {
        id: Some(id),
        kind,
        record,
        ..Block::default()
    }
}

/// Marks that go on at their end when somebody types there.
const GROWING: [&str; 5] = ["bold", "italic", "underline", "strike", "highlight"];

/// The marks of text written at `offset`: those of the text before it, or after it at the start;
/// links, code and unknown marks only where they stand on both sides.
fn marks_at(inline: &[Inline], offset: u32) -> Marks {
    let mut at = 0;
    let (mut before, mut after) = (None, None);
    for piece in inline {
        let (marks, len) = match piece {
            Inline::Text { text, marks } => (marks, text.encode_utf16().count() as u32),
            Inline::Atom { marks, .. } => (marks, 1),
        };
        if at < offset {
            before = Some(marks);
        }
        if at <= offset && offset < at + len {
            after = Some(marks);
        }
        at += len;
    }
    let (near, other) = if before.is_some() {
        (before, after)
    } else {
        (after, None)
    };
    let Some(near) = near else {
        return Marks::new();
    };
    let stays = |name: &str, value: &Value| {
        GROWING.contains(&name) || other.is_some_and(|other| other.get(name) == Some(value))
    };
    let stays = near.iter().filter(|(name, value)| stays(name, value));
    stays
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
