//! What a Rust session writes: the window's tokens, through the gate, the same bytes every time.

mod any_text;
mod bench;

use std::collections::BTreeMap;

use bench::{Bench, block, divider, ids, text};
use serde_json::{Value, json};
use skein_note::{Block, EditError, Inline, Note, Writer, gate};

#[test]
fn a_new_note_is_empty_and_takes_text() {
    let mut bench = Bench::new();
    assert_eq!(bench.note.text(), "");
    bench.edit(0, 0, "one 😀\ntwo").expect("edits");
    assert_eq!(bench.note.text(), "one 😀\ntwo");
    assert_eq!(bench.note.projection().blocks.len(), 2);
    assert_eq!(
        bench.make(|writer| writer.create("block-000001")),
        Err(EditError::NotEmpty)
    );
}

#[test]
fn blocks_come_back_as_they_were_appended() {
    let mention = json!({"i": "mention", "device": "x"});
    let mut blocks = vec![
        block(1, "h1", vec![text("Title", &[])]),
        block(
            2,
            "p",
            vec![
                text("plain ", &[]),
                text("both", &[("bold", json!(true)), ("italic", json!(true))]),
                text(" end", &[]),
            ],
        ),
        block(
            3,
            "p",
            vec![
                text("a", &[("bold", json!(true))]),
                text("b", &[("link", json!({"href": "https://a.example"}))]),
                text("c", &[("bold", json!(true)), ("code", json!(true))]),
            ],
        ),
        block(
            4,
            "task",
            vec![
                text("do", &[]),
                Inline::Atom {
                    record: mention,
                    marks: BTreeMap::new(),
                },
            ],
        ),
        block(5, "code", vec![text("fn main() {\n}\n", &[])]),
        divider(6),
        block(7, "future", vec![]),
    ];
    blocks[3].record = BTreeMap::from([
        ("checked".to_owned(), json!(true)),
        ("indent".to_owned(), json!(2)),
    ]);
    let bench = Bench::of(&blocks);
    assert_eq!(bench.note.projection().blocks, blocks);
    assert_eq!(
        bench.note.text(),
        "Title\nplain both end\nabc\ndo\u{fffc}\nfn main() {\n}\n\n\n"
    );
}

#[test]
fn enter_at_the_end_writes_after_the_surviving_end_so_that_an_append_at_once_stays() {
    let mut bench = Bench::of(&[block(1, "bullet", vec![text("ab", &[])])]);
    let mut other = Writer::new(5, &bench.note.state()).expect("a state");
    bench.edit(2, 0, "\nnew").expect("edits");
    let appended = other.edit(2, 0, "c", &mut ids()).expect("edits");
    bench.note.apply(&appended).expect("applies");
    assert_eq!(bench.note.text(), "abc\nnew");
}

#[test]
fn enter_at_the_end_goes_on_with_a_list_and_leaves_a_heading() {
    let mut task = block(2, "task", vec![text("t", &[])]);
    task.record = BTreeMap::from([
        ("checked".to_owned(), json!(true)),
        ("indent".to_owned(), json!(1)),
    ]);
    let mut bench = Bench::of(&[block(1, "h2", vec![text("h", &[])]), task]);
    bench.edit(3, 0, "\nu").expect("edits");
    bench.edit(1, 0, "\np").expect("edits");
    let kinds = bench.kinds();
    let kinds: Vec<(&str, &str)> = kinds
        .iter()
        .map(|(kind, text)| (&**kind, &**text))
        .collect();
    assert_eq!(
        kinds,
        [("h2", "h"), ("p", "p"), ("task", "t"), ("task", "u")]
    );
    let last = &bench.note.projection().blocks[3];
    assert_eq!((last.checked(), last.indent()), (false, 1));
}

