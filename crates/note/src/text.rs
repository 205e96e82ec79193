//! The plain text of a note and the offsets into it.
//!
//! Blocks joined by one newline, no title, no newline at the end; a block without text is an empty
//! line, an atom is U+FFFC. Offsets are UTF-16 units of that text.

use crate::projection::{Block, Inline};

/// Stands for an inline atom.
pub(crate) const ATOM: char = '\u{fffc}';

impl Block {
    /// The block's text alone; empty for a block without text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for piece in &self.inline {
            match piece {
                Inline::Text { text: added, .. } => text.push_str(added),
                Inline::Atom { .. } => text.push(ATOM),
            }
        }
        text
    }
}

/// The text of these blocks.
pub(crate) fn joined<'a>(blocks: impl Iterator<Item = &'a Block>) -> String {
    let lines: Vec<String> = blocks.map(Block::text).collect();
    lines.join("\n")
}
