//! A note, a writer on it, and a second writer that does the same.

use serde_json::{Value, json};
use skein_note::{Block, EditError, Inline, Note, Writer, gate};

pub const CLIENT: u64 = 8_000_000_000_000_077;

pub fn ids() -> impl FnMut() -> String {
    let mut count = 0;
    move || {
        count += 1;
        format!("new-{count:010}")
    }
}

/// A note, a writer on it, and a second writer that does the same.
pub struct Bench {
    pub note: Note,
    pub writer: Writer,
    pub twin: Writer,
    pub marked: usize,
}

impl Bench {
    pub fn on(state: &[u8]) -> Bench {
        let note = Note::from_state(state).expect("a state");
        let writer = Writer::new(CLIENT, state).expect("a state");
        let twin = Writer::new(CLIENT, state).expect("a state");
        let mut bench = Bench {
            note,
            writer,
            twin,
            marked: 0,
        };
        bench.marked = bench.marked_structure();
        bench
    }

    pub fn new() -> Bench {
        let mut bench = Bench::on(&Note::new().state());
        bench
            .make(|writer| writer.create("block-000000"))
            .expect("creates");
        bench
    }

    pub fn of(blocks: &[Block]) -> Bench {
        let mut bench = Bench::on(&Note::new().state());
        bench
            .make(|writer| writer.append_blocks(blocks))
            .expect("appends");
        bench
    }

    /// Makes an edit twice, holds the bytes against each other and the gate, and lets the note take it.
    pub fn make(
        &mut self,
        edit: impl Fn(&mut Writer) -> Result<Vec<u8>, EditError>,
    ) -> Result<Vec<u8>, EditError> {
        let before = self.writer.text();
        let made = edit(&mut self.writer);
        assert_eq!(made, edit(&mut self.twin), "equal edits have equal bytes");
        let Ok(update) = &made else {
            assert_eq!(self.writer.text(), before, "a refused edit changes nothing");
            return made;
        };
        let start = self.note.clock(CLIENT);
        assert_eq!(gate::canonical(update, CLIENT, start).as_ref(), Ok(update));
        let facts = gate::check(update, CLIENT, start).expect("passes the gate");
        self.note.apply(update).expect("applies");
        assert_eq!(self.writer.clock(), facts.end_clock);
        assert_eq!(self.note.text(), self.writer.text());
        let marked = self.marked_structure();
        assert!(marked <= self.marked, "a block token got marks");
        self.marked = marked;
        made
    }

    /// Block tokens with marks: recorded notes have some, an edit adds none.
    fn marked_structure(&self) -> usize {
        let delta = self.note.delta();
        let marked = delta.as_array().expect("a delta").iter();
        let marked = marked.filter(|token| token["attributes"] != json!({}));
        let count = |token: &Value| match token["insert"].as_str() {
            Some(text) => text.matches('\u{2029}').count(),
            None => usize::from(token["insert"].get("b").is_some()),
        };
        marked.map(count).sum()
    }

    pub fn edit(&mut self, at: u64, delete: u64, insert: &str) -> Result<Vec<u8>, EditError> {
        self.make(|writer| writer.edit(at, delete, insert, &mut ids()))
    }

    pub fn kinds(&self) -> Vec<(String, String)> {
        let blocks = self.note.projection().blocks;
        blocks
            .iter()
            .map(|block| (block.kind.clone(), block.text()))
            .collect()
    }
}

pub fn text(text: &str, marks: &[(&str, Value)]) -> Inline {
    let marks = marks
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    Inline::Text {
        text: text.to_owned(),
        marks: marks.collect(),
    }
}

pub fn block(number: u32, kind: &str, inline: Vec<Inline>) -> Block {
    let id = Some(format!("block-{number:06}"));
    Block {
        id,
        kind: kind.to_owned(),
        inline,
        ..Block::default()
    }
}

pub fn divider(number: u32) -> Block {
    Block {
        void: true,
        ..block(number, "divider", vec![])
    }
}