#[test]
fn enter_at_the_start_leaves_id_and_kind_with_the_text() {
    let mut bench = Bench::of(&[block(1, "h1", vec![text("ab", &[])])]);
    bench.edit(0, 0, "x\n").expect("edits");
    let blocks = bench.note.projection().blocks;
    assert_eq!(blocks[1].id.as_deref(), Some("block-000001"));
    assert_eq!(
        (blocks[0].text(), blocks[1].text()),
        ("x".to_owned(), "ab".to_owned())
    );
}

#[test]
fn a_split_in_the_middle_keeps_marks_and_deleting_the_newline_joins_under_the_first_markup() {
    let bold = [("bold", json!(true)), ("italic", json!(true))];
    let mut bench = Bench::of(&[
        block(1, "h1", vec![text("abcd", &bold)]),
        block(2, "p", vec![text("x", &[])]),
    ]);
    bench.edit(2, 0, "\n").expect("edits");
    let blocks = bench.note.projection().blocks;
    assert_eq!(blocks[0].inline, [text("ab", &bold)]);
    assert_eq!(
        (&blocks[1].kind, &blocks[1].inline),
        (&"h1".to_owned(), &vec![text("cd", &bold)])
    );
    bench.edit(2, 1, "").expect("edits");
    bench.edit(4, 1, "").expect("edits");
    let blocks = bench.note.projection().blocks;
    assert_eq!(blocks.len(), 1);
    assert_eq!(blocks[0].inline, [text("abcd", &bold), text("x", &[])]);
    assert_eq!(
        (blocks[0].kind.as_str(), blocks[0].id.as_deref()),
        ("h1", Some("block-000001"))
    );
}

#[test]
fn in_code_a_newline_is_a_line_break() {
    let mut bench = Bench::of(&[block(1, "code", vec![text("a", &[])])]);
    bench.edit(1, 0, "\nb\n").expect("edits");
    bench.edit(2, 2, "").expect("edits");
    assert_eq!(bench.kinds(), [("code".to_owned(), "a\n".to_owned())]);
}

#[test]
fn bold_grows_at_its_end_and_link_and_code_do_not() {
    let link = ("link", json!({"href": "https://a.example"}));
    for (marks, grows) in [
        (
            vec![("bold", json!(true)), ("underline", json!(true))],
            true,
        ),
        (vec![link], false),
        (vec![("code", json!(true))], false),
        (vec![("future", json!(1))], false),
    ] {
        let mut bench = Bench::of(&[block(1, "p", vec![text("ab", &marks)])]);
        bench.edit(1, 0, "x").expect("edits");
        assert_eq!(
            bench.note.projection().blocks[0].inline,
            [text("axb", &marks)]
        );
        bench.edit(3, 0, "y").expect("edits");
        let end = &bench.note.projection().blocks[0].inline;
        if grows {
            assert_eq!(*end, [text("axby", &marks)]);
        } else {
            assert_eq!(*end, [text("axb", &marks), text("y", &[])]);
        }
    }
}

#[test]
fn offsets_past_the_end_or_inside_a_character_are_refused() {
    let mut bench = Bench::of(&[block(1, "p", vec![text("a😀b", &[])]), divider(2)]);
    assert_eq!(
        bench.edit(6, 0, "x"),
        Err(EditError::OutOfRange { at: 6, len: 5 })
    );
    assert_eq!(
        bench.edit(0, 6, "x"),
        Err(EditError::OutOfRange { at: 6, len: 5 })
    );
    assert_eq!(
        bench.edit(u64::MAX, 1, ""),
        Err(EditError::OutOfRange {
            at: u64::MAX,
            len: 5
        })
    );
    assert_eq!(bench.edit(2, 0, "x"), Err(EditError::InsideCharacter(2)));
    assert_eq!(bench.edit(0, 2, ""), Err(EditError::InsideCharacter(2)));
    assert_eq!(bench.edit(5, 0, "x"), Err(EditError::NoText));
    assert_eq!(bench.edit(0, 0, ""), Ok(vec![0, 0]));
    bench.edit(1, 2, "").expect("edits");
    assert_eq!(bench.note.text(), "ab\n");
}

