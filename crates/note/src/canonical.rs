//! The canonical JSON of a note, over which its hash is taken.
//!
//! `{title, meta, blocks, objects}`. A block is its effective record with `id` (null where implied),
//! `kind` (`p` where none is stored), `inline` and, for a block without text, `void: true`. Inline
//! content is a list of `[text, marks]` and `{atom}` (with `marks` where there are any). Should a
//! record use one of those four names, or a name that begins with a slash, the name gets one more
//! slash in front, so that two different notes never look alike.

use serde_json::{Map, Value, json};

use crate::jcs;
use crate::projection::{Block, Inline, Projection};

impl Projection {
    /// The note as JSON, not yet in its canonical spelling.
    pub fn to_json(&self) -> Value {
        let blocks: Vec<Value> = self.blocks.iter().map(block_json).collect();
        json!({
            "title": self.title,
            "meta": self.meta,
            "blocks": blocks,
            "objects": self.objects,
        })
    }

    /// The canonical JSON: RFC 8785. Equal on two devices exactly when they show the same note.
    pub fn canonical_json(&self) -> String {
        // As `to_json`, block by block and with the names in order: a long note has many values.
        let mut out = String::from("{\"blocks\":[");
        for (position, block) in self.blocks.iter().enumerate() {
            if position > 0 {
                out.push(',');
            }
            jcs::write(&block_json(block), &mut out);
        }
        out.push_str("],\"meta\":");
        jcs::write(&json!(self.meta), &mut out);
        out.push_str(",\"objects\":");
        jcs::write(&json!(self.objects), &mut out);
        out.push_str(",\"title\":");
        jcs::write_string(&self.title, &mut out);
        out.push('}');
        out
    }

    /// BLAKE3 of [`Projection::canonical_json`].
    pub fn hash(&self) -> [u8; 32] {
        *blake3::hash(self.canonical_json().as_bytes()).as_bytes()
    }
}

fn block_json(block: &Block) -> Value {
    let mut entries = Map::new();
    for (name, value) in &block.record {
        entries.insert(record_name(name), value.clone());
    }
    entries.insert(
        "id".to_owned(),
        block.id.clone().map_or(Value::Null, Value::String),
    );
    entries.insert("kind".to_owned(), Value::String(block.kind.clone()));
    entries.insert("inline".to_owned(), inline_json(&block.inline));
    if block.void {
        entries.insert("void".to_owned(), Value::Bool(true));
    }
    Value::Object(entries)
}

fn record_name(name: &str) -> String {
    let taken = matches!(name, "id" | "kind" | "inline" | "void") || name.starts_with('/');
    if taken {
        format!("/{name}")
    } else {
        name.to_owned()
    }
}

/// Inline content as it stands in the canonical JSON.
pub(crate) fn inline_json(inline: &[Inline]) -> Value {
    let items = inline.iter().map(|piece| match piece {
        Inline::Text { text, marks } => json!([text, marks]),
        Inline::Atom { record, marks } if marks.is_empty() => json!({ "atom": record }),
        Inline::Atom { record, marks } => json!({ "atom": record, "marks": marks }),
    });
    Value::Array(items.collect())
}
