//! Markdown that somebody else wrote, and Markdown that nobody should have.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use skein_convert::{Loss, Read, from_markdown, from_plain, to_html, to_markdown};
use skein_note::{Block, Inline, Projection};

fn read(text: &str) -> Read {
    let mut count = 0;
    from_markdown(text, &mut || {
        count += 1;
        format!("block-{count:06}")
    })
}

/// Kind, indent, quote and text of every block.
fn shapes(text: &str) -> Vec<(String, u8, u8, String)> {
    let blocks = read(text).blocks;
    blocks
        .iter()
        .map(|block| {
            (
                block.kind.clone(),
                block.indent(),
                block.quote(),
                block.text(),
            )
        })
        .collect()
}

fn shape(kind: &str, indent: u8, quote: u8, text: &str) -> (String, u8, u8, String) {
    (kind.to_owned(), indent, quote, text.to_owned())
}

#[test]
fn a_usual_document_is_read_block_by_block() {
    let text = "Title\n=====\n\nSome *words* over\ntwo lines.  \nAnd a third.\n\n\
        * one\n* two\n  1. in two\n  2. more\n\n     and a paragraph\n* [x] done\n* [ ] to do\n\n\
        > quoted\n> > twice\n\n```rust,ignore\nfn main() {}\n```\n\n    indented code\n\n* * *\n";
    assert_eq!(
        shapes(text),
        [
            shape("h1", 0, 0, "Title"),
            shape("p", 0, 0, "Some words over two lines.\nAnd a third."),
            shape("bullet", 0, 0, "one"),
            shape("bullet", 0, 0, "two"),
            shape("ordered", 1, 0, "in two"),
            shape("ordered", 1, 0, "more"),
            shape("p", 2, 0, "and a paragraph"),
            shape("task", 0, 0, "done"),
            shape("task", 0, 0, "to do"),
            shape("p", 0, 1, "quoted"),
            shape("p", 0, 2, "twice"),
            shape("code", 0, 0, "fn main() {}"),
            shape("code", 0, 0, "indented code"),
            shape("divider", 0, 0, ""),
        ]
    );
    let blocks = read(text).blocks;
    assert_eq!(blocks[11].record["lang"], "rust,ignore");
    assert!(blocks[7].checked() && !blocks[8].checked() && blocks[13].void);
    assert!(read(text).lost.is_empty());
}

#[test]
fn marks_are_read_from_delimiters_and_tags() {
    let blocks =
        read("a **b _c_** ~~d~~ <U>e</u> `f` [g](https://g.example) <mark>h</mark><br>i").blocks;
    let marked: Vec<(String, Vec<String>)> = blocks[0]
        .inline
        .iter()
        .map(|piece| match piece {
            Inline::Text { text, marks } => (text.clone(), marks.keys().cloned().collect()),
            Inline::Atom { .. } => panic!("no atoms in Markdown"),
        })
        .collect();
    let expected: [(&str, &[&str]); 13] = [
        ("a ", &[]),
        ("b ", &["bold"]),
        ("c", &["bold", "italic"]),
        (" ", &[]),
        ("d", &["strike"]),
        (" ", &[]),
        ("e", &["underline"]),
        (" ", &[]),
        ("f", &["code"]),
        (" ", &[]),
        ("g", &["link"]),
        (" ", &[]),
        ("h", &["highlight"]),
    ];
    for (position, (text, marks)) in expected.into_iter().enumerate() {
        assert_eq!(marked[position].0, text);
        assert_eq!(marked[position].1, marks, "{text}");
    }
    assert_eq!(marked[13].0, "\ni");
}

#[test]
fn what_cannot_be_kept_is_reported_with_its_line_and_its_words_stay() {
    let text = "---\ntitle: x\n---\n\n#### deep\n\n| a | b |\n|---|---|\n| c | *d* |\n\n\
        ![alt](https://p.example/p.png \"t\")\n\n[l](https://l.example \"title\")\n\n<div>\nraw\n</div>\n\nx <span>y</span>\n";
    let Read { blocks, lost } = read(text);
    let lost: Vec<(usize, Loss)> = lost
        .into_iter()
        .map(|lost| (lost.line, lost.what))
        .collect();
    let expected = [
        (1, Loss::FrontMatter),
        (5, Loss::HeadingLevel(4)),
        (7, Loss::Table),
        (11, Loss::Picture),
        (13, Loss::LinkTitle),
        (15, Loss::Html),
        (19, Loss::Html),
        (19, Loss::Html),
    ];
    assert_eq!(lost, expected);
    let texts: Vec<String> = blocks.iter().map(Block::text).collect();
    assert_eq!(
        texts,
        [
            "title: x",
            "deep",
            "| a | b |\n| --- | --- |\n| c | d |",
            "alt",
            "l",
            "<div>\nraw\n</div>",
            "x <span>y</span>"
        ]
    );
    assert_eq!(blocks[1].kind, "h3");
    assert_eq!(lost_text(text), "line 1: front matter became a code block");
}

fn lost_text(text: &str) -> String {
    read(text).lost[0].to_string()
}