#[test]
fn a_block_without_text_gets_blocks_beside_it_and_goes_with_its_newline() {
    let mut bench = Bench::of(&[divider(1)]);
    bench.edit(0, 0, "\nafter").expect("edits");
    bench.edit(0, 0, "before\n").expect("edits");
    assert_eq!(bench.note.text(), "before\n\nafter");
    bench.edit(6, 1, "").expect("edits");
    assert_eq!(bench.note.text(), "before\nafter");
    assert!(
        bench
            .note
            .projection()
            .blocks
            .iter()
            .all(|block| !block.void)
    );
}

#[test]
fn appended_text_fills_an_empty_last_paragraph_and_newlines_make_paragraphs() {
    let mut bench = Bench::new();
    bench
        .make(|writer| writer.append_text("one", &mut ids()))
        .expect("appends");
    bench
        .make(|writer| writer.append_text("two\nthree", &mut ids()))
        .expect("appends");
    assert_eq!(bench.note.text(), "one\ntwo\nthree");
    assert_eq!(
        bench.note.projection().blocks[0].id.as_deref(),
        Some("block-000000")
    );
}

#[test]
fn appending_a_list_to_an_empty_note_needs_valid_ids_and_values() {
    let mut bench = Bench::on(&Note::new().state());
    let short = Block::paragraph("short", "x");
    assert_eq!(
        bench.make(|writer| writer.append_blocks(std::slice::from_ref(&short))),
        Err(EditError::BlockId)
    );
    let nameless = Block {
        id: None,
        ..Block::paragraph("x", "x")
    };
    assert_eq!(
        bench.make(|writer| writer.append_blocks(std::slice::from_ref(&nameless))),
        Err(EditError::BlockId)
    );
    let long = block(
        1,
        "p",
        vec![text("x", &[("link", json!({"href": "x".repeat(5000)}))])],
    );
    let refused = bench.make(|writer| writer.append_blocks(std::slice::from_ref(&long)));
    assert_eq!(refused, Err(EditError::Value(gate::Refusal::JsonTooLong)));
}

#[test]
fn titles_edited_at_once_merge_and_stay_on_one_line() {
    let mut bench = Bench::new();
    bench
        .make(|writer| writer.set_title("Plan für 😀\nMai"))
        .expect("sets");
    assert_eq!(bench.note.projection().title, "Plan für 😀 Mai");
    let mut other = Writer::new(5, &bench.note.state()).expect("a state");
    bench
        .make(|writer| writer.set_title("Der Plan für 😀 Mai"))
        .expect("sets");
    let update = other.set_title("Plan für 😁 Mai 2027").expect("sets");
    bench.note.apply(&update).expect("applies");
    assert_eq!(bench.note.projection().title, "Der Plan für 😁 Mai 2027");
}

#[test]
fn settings_are_kept_one_by_one_and_null_takes_one_away() {
    let mut bench = Bench::new();
    for (key, value) in [
        ("folder", json!("a/b")),
        ("tag/x", json!(true)),
        ("tag/y", json!(true)),
        ("pinned", json!(true)),
    ] {
        bench
            .make(|writer| writer.set_meta(key, &value))
            .expect("sets");
    }
    bench
        .make(|writer| writer.set_meta("tag/y", &Value::Null))
        .expect("sets");
    let summary = bench.note.summary();
    assert_eq!(
        (summary.folder.as_deref(), summary.pinned, summary.trashed),
        (Some("a/b"), true, false)
    );
    assert_eq!(summary.tags, ["x"]);
    for value in [json!([1]), json!({"a": {"b": 1}})] {
        assert!(matches!(
            bench.make(|writer| writer.set_meta("x", &value)),
            Err(EditError::Value(_))
        ));
    }
}
