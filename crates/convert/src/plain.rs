//! Plain text in.

use skein_note::Block;

/// One paragraph for each line, a newline at the end aside. `ids` mints the blocks' ids.
pub fn from_plain(text: &str, ids: &mut dyn FnMut() -> String) -> Vec<Block> {
    let text = lines(text);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    text.split('\n')
        .map(|line| Block::paragraph(ids(), line))
        .collect()
}

/// Text whose lines end in one way.
pub(crate) fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
