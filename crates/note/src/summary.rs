//! What the list of notes shows of one note.

use serde_json::Value;

use crate::config::PREVIEW_CHARS;
use crate::projection::Projection;
use crate::text;

/// What a list shows of a note, all of it derived.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// The title as stored.
    pub title: String,
    /// The folder's path, none for the top.
    pub folder: Option<String>,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// Whether it stands at the top of lists.
    pub pinned: bool,
    /// Whether it lies in the trash.
    pub trashed: bool,
    /// Words of the body: runs of characters between white space.
    pub words: u64,
    /// The beginning of the body on one line, at most 160 characters.
    pub preview: String,
    /// Length of the plain text in UTF-16 units.
    pub len_utf16: u64,
}

impl Projection {
    /// The plain text: blocks joined by a newline, no title; see the module on offsets.
    pub fn text(&self) -> String {
        text::joined(self.blocks.iter())
    }

    /// What a list shows of this note.
    pub fn summary(&self) -> Summary {
        let text = self.text();
        Summary {
            title: self.title.clone(),
            folder: match self.meta.get("folder") {
                Some(Value::String(folder)) if !folder.is_empty() => Some(folder.clone()),
                _ => None,
            },
            tags: self.tags(),
            pinned: self.flag("pinned"),
            trashed: self.flag("trashed"),
            words: text
                .split_whitespace()
                .filter(|word| has_letters(word))
                .count() as u64,
            preview: preview(&text),
            len_utf16: text.encode_utf16().count() as u64,
        }
    }

    /// Tags are one key each, so that tags added at once all stay.
    fn tags(&self) -> Vec<String> {
        let set = |value: &Value| !matches!(value, Value::Null | Value::Bool(false));
        let tags = self.meta.iter().filter(|(_, value)| set(value));
        tags.filter_map(|(key, _)| key.strip_prefix("tag/"))
            .map(str::to_owned)
            .collect()
    }

    fn flag(&self, name: &str) -> bool {
        self.meta.get(name) == Some(&Value::Bool(true))
    }
}

/// An atom alone is no word.
fn has_letters(word: &str) -> bool {
    word.chars().any(|character| character != text::ATOM)
}

fn preview(text: &str) -> String {
    let mut preview = String::new();
    let words = text
        .split_whitespace()
        .map(|word| word.replace(text::ATOM, ""));
    for word in words.filter(|word| !word.is_empty()) {
        if !preview.is_empty() {
            preview.push(' ');
        }
        preview.push_str(&word);
        if preview.chars().count() >= PREVIEW_CHARS {
            break;
        }
    }
    preview
        .chars()
        .take(PREVIEW_CHARS)
        .collect::<String>()
        .trim_end()
        .to_owned()
}
