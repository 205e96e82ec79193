//! Markdown out.

use skein_note::{Block, Projection, Value};

use crate::config::EMPTY_ITEM;
use crate::inline::{destination, markdown};
use crate::lines::{Lines, Shape};
use crate::plain::lines;
use crate::style::{Piece, Style, pieces};
use crate::table;

/// The note's blocks as Markdown, one newline at the end. Empty paragraphs are left out: Markdown has
/// none. A block of a kind that Markdown has not becomes a paragraph with its text, or its name.
pub fn to_markdown(note: &Projection) -> String {
    let mut lines = Lines::default();
    for (position, block) in note.blocks.iter().enumerate() {
        let around = Around {
            before: position.checked_sub(1).map(|before| &note.blocks[before]),
            next: note.blocks.get(position + 1),
        };
        let (shape, written) = written(note, block, around);
        if shape != Shape::Plain || !written.is_empty() {
            lines.block(shape, block.quote(), block.indent(), &written);
        }
    }
    lines.finish()
}

/// A block's neighbours.
#[derive(Clone, Copy)]
struct Around<'a> {
    before: Option<&'a Block>,
    next: Option<&'a Block>,
}

/// A block's own lines, without what it stands in.
fn written(note: &Projection, block: &Block, around: Around) -> (Shape, Vec<String>) {
    if block.void {
        return (Shape::Plain, void(note, block));
    }
    match block.kind.as_str() {
        "h1" => (Shape::Plain, heading("#", block)),
        "h2" => (Shape::Plain, heading("##", block)),
        "h3" => (Shape::Plain, heading("###", block)),
        "bullet" => (Shape::Bullet, item(block, around, "")),
        "ordered" => (Shape::Ordered, item(block, around, "")),
        "task" => (
            Shape::Bullet,
            item(block, around, if block.checked() { "[x] " } else { "[ ] " }),
        ),
        "code" => (Shape::Plain, code(block)),
        _ => (Shape::Plain, split(&markdown(&pieces(block), false))),
    }
}

fn heading(level: &str, block: &Block) -> Vec<String> {
    let line = format!("{level} {}", markdown(&pieces(block), true));
    vec![line.trim_end_matches(' ').to_owned()]
}

fn split(text: &str) -> Vec<String> {
    let lines = text.split('\n').map(str::to_owned);
    if text.is_empty() {
        Vec::new()
    } else {
        lines.collect()
    }
}

fn item(block: &Block, around: Around, task: &str) -> Vec<String> {
    let mut lines = split(&markdown(&pieces(block), false));
    match lines.first_mut() {
        Some(first) => first.insert_str(0, task),
        // An empty item ends at a blank line, and what is below it would leave the list; nor can it
        // follow a line of text.
        None if around.next.is_some_and(|next| holds(block, next))
            || (task.is_empty()
                && around.before.is_some_and(|before| begins_in(block, before))) =>
        {
            lines.push(format!("{task}{EMPTY_ITEM}"));
        }
        None => lines.push(task.trim_end().to_owned()),
    }
    lines
}

/// Whether `next` stands in this item and is no item itself.
fn holds(block: &Block, next: &Block) -> bool {
    !is_item(next) && next.indent() > block.indent() && next.quote() == block.quote()
}

/// Whether an item is the first in the list below `before`.
fn begins_in(block: &Block, before: &Block) -> bool {
    is_item(before) && block.indent() > before.indent() && block.quote() == before.quote()
}

fn is_item(block: &Block) -> bool {
    !block.void && matches!(block.kind.as_str(), "bullet" | "ordered" | "task")
}

fn code(block: &Block) -> Vec<String> {
    let text = lines(&block.text());
    let longest = text
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let language = block
        .record
        .get("lang")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let mut lines = vec![format!("{fence}{}", info(language))];
    lines.extend(split(&text));
    lines.push(fence);
    lines
}

/// A language that reads back as it is, whatever is in it.
fn info(language: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "+-.#_".contains(character);
    let spelled = language.chars().map(|character| match character {
        character if plain(character) => character.to_string(),
        character => format!("&#{};", character as u32),
    });
    spelled.collect()
}

fn void(note: &Projection, block: &Block) -> Vec<String> {
    let word = |name: &str| block.record.get(name).and_then(Value::as_str);
    match block.kind.as_str() {
        // Three dashes on the first line would begin front matter.
        "divider" => vec!["***".to_owned()],
        "image" => {
            let source = word("src").unwrap_or_default();
            vec![format!(
                "![{}]({})",
                plain(word("alt").unwrap_or_default()),
                destination(source)
            )]
        }
        "table" => match table::rows(note, block) {
            Some(rows) => table(&rows),
            None => vec![plain("[table]")],
        },
        kind => {
            let named = ["name", "title", "tex"].into_iter().find_map(word);
            vec![plain(
                &named.map_or_else(|| format!("[{kind}]"), str::to_owned),
            )]
        }
    }
}

/// Text without marks on one line.
fn plain(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let piece = Piece {
        text,
        style: Style::default(),
    };
    if piece.text.is_empty() {
        String::new()
    } else {
        markdown(&[piece], false)
    }
}

fn table(rows: &[Vec<String>]) -> Vec<String> {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| plain(cell)).collect();
        format!("| {} |", cells.join(" | "))
    };
    let mut lines: Vec<String> = rows.iter().map(|row| line(row)).collect();
    let rule = format!("|{}", " --- |".repeat(rows[0].len()));
    lines.insert(1, rule);
    lines
}
