//! Notes as Markdown, HTML and plain text, and back.
//!
//! - [`to_markdown`] writes CommonMark with GFM's tasks, tables and strike-through. What Markdown can
//!   say comes back as it was from [`from_markdown`]: paragraphs, headings 1 to 3, bullet, ordered and
//!   task lists with indent, quotes, code with its language, dividers, and the marks bold, italic,
//!   underline, strike, highlight, code and link. The rest becomes something readable.
//! - [`from_markdown`] reads anything; nothing is malformed. It reports what it could not keep.
//! - [`to_html`] writes a fragment without scripts, styles or foreign addresses' side effects.
//! - Plain text out is [`Projection::text`]; in it is [`from_plain`].
//!
//! The note's title is not part of any of them: it is a field of its own. The crate is pure.

mod config;
mod html;
mod inline;
mod lines;
mod markdown;
mod plain;
mod read;
mod style;
mod table;

pub use html::to_html;
pub use markdown::to_markdown;
pub use plain::from_plain;
pub use read::{Loss, Lost, Read, from_markdown};
use skein_note::Projection;

/// A note's plain text: blocks joined by a newline, no title.
pub fn to_plain(note: &Projection) -> String {
    note.text()
}
