//! The tokens a Rust session writes.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::EditError;
use crate::config::{MAX_JSON_BYTES, MAX_KEY_BYTES};
use crate::gate::{Refusal, is_id};
use crate::projection::{BLOCK_END, Block, Inline};
use crate::runs::Marks;

/// One token of a body.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A block's start, or an atom where the record has no `b`.
    Embed {
        record: Value,
        marks: Marks,
    },
    Text {
        text: String,
        marks: Marks,
    },
    /// A block's end.
    End,
}

impl Token {
    pub(super) fn text(text: &str, marks: Marks) -> Option<Token> {
        let filled = !text.is_empty();
        filled.then(|| Token::Text {
            text: text.to_owned(),
            marks,
        })
    }

    /// Length in UTF-16 units.
    pub(super) fn len(&self) -> u32 {
        match self {
            Token::Text { text, .. } => text.encode_utf16().count() as u32,
            Token::Embed { .. } | Token::End => 1,
        }
    }

    pub(super) fn marks(&self) -> Option<&Marks> {
        match self {
            Token::Embed { marks, .. } | Token::Text { marks, .. } => Some(marks),
            Token::End => None,
        }
    }

    /// Whether it belongs to the blocks and not to the text: such tokens carry no marks.
    pub(super) fn is_structure(&self) -> bool {
        match self {
            Token::Embed { record, .. } => record.get("b").is_some(),
            Token::Text { .. } => false,
            Token::End => true,
        }
    }
}

/// The tokens of a whole block.
pub(super) fn of_block(block: &Block) -> Result<Vec<Token>, EditError> {
    let mut tokens = vec![start(block)?];
    if block.void {
        return Ok(tokens);
    }
    for piece in &block.inline {
        match piece {
            Inline::Text { text, marks } => {
                check_marks(marks).map_err(EditError::Value)?;
                tokens.extend(Token::text(&within_block(text), marks.clone()));
            }
            Inline::Atom { record, marks } => {
                check_marks(marks).map_err(EditError::Value)?;
                if !record.is_object() || record.get("b").is_some() {
                    return Err(EditError::Value(Refusal::EmbedShape));
                }
                check_json(record).map_err(EditError::Value)?;
                tokens.push(Token::Embed {
                    record: record.clone(),
                    marks: marks.clone(),
                });
            }
        }
    }
    tokens.push(Token::End);
    Ok(tokens)
}

/// A block's start. Defaults are left out of the record.
pub(super) fn start(block: &Block) -> Result<Token, EditError> {
    let id = block
        .id
        .as_deref()
        .filter(|id| is_id(id))
        .ok_or(EditError::BlockId)?;
    let mut record = Map::new();
    for (name, value) in block.record.iter().filter(|(_, value)| !value.is_null()) {
        record.insert(name.clone(), value.clone());
    }
    record.insert("b".to_owned(), Value::from(id));
    record.remove("v");
    if block.void {
        record.insert("v".to_owned(), Value::from(1));
    }
    if !matches!(block.kind.as_str(), "" | "p") {
        record.insert("kind".to_owned(), Value::from(block.kind.as_str()));
    }
    let record = Value::Object(record);
    check_json(&record).map_err(EditError::Value)?;
    Ok(Token::Embed {
        record,
        marks: Marks::new(),
    })
}

/// Text that may stand inside a block.
pub(super) fn within_block(text: &str) -> String {
    text.replace(BLOCK_END, "\n")
}

/// Text that may stand in a title.
pub(super) fn one_line(text: &str) -> String {
    let is_break = |character| matches!(character, '\n' | '\r' | BLOCK_END | '\u{2028}');
    text.replace("\r\n", " ").replace(is_break, " ")
}

fn check_marks(marks: &Marks) -> Result<(), Refusal> {
    for (name, value) in marks {
        if name.len() > MAX_KEY_BYTES {
            return Err(Refusal::NameTooLong);
        }
        check_json(value)?;
    }
    Ok(())
}

/// What the gate would say of this value as JSON text.
fn check_json(value: &Value) -> Result<(), Refusal> {
    let mut text = String::new();
    crate::jcs::write(value, &mut text);
    if text.len() > MAX_JSON_BYTES {
        return Err(Refusal::JsonTooLong);
    }
    crate::gate::check_json(&text)
}

/// Whether a value fits into `meta`: no lists, maps of one level.
pub(super) fn check_meta(key: &str, value: &Value) -> Result<(), Refusal> {
    let long = |name: &str| name.len() > MAX_KEY_BYTES;
    match value {
        _ if long(key) => Err(Refusal::NameTooLong),
        Value::Array(_) => Err(Refusal::AnyKind(117)),
        Value::Object(entries) => {
            let names: BTreeSet<&String> = entries.keys().collect();
            if names.iter().any(|name| long(name)) {
                return Err(Refusal::NameTooLong);
            }
            let nested = |value: &Value| value.is_object() || value.is_array();
            if entries.values().any(nested) {
                Err(Refusal::AnyNesting)
            } else {
                Ok(())
            }
        }
        Value::String(text) if text.len() > crate::config::MAX_SOLID_BYTES => {
            Err(Refusal::SolidTooLong(text.len()))
        }
        _ => Ok(()),
    }
}
