//! Blocks that Markdown can say come back from it as they were.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use skein_convert::{from_markdown, to_markdown};
use skein_note::{Block, Inline, Projection};

fn ids() -> impl FnMut() -> String {
    let mut count = 0;
    move || {
        count += 1;
        format!("block-{count:06}")
    }
}

const WORDS: [&str; 40] = [
    "word",
    "two words",
    " ",
    "  ",
    "*",
    "**",
    "_",
    "snake_case",
    "`",
    "``",
    "~~",
    "[x]",
    "[ ] ",
    "](y)",
    "<b>",
    "&amp;",
    "&",
    "\\",
    "\n",
    "#",
    "# ",
    "- ",
    "+ ",
    "1. ",
    "12) ",
    "> ",
    "|",
    "---",
    "===",
    "!",
    "![",
    "http://a.example",
    "a@b.example",
    "😀",
    "ü",
    "日本",
    "\t",
    "<!-- -->",
    "\u{a0}",
    ":",
];

const HREFS: [&str; 6] = [
    "https://a.example/x?y=1&copy=2#z",
    "a b",
    "<odd>",
    "(paren",
    "",
    "mailto:a@b.example",
];

struct Maker {
    random: ChaCha8Rng,
}

impl Maker {
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.random.random_range(0..from.len())]
    }

    fn text(&mut self) -> String {
        let count = self.random.random_range(1..5);
        (0..count).map(|_| self.pick(&WORDS)).collect()
    }

    fn marks(&mut self) -> BTreeMap<String, Value> {
        let mut marks = BTreeMap::new();
        for name in ["bold", "italic", "underline", "strike", "code", "highlight"] {
            if self.random.random_bool(0.12) {
                marks.insert(name.to_owned(), json!(true));
            }
        }
        if self.random.random_bool(0.1) {
            marks.insert("link".to_owned(), json!({ "href": self.pick(&HREFS) }));
        }
        marks
    }

    fn inline(&mut self) -> Vec<Inline> {
        let mut inline: Vec<Inline> = Vec::new();
        for _ in 0..self.random.random_range(0..4) {
            let (text, marks) = (self.text(), self.marks());
            match inline.last_mut() {
                Some(Inline::Text {
                    text: last,
                    marks: same,
                }) if *same == marks => last.push_str(&text),
                _ => inline.push(Inline::Text { text, marks }),
            }
        }
        inline
    }

    fn block(&mut self) -> Block {
        let kinds = [
            "p", "p", "h1", "h2", "h3", "bullet", "bullet", "ordered", "task", "code", "divider",
        ];
        let mut block = Block {
            kind: self.pick(&kinds).to_owned(),
            ..Block::default()
        };
        for (name, most, often) in [("indent", 8_u8, 0.4), ("quote", 3, 0.2)] {
            if self.random.random_bool(often) {
                block
                    .record
                    .insert(name.to_owned(), json!(self.random.random_range(1..=most)));
            }
        }
        match block.kind.as_str() {
            "divider" => block.void = true,
            "code" => {
                if self.random.random_bool(0.5) {
                    block.record.insert(
                        "lang".to_owned(),
                        json!(self.pick(&["rust", "c++", "a b", "x`y", "&amp;"])),
                    );
                }
                let text = (0..self.random.random_range(0..4))
                    .map(|_| self.pick(&["x", "\n", "```", "  y ", "~~~", "> ", "- "]));
                let text: String = text.collect();
                if !text.is_empty() {
                    block.inline.push(Inline::Text {
                        text,
                        marks: BTreeMap::new(),
                    });
                }
            }
            kind => {
                if kind == "task" && self.random.random_bool(0.5) {
                    block.record.insert("checked".to_owned(), json!(true));
                }
                block.inline = self.inline();
                if kind == "p" && block.inline.is_empty() {
                    block.inline.push(Inline::Text {
                        text: "x".to_owned(),
                        marks: BTreeMap::new(),
                    });
                }
            }
        }
        block
    }
}

fn numbered(mut blocks: Vec<Block>) -> Vec<Block> {
    let mut ids = ids();
    for block in &mut blocks {
        block.id = Some(ids());
    }
    blocks
}

#[test]
fn blocks_come_back_from_markdown_as_they_were() {
    let mut wrong = Vec::new();
    for seed in 0..20_000 {
        let mut maker = Maker {
            random: ChaCha8Rng::seed_from_u64(seed),
        };
        let count = maker.random.random_range(1..7);
        let blocks = numbered((0..count).map(|_| maker.block()).collect());
        let note = Projection {
            blocks: blocks.clone(),
            ..Projection::default()
        };
        let markdown = to_markdown(&note);
        let read = from_markdown(&markdown, &mut ids());
        if read.blocks != blocks || !read.lost.is_empty() {
            wrong.push(format!(
                "seed {seed}\n{markdown}\nwas {blocks:#?}\nis {:#?}\n{:?}",
                read.blocks, read.lost
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of 20,000: {}",
        wrong.len(),
        wrong
            .iter()
            .min_by_key(|text| text.len())
            .map_or("", |text| text)
    );
}
