//! The marks that Markdown and HTML can say.

use std::collections::BTreeMap;

use skein_note::{Block, Inline, Value};

/// Names of the marks that are on or off, in the order in which they are opened.
pub(crate) const FLAGS: [&str; 6] = ["bold", "italic", "underline", "strike", "highlight", "code"];

/// Position of `code` in [`FLAGS`]: the innermost one.
pub(crate) const CODE: usize = 5;

/// The marks of a piece of text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) link: Option<String>,
    pub(crate) on: [bool; FLAGS.len()],
}

/// Text of one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) style: Style,
}

impl Style {
    fn of(marks: &BTreeMap<String, Value>) -> Style {
        let link = marks.get("link").and_then(|link| link.get("href"));
        Style {
            link: link.and_then(Value::as_str).map(str::to_owned),
            on: FLAGS.map(|name| marks.get(name) == Some(&Value::Bool(true))),
        }
    }

    fn marks(&self) -> BTreeMap<String, Value> {
        let on = FLAGS.iter().zip(self.on).filter(|(_, on)| *on);
        let mut marks: BTreeMap<String, Value> = on
            .map(|(name, _)| ((*name).to_owned(), Value::Bool(true)))
            .collect();
        if let Some(href) = &self.link {
            let href = [("href".to_owned(), Value::from(href.as_str()))];
            marks.insert("link".to_owned(), Value::Object(href.into_iter().collect()));
        }
        marks
    }
}

/// A block's content as pieces: unknown marks fall away, atoms become text.
pub(crate) fn pieces(block: &Block) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for inline in &block.inline {
        match inline {
            Inline::Text { text, marks } => add(&mut pieces, text, Style::of(marks)),
            Inline::Atom { record, marks } => add(&mut pieces, &atom(record), Style::of(marks)),
        }
    }
    pieces
}

/// Appends text, joining it to the last piece where the style is the same.
pub(crate) fn add(pieces: &mut Vec<Piece>, text: &str, style: Style) {
    match pieces.last_mut() {
        _ if text.is_empty() => (),
        Some(last) if last.style == style => last.text.push_str(text),
        _ => pieces.push(Piece {
            text: text.to_owned(),
            style,
        }),
    }
}

/// Pieces as a block's content.
pub(crate) fn inline(pieces: Vec<Piece>) -> Vec<Inline> {
    let inline = pieces.into_iter().map(|piece| {
        let marks = piece.style.marks();
        Inline::Text {
            text: piece.text,
            marks,
        }
    });
    inline.collect()
}

/// What stands for an atom where it cannot be kept: its own words, else its kind.
fn atom(record: &Value) -> String {
    let word = |name: &&str| record.get(*name).and_then(Value::as_str);
    let known = ["text", "label", "name", "title", "tex"]
        .iter()
        .find_map(word);
    let kind = record.get("i").and_then(Value::as_str).unwrap_or("?");
    match (known, kind) {
        (Some(name), "mention") => format!("@{name}"),
        (Some(text), _) => text.to_owned(),
        (None, kind) => format!("[{kind}]"),
    }
}
