//! Writing words into a note, and knowing which of them were called saved.

use std::collections::HashSet;
use std::fs::File;

use serde_json::{Value, json};

use crate::peer::{COMMAND, Peer};
use crate::process::Running;
use crate::wait::until;

/// Edits that write `count` words, each one entry, at the start of the note. Every word begins with
/// `tag`, which holds no blank, and is unlike all others of that tag; every 40th ends a paragraph.
pub fn words(tag: &str, count: usize) -> (String, Vec<String>) {
    let tokens: Vec<String> = (0..count)
        .map(|number| format!("{tag}{number:04}"))
        .collect();
    let end = |number: usize| if number % 40 == 39 { "\n" } else { " " };
    let lines = tokens.iter().enumerate().map(|(number, token)| {
        let insert = format!("{token}{}", end(number));
        json!({"at": 0, "delete": 0, "insert": insert}).to_string() + "\n"
    });
    (lines.collect(), tokens)
}

/// Starts `note edit` with these lines and does not wait for it.
///
/// # Panics
/// When it cannot be started.
pub fn edits(peer: &Peer, note: &str, lines: &str, more: &[&str]) -> Running {
    let file =
        tempfile::NamedTempFile::new_in(peer.home.path("")).expect("a file beside the profile");
    std::fs::write(file.path(), lines).expect("the file just made");
    let input = File::open(file.path()).expect("the file just written");
    let mut arguments = vec!["--json", "note", "edit", note, "--edits", "-"];
    arguments.extend(more);
    Running::start(peer.command(&arguments).stdin(input))
}

/// A running `note edit` that writes words.
pub struct Writer {
    /// The command.
    pub running: Running,
    tokens: Vec<String>,
}

impl Writer {
    /// Starts writing `count` words that begin with `tag`; `more` are further arguments.
    pub fn start(peer: &Peer, note: &str, tag: &str, count: usize, more: &[&str]) -> Writer {
        let (lines, tokens) = words(tag, count);
        let running = edits(peer, note, &lines, more);
        Writer { running, tokens }
    }

    /// Waits until `enough` words are acknowledged.
    ///
    /// # Panics
    /// When that takes longer than [`COMMAND`].
    pub fn wait_for(&self, enough: usize) {
        until("edits are acknowledged", COMMAND, || {
            (self.count() >= enough).then_some(())
        });
    }

    /// How many answers there are so far.
    pub fn count(&self) -> usize {
        self.running.out.count()
    }

    /// Waits for the end, which must be a good one, and gives all words.
    ///
    /// # Panics
    /// When the command fails, or does not end within [`COMMAND`].
    pub fn finish(mut self) -> Vec<String> {
        let status = self.running.ends_within(COMMAND);
        let status = status.expect("the edits end");
        assert!(status.success(), "{}", self.running.err.tail(5));
        assert_eq!(self.acknowledged(), self.tokens, "one answer per edit");
        self.tokens
    }

    /// Words whose edit was answered with `saved`.
    ///
    /// # Panics
    /// When an answer is no answer of `note edit`, or they are out of order.
    pub fn acknowledged(&self) -> Vec<String> {
        let said = self.running.out.all();
        let saved = said.lines().enumerate().map(|(number, line)| {
            // A killed command may leave half a line: that was not said.
            let answer: Value = serde_json::from_str(line).ok()?;
            assert_eq!(answer["saved"], true, "{line}");
            assert_eq!(answer["line"], number + 1, "answers come in order");
            Some(self.tokens[number].clone())
        });
        saved.flatten().collect()
    }
}

/// Checks that a note's text holds every one of these words.
///
/// # Panics
/// When one is missing; the message names the missing ones.
pub fn assert_holds<'a>(text: &str, tokens: impl IntoIterator<Item = &'a String>) {
    let there: HashSet<&str> = text.split_whitespace().collect();
    let missing: Vec<&String> = tokens
        .into_iter()
        .filter(|token| !there.contains(token.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "missing {missing:?} in {} words",
        there.len()
    );
}
