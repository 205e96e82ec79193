//! Markdown and plain text that is brought in.

use skein_convert::{from_markdown, from_plain, to_html, to_markdown};
use skein_note::{Block, Note, Projection, Writer};

use super::Target;
use crate::bounded::accepted;

pub const MARKDOWN: Target = Target {
    name: "markdown",
    run,
    seeds,
    words: &[
        b"\n\n",
        b"- ",
        b"1. ",
        b"> ",
        b"# ",
        b"```",
        b"~~~",
        b"**",
        b"_",
        b"~~",
        b"[x]",
        b"[ ] ",
        b"](",
        b"![",
        b"<u>",
        b"</u>",
        b"<mark>",
        b"<!-- -->",
        b"|---|",
        b"---\n",
        b"===\n",
        b"    ",
        b"\t",
        b"&#0;",
        b"&amp;",
        b"\\",
        b"\r\n",
        b"<br>",
        "\u{2029}".as_bytes(),
    ],
};

/// Ids of blocks, one after another.
fn ids() -> impl FnMut() -> String {
    let mut count = 0;
    move || {
        count += 1;
        format!("block-{count:06}")
    }
}

fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    plain(&text);
    let read = from_markdown(&text, &mut ids());
    for lost in &read.lost {
        assert!(
            lost.line >= 1 && lost.line <= text.split(['\n', '\r']).count().max(1),
            "{lost}"
        );
    }
    accepted();
    let shown = Projection {
        blocks: read.blocks,
        ..Projection::default()
    };
    let _ = to_html(&shown);
    let written = to_markdown(&shown);
    let again = from_markdown(&written, &mut ids()).blocks;
    let words = |blocks: &[Block]| blocks.iter().map(Block::text).collect::<String>();
    assert_eq!(
        words(&again),
        words(&shown.blocks),
        "the words come back from {written:?}"
    );
    in_a_note(&shown);
}

/// Whatever is brought in can be kept: it passes the gate of every device.
fn in_a_note(shown: &Projection) {
    let mut writer = Writer::new(1, &Note::new().state()).expect("an empty note");
    let update = writer
        .append_blocks(&shown.blocks)
        .expect("what is read can be written");
    let facts = skein_note::gate::check(&update, 1, 0).expect("our own edit passes the gate");
    assert!(facts.names.is_empty());
    let mut note = Note::new();
    note.apply(&update).expect("our own edit applies");
    let kept = note.projection().blocks;
    let words = |blocks: &[Block]| {
        let lines = blocks.iter().map(|block| block.text() + "\n");
        // What ends a block in a note is a line's end within one.
        lines.collect::<String>().replace('\u{2029}', "\n")
    };
    assert_eq!(
        words(&kept),
        words(&shown.blocks),
        "the note says what was read"
    );
}

fn plain(text: &str) {
    let blocks = from_plain(text, &mut ids());
    let lines: Vec<String> = blocks.iter().map(Block::text).collect();
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    assert_eq!(lines.join("\n"), text.strip_suffix('\n').unwrap_or(&text));
}

fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "Title\n=====\n\nSome *words* over\ntwo lines.  \nAnd a third.\n\n* one\n  1. in\n* [x] done\n* [ ] to do\n",
        "> quoted\n> > twice\n\n```rust,ignore\nfn main() {}\n```\n\n    indented\n\n* * *\n",
        "a **b _c_** ~~d~~ <u>e</u> `f` [g](https://g.example) <mark>h</mark><br>i",
        "---\ntitle: x\n---\n\n#### deep\n\n| a | b |\n|---|---|\n| c | *d* |\n\n![alt](https://p.example/p.png \"t\")\n",
        "<div>\nraw\n</div>\n\nx <span>y</span> &amp; &#0; \\* 日本 😀\r\nz",
        "- a\n\n  - b\n\n    c\n\n1) d\n<!-- -->\n- <!-- empty -->\n\n      e\n",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}
