//! A block's content as Markdown.
//!
//! Delimiters of emphasis depend on their neighbours in ways that are easy to get wrong. So what is
//! written is read back, and where it says something else the marks are written as HTML tags, which
//! mean the same anywhere.

use std::fmt::Write;

use crate::read::read_back;
use crate::style::{CODE, FLAGS, Piece, Style};

/// How marks are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marks {
    Delimiters,
    Tags,
    None,
}

/// Opening and closing of every mark in [`FLAGS`], with delimiters.
const DELIMITERS: [(&str, &str); FLAGS.len()] = [
    ("**", "**"),
    ("*", "*"),
    ("<u>", "</u>"),
    ("~~", "~~"),
    ("<mark>", "</mark>"),
    ("", ""),
];

/// Opening and closing of every mark in [`FLAGS`], as tags.
pub(crate) const TAGS: [(&str, &str); FLAGS.len()] = [
    ("<b>", "</b>"),
    ("<i>", "</i>"),
    ("<u>", "</u>"),
    ("<s>", "</s>"),
    ("<mark>", "</mark>"),
    ("<code>", "</code>"),
];

/// These pieces as Markdown that reads back as them. A heading stays on one line.
pub(crate) fn markdown(pieces: &[Piece], heading: bool) -> String {
    for marks in [Marks::Delimiters, Marks::Tags] {
        let written = write(pieces, marks, heading);
        if read_back(&written, heading).as_deref() == Some(pieces) {
            return written;
        }
    }
    // Only what no Markdown says is left, a null character for one.
    write(pieces, Marks::None, heading)
}

fn write(pieces: &[Piece], marks: Marks, heading: bool) -> String {
    let characters: Vec<char> = pieces.iter().flat_map(|piece| piece.text.chars()).collect();
    let mut writer = Writer {
        characters,
        at: 0,
        line: 0,
        heading,
        out: String::new(),
    };
    let mut open: Vec<Tag> = Vec::new();
    for piece in pieces {
        let wanted = if marks == Marks::None {
            Vec::new()
        } else {
            tags(&piece.style, marks)
        };
        let shared = open
            .iter()
            .zip(&wanted)
            .take_while(|(one, other)| one == other)
            .count();
        for tag in open.drain(shared..).rev() {
            tag.close(marks, &mut writer.out);
        }
        for tag in &wanted[shared..] {
            tag.open(marks, &mut writer.out);
        }
        open = wanted;
        if piece.style.on[CODE] && marks == Marks::Delimiters {
            writer.code(&piece.text);
        } else {
            writer.text(piece.text.chars().count());
        }
    }
    for tag in open.into_iter().rev() {
        tag.close(marks, &mut writer.out);
    }
    writer.out
}

/// Something open around text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tag {
    Link(String),
    Flag(usize),
}

fn tags(style: &Style, marks: Marks) -> Vec<Tag> {
    let mut tags: Vec<Tag> = style.link.iter().cloned().map(Tag::Link).collect();
    // With delimiters, code is no tag: what it holds is written as it is.
    let flags = if marks == Marks::Delimiters {
        CODE
    } else {
        FLAGS.len()
    };
    tags.extend((0..flags).filter(|flag| style.on[*flag]).map(Tag::Flag));
    tags
}

impl Tag {
    fn open(&self, marks: Marks, out: &mut String) {
        match self {
            Tag::Link(_) => out.push('['),
            Tag::Flag(flag) => out.push_str(pair(*flag, marks).0),
        }
    }

    fn close(&self, marks: Marks, out: &mut String) {
        match self {
            Tag::Link(href) => {
                let _ = write!(out, "]({})", destination(href));
            }
            Tag::Flag(flag) => out.push_str(pair(*flag, marks).1),
        }
    }
}

fn pair(flag: usize, marks: Marks) -> (&'static str, &'static str) {
    if marks == Marks::Delimiters {
        DELIMITERS[flag]
    } else {
        TAGS[flag]
    }
}

