//! What an edit by text offsets takes away, and the row that is left.

use super::EditError;
use crate::projection::{Block, Inline, Row};

/// A place in the plain text: a row and an offset in its content.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) row: usize,
    pub(super) offset: u32,
}

/// The place of a text offset.
pub(super) fn locate(rows: &[Row], at: u64) -> Result<Place, EditError> {
    let mut begin = 0;
    for (row, of) in rows.iter().enumerate() {
        let len = u64::from(of.len);
        if at <= begin + len {
            let offset = (at - begin) as u32;
            if inside_character(&of.block, offset) {
                return Err(EditError::InsideCharacter(at));
            }
            return Ok(Place { row, offset });
        }
        begin += len + 1;
    }
    Err(out_of_range(rows, at))
}

pub(super) fn out_of_range(rows: &[Row], at: u64) -> EditError {
    let units: u64 = rows.iter().map(|row| u64::from(row.len)).sum();
    EditError::OutOfRange {
        at,
        len: units + (rows.len() as u64).saturating_sub(1),
    }
}

fn inside_character(block: &Block, offset: u32) -> bool {
    let mut at = 0;
    for character in block.text().chars() {
        if at >= offset {
            break;
        }
        at += character.len_utf16() as u32;
    }
    at > offset
}

/// What has to go between two places.
pub(super) struct Removal {
    /// The row that is there afterwards: as it is then, but at its old position.
    pub(super) row: Row,
    /// (position, length), rising and apart.
    pub(super) gone: Vec<(u32, u32)>,
    /// Where an end has to be written for the row before this one, so that the two stay apart; and
    /// one for this row. Old positions.
    pub(super) before: Option<u32>,
    pub(super) own: Option<u32>,
}

/// Works out a removal.
pub(super) fn removal(rows: &[Row], from: Place, to: Place) -> Removal {
    let (first, last) = (&rows[from.row], &rows[to.row]);
    let (begin, end) = (first.inner() + from.offset, last.inner() + to.offset);
    let mut removal = match (first.block.void, last.block.void) {
        _ if from.row == to.row => {
            Removal::of(without(first, from.offset, to.offset), &[(begin, end)])
        }
        (false, false) => Removal::of(joined(first, from.offset, last, to.offset), &[(begin, end)]),
        // A block without text goes as a whole with the newline beside it.
        (true, true) => Removal::of(first.clone(), &[(first.end(), last.end())]),
        (true, false) => {
            let gone = [(first.start, last.start), (last.inner(), end)];
            let mut removal = Removal::of(without(last, 0, to.offset), &gone);
            let before = from.row.checked_sub(1).map(|before| &rows[before]);
            let runs_on = before.is_some_and(is_open) && !last.opened;
            removal.before = runs_on.then_some(first.start);
            removal
        }
        (false, true) => {
            let gone = [(begin, first.content_end()), (first.end(), last.end())];
            let mut removal = Removal::of(without(first, from.offset, first.len), &gone);
            let runs_on = is_open(first) && rows.get(to.row + 1).is_some_and(|next| !next.opened);
            removal.own = runs_on.then_some(first.content_end());
            removal
        }
    };
    if removal.row.len == 0 && !removal.row.opened && is_open(&removal.row) {
        // Nothing would be left of it, not even its line.
        removal.own = Some(if last.block.void {
            first.content_end()
        } else {
            end
        });
    }
    removal.row.closed |= removal.own.is_some();
    removal
}

impl Removal {
    fn of(row: Row, gone: &[(u32, u32)]) -> Removal {
        let gone = gone.iter().filter(|(begin, end)| end > begin);
        let gone = gone.map(|(begin, end)| (*begin, end - begin)).collect();
        Removal {
            row,
            gone,
            before: None,
            own: None,
        }
    }
}

/// Whether what follows without a start of its own would belong to this row.
fn is_open(row: &Row) -> bool {
    !row.closed && !row.block.void
}

/// The row without the content from `begin` to `end`.
fn without(row: &Row, begin: u32, end: u32) -> Row {
    let mut inline = cut(&row.block.inline, 0, begin);
    inline.extend(cut(&row.block.inline, end, row.len));
    let block = Block {
        inline,
        ..row.block.clone()
    };
    Row {
        block,
        len: row.len - (end - begin),
        ..row.clone()
    }
}

/// The first row's beginning with the last row's rest: the first one's markup wins.
fn joined(first: &Row, keep: u32, last: &Row, skip: u32) -> Row {
    let mut inline = cut(&first.block.inline, 0, keep);
    inline.extend(cut(&last.block.inline, skip, last.len));
    let block = Block {
        inline,
        ..first.block.clone()
    };
    Row {
        block,
        len: keep + last.len - skip,
        closed: last.closed,
        ..first.clone()
    }
}

/// The pieces between two offsets; texts are cut, offsets are between characters.
fn cut(inline: &[Inline], begin: u32, end: u32) -> Vec<Inline> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for piece in inline {
        match piece {
            Inline::Text { text, marks } => {
                let mut kept = String::new();
                for character in text.chars() {
                    if (begin..end).contains(&at) {
                        kept.push(character);
                    }
                    at += character.len_utf16() as u32;
                }
                if !kept.is_empty() {
                    pieces.push(Inline::Text {
                        text: kept,
                        marks: marks.clone(),
                    });
                }
            }
            Inline::Atom { .. } => {
                if (begin..end).contains(&at) {
                    pieces.push(piece.clone());
                }
                at += 1;
            }
        }
    }
    pieces
}