#[test]
fn too_deep_quotes_and_lists_become_flatter_and_keep_their_words() {
    let Read { blocks, lost } = read(">>>>> five\n");
    assert_eq!((blocks[0].quote(), blocks[0].text().as_str()), (3, "five"));
    assert_eq!(lost[0].what, Loss::Quote);
    for deep in [
        ">".repeat(50_000),
        "- ".repeat(20_000),
        "[".repeat(50_000),
        "*".repeat(50_000),
        "<u>".repeat(20_000),
    ] {
        let blocks = read(&format!("{deep}word\n")).blocks;
        assert!(
            blocks.iter().any(|block| block.text().contains("word")),
            "{}",
            &deep[..1]
        );
    }
}

#[test]
fn nothing_is_malformed_and_no_letter_is_lost() {
    let pieces = [
        "q", "w ", "\n", "\n\n", "- ", "1. ", "> ", "#", "```", "~~~", "*", "_", "[", "](", ")",
        "<", ">", "</", "<!--", "|", "---", "    ", "\t", "&#0;", "&", "\\", "\u{0}", "\r", "é",
        "😀",
    ];
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for _ in 0..20_000 {
        let count = random.random_range(0..25);
        let text: String = (0..count)
            .map(|_| pieces[random.random_range(0..pieces.len())])
            .collect();
        let blocks = read(&text).blocks;
        let note = Projection {
            blocks,
            ..Projection::default()
        };
        let kept = note.blocks.iter().map(|block| {
            let record: Vec<&str> = block.record.values().filter_map(Value::as_str).collect();
            let marks = block.inline.iter().filter_map(|piece| match piece {
                Inline::Text { marks, .. } => marks.get("link").map(|link| link.to_string()),
                Inline::Atom { .. } => None,
            });
            block.text() + &record.concat() + &marks.collect::<String>()
        });
        let kept: String = kept.collect();
        let letters = |text: &str| {
            text.chars()
                .filter(|letter| "qwé😀".contains(*letter))
                .count()
        };
        // A comment and a link's title are no words.
        if !text.contains("<!--") && !text.contains("](") {
            assert!(letters(&kept) >= letters(&text), "{text:?} gave {kept:?}");
        }
        let again = read(&to_markdown(&note)).blocks;
        let text = |blocks: &[Block]| -> String { blocks.iter().map(Block::text).collect() };
        assert_eq!(
            text(&again),
            text(&note.blocks),
            "{:?}\n{again:#?}\n{}",
            note.blocks,
            to_markdown(&note)
        );
        let _ = to_html(&note);
    }
}

#[test]
fn kinds_markdown_has_not_become_readable() {
    let mut note = Projection::default();
    let block = |kind: &str, void: bool, record: Value| Block {
        kind: kind.to_owned(),
        void,
        record: record
            .as_object()
            .expect("a record")
            .clone()
            .into_iter()
            .collect(),
        ..Block::default()
    };
    let mut callout = block("callout", false, json!({"tone": "warn"}));
    let mention = Inline::Atom {
        record: json!({"i": "mention", "name": "Ana"}),
        marks: Default::default(),
    };
    callout.inline = vec![mention];
    note.blocks = vec![
        callout,
        block(
            "image",
            true,
            json!({"src": "a b.png", "alt": "A [picture]"}),
        ),
        block("file", true, json!({"name": "plan.pdf"})),
        block("future", true, json!({})),
        block("table", true, json!({"ref": "t"})),
    ];
    let table = json!({"rows": ["r", "s"], "cols": ["x", "y"], "cells": {"r/x": [["a|b", {}]], "s/y": [["c", {}]]}});
    note.objects.insert("t".to_owned(), table);
    assert_eq!(
        to_markdown(&note),
        "@Ana\n\n![A \\[picture\\]](<a b.png>)\n\nplan.pdf\n\n\\[future\\]\n\n| a\\|b |  |\n| --- | --- |\n|  | c |\n"
    );
    assert_eq!(
        to_html(&note),
        "<p>@Ana</p>\n<p>A [picture]</p>\n<p>plan.pdf</p>\n<p>[future]</p>\n<table>\n<tr><td>a|b</td><td></td></tr>\n<tr><td></td><td>c</td></tr>\n</table>\n"
    );
}

#[test]
fn html_nests_lists_and_quotes_and_links_only_where_it_is_safe() {
    let note = Projection { blocks: read("- a\n  1. b\n- [x] c\n\n> d **e**\n\n```a\"b\n<x>\n```\n\n[f](javascript:alert(1)) [g](https://g.example/?a=1&b=\"2)\n").blocks, ..Projection::default() };
    assert_eq!(
        to_html(&note),
        "<ul>\n<li>a<ol>\n<li>b</li>\n</ol>\n</li>\n<li><input type=\"checkbox\" disabled checked> c</li>\n</ul>\n\
         <blockquote>\n<p>d <b>e</b></p>\n</blockquote>\n<pre><code class=\"language-a&quot;b\">&lt;x&gt;</code></pre>\n\
         <p>f <a href=\"https://g.example/?a=1&amp;b=&quot;2\">g</a></p>\n"
    );
}

#[test]
fn plain_text_becomes_one_paragraph_a_line() {
    let mut count = 0;
    let blocks = from_plain("# a\r\n\n- b\n", &mut || {
        count += 1;
        format!("block-{count:06}")
    });
    let texts: Vec<String> = blocks.iter().map(Block::text).collect();
    assert_eq!(texts, ["# a", "", "- b"]);
    assert!(
        blocks
            .iter()
            .all(|block| block.kind == "p" && block.id.is_some())
    );
}