/// A link's address, in angle brackets where it needs them.
pub(crate) fn destination(href: &str) -> String {
    let plain =
        |character: char| character.is_alphanumeric() || "/:.-_?=#%+,;@!$'".contains(character);
    if !href.is_empty() && href.chars().all(plain) {
        return href.to_owned();
    }
    let mut out = String::from("<");
    for character in href.chars() {
        match character {
            '<' | '>' | '\\' => out.extend(['\\', character]),
            '&' => out.push_str("&amp;"),
            control if control.is_ascii_control() => {
                let _ = write!(out, "&#{};", control as u32);
            }
            other => out.push(other),
        }
    }
    out.push('>');
    out
}

/// Writes text with as many escapes as it needs.
struct Writer {
    /// All characters of the block: what has to be escaped depends on what is around it.
    characters: Vec<char>,
    at: usize,
    /// Where the line begins.
    line: usize,
    heading: bool,
    out: String,
}

impl Writer {
    fn text(&mut self, count: usize) {
        for _ in 0..count {
            self.character(self.characters[self.at]);
            self.at += 1;
        }
        if self.out.ends_with('!') {
            // A link may follow, and is no picture.
            self.out.insert(self.out.len() - 1, '\\');
        }
    }

    fn next(&self) -> Option<char> {
        self.characters.get(self.at + 1).copied()
    }

    fn previous(&self) -> Option<char> {
        self.at.checked_sub(1).map(|before| self.characters[before])
    }

    fn character(&mut self, character: char) {
        let begins = self.at == self.line;
        let ends = self.next().is_none_or(|next| next == '\n');
        match character {
            '\n' => self.newline(),
            ' ' if begins || ends => self.out.push_str("&#32;"),
            // Markdown has no way to say it.
            '\0' => self.out.push('\u{fffd}'),
            control if control.is_ascii_control() => {
                let _ = write!(self.out, "&#{};", control as u32);
            }
            '\\' | '`' | '*' | '[' | ']' | '<' | '~' | '|' => self.escaped(character),
            '_' if !(in_word(self.previous()) && in_word(self.next())) => self.escaped('_'),
            '&' if self
                .next()
                .is_some_and(|next| next == '#' || next.is_ascii_alphanumeric()) =>
            {
                self.escaped('&');
            }
            '#' if self.heading || begins => self.escaped('#'),
            '>' | '+' | '-' | '=' if begins => self.escaped(character),
            '.' | ')' if self.after_number() => self.escaped(character),
            other => self.out.push(other),
        }
    }

    fn escaped(&mut self, character: char) {
        self.out.extend(['\\', character]);
    }

    /// A hard line break; where none can stand, the character itself.
    fn newline(&mut self) {
        let inside = self.at > 0 && self.next().is_some();
        if inside && !self.heading {
            self.out.push_str("\\\n");
            self.line = self.at + 1;
        } else {
            self.out.push_str("&#10;");
        }
    }

    /// Whether the line so far is a number, which would begin a list.
    fn after_number(&self) -> bool {
        let line = &self.characters[self.line..self.at];
        !line.is_empty() && line.iter().all(char::is_ascii_digit)
    }

    /// A code span, fenced by more backticks than stand in it.
    fn code(&mut self, text: &str) {
        self.at += text.chars().count();
        let longest = text
            .split(|character| character != '`')
            .map(str::len)
            .max()
            .unwrap_or(0);
        let fence = "`".repeat(longest + 1);
        let blank = text.chars().all(|character| character == ' ');
        let spaced = text.starts_with(' ') && text.ends_with(' ') && !blank;
        let pad = if spaced || text.starts_with('`') || text.ends_with('`') {
            " "
        } else {
            ""
        };
        let _ = write!(self.out, "{fence}{pad}{text}{pad}{fence}");
    }
}

fn in_word(character: Option<char>) -> bool {
    character.is_some_and(char::is_alphanumeric)
}
