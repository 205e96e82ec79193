//! Somebody before a command that shows things and waits for an answer.

use std::process::Stdio;

use serde_json::Value;

use crate::peer::{COMMAND, Peer};
use crate::process::{Answer, Running};
use crate::wait::until;

/// A command with a person before it.
pub struct Person {
    /// The command.
    pub running: Running,
    heard: usize,
}

impl Person {
    /// Starts it, as somebody types it.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn types(peer: &Peer, arguments: &[&str]) -> Person {
        let arguments: Vec<&str> = ["--json"].iter().chain(arguments).copied().collect();
        let mut command = peer.command(&arguments);
        let running = Running::start(command.stdin(Stdio::piped()));
        Person { running, heard: 0 }
    }

    /// The next state the command shows.
    ///
    /// # Panics
    /// When it shows another, or none within [`COMMAND`].
    pub fn sees(&mut self, state: &str) -> Value {
        let from = self.heard;
        let line = self
            .running
            .out
            .find(from, COMMAND, |line| Some(line.to_owned()));
        let line = line.unwrap_or_else(|| panic!("no {state}: {}", self.running.err.tail(5)));
        self.heard += 1;
        let value: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(value["state"], state, "{value}");
        value
    }

    /// Waits for its end, whatever that is.
    ///
    /// # Panics
    /// When it does not end within [`COMMAND`].
    pub fn ends(mut self) -> Answer {
        let status = self.running.ends_within(COMMAND).expect("it ends");
        Answer {
            code: status.code(),
            out: self.running.out.all(),
            err: self.running.err.all(),
        }
    }

    /// What it printed last, after a good end.
    ///
    /// # Panics
    /// When the end is no good one.
    pub fn result(self) -> Value {
        let answer = self.ends();
        assert_eq!(answer.code, Some(0), "{}", answer.err);
        let last = answer.out.lines().last().expect("a result");
        serde_json::from_str(last).expect("JSON")
    }
}

/// The guest asks, and again where it is told to: what one that was killed asked a moment before may still count.
///
/// # Panics
/// When that takes longer than [`COMMAND`].
pub fn asks(ben: &Peer) -> (Person, Value) {
    until("the guest is shown pictures", COMMAND, || {
        let mut guest = Person::types(ben, &["space", "join", "--nearby"]);
        let out = &guest.running.out;
        if out.find(0, COMMAND, |line| Some(line.to_owned())).is_some() {
            let shown = guest.sees("pictures");
            return Some((guest, shown));
        }
        let told = guest.running.err.tail(5);
        assert!(told.contains("try again in a few seconds"), "{told}");
        None
    })
}
