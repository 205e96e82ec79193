//! A text read as runs: the one loop over a Y.Text that everything else builds on.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use yrs::types::text::YChange;
use yrs::{Any, Out, ReadTxn, Text, TextRef};

use crate::value::from_any;

/// Formatting attributes of a run, by name.
pub(crate) type Marks = BTreeMap<String, Value>;

/// A piece of text, or one embed, with its marks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    pub(crate) insert: Insert,
    pub(crate) marks: Marks,
}

/// What a run holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Insert {
    Text(String),
    /// Takes one position in the text.
    Embed(Value),
}

/// The runs of `text`, adjacent text of equal marks joined: joining hides how the text came about.
pub(crate) fn runs<T: ReadTxn>(txn: &T, text: &TextRef) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for piece in text.diff(txn, YChange::identity) {
        let marks = piece.attributes.map_or_else(Marks::new, |attributes| {
            attributes
                .iter()
                .map(|(name, value)| (name.to_string(), from_any(value)))
                .collect()
        });
        match piece.insert {
            Out::Any(Any::String(added)) => match runs.last_mut() {
                Some(Run {
                    insert: Insert::Text(text),
                    marks: last,
                }) if *last == marks => {
                    text.push_str(&added);
                }
                _ => runs.push(Run {
                    insert: Insert::Text(added.to_string()),
                    marks,
                }),
            },
            Out::Any(any) => runs.push(Run {
                insert: Insert::Embed(from_any(&any)),
                marks,
            }),
            // No version writes a shared type into a text; shown as an atom nobody knows.
            Out::YArray(_) => runs.push(Run {
                insert: Insert::Embed(json!({"?": "array"})),
                marks,
            }),
            _ => runs.push(Run {
                insert: Insert::Embed(json!({"?": "map"})),
                marks,
            }),
        }
    }
    runs
}
