//! Standard output and standard error: one JSON value or text for people, and a reader that leaves early is no error.

use std::io::{self, Write};

use serde::Serialize;
use skein_app::Fault;

/// Where results go, and in what form.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// One JSON value instead of text for people.
    pub json: bool,
}

/// Why printing stopped.
#[derive(Debug)]
pub enum Stop {
    /// The command failed.
    Fault(Fault),
    /// Nobody reads standard output any more; the command ends, and well.
    ReaderGone,
}

impl<E: Into<Fault>> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Fault(error.into())
    }
}

impl Output {
    /// Prints a value as one line of JSON, or as text for people.
    pub fn value(&self, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), Stop> {
        if self.json {
            self.line(value)
        } else {
            let mut text = text();
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            self.exactly(text.as_bytes())
        }
    }

    /// Prints one line of JSON whatever the form asked for.
    pub fn line(&self, value: &impl Serialize) -> Result<(), Stop> {
        let mut line = serde_json::to_vec(value).expect("our own values serialise");
        line.push(b'\n');
        self.exactly(&line)
    }

    /// Prints these bytes and nothing more, at once.
    pub fn exactly(&self, bytes: &[u8]) -> Result<(), Stop> {
        let mut out = io::stdout().lock();
        // Standard output that cannot be written (a closed pipe, a full disk behind it) ends the
        // command; what it was asked to do is done.
        out.write_all(bytes)
            .and_then(|()| out.flush())
            .map_err(|_| Stop::ReaderGone)
    }

    /// Says something beside the result, on standard error.
    pub fn say(&self, text: &str) {
        // Nobody may be listening.
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Says why the command failed; with `--json` the last line of standard error is JSON.
    pub fn fault(&self, fault: &Fault) {
        if self.json {
            let error = serde_json::json!({
                "error": {"code": fault.code.name(), "message": fault.message}
            });
            self.say(&error.to_string());
        } else {
            self.say(&format!("skein: {}", fault.message));
        }
    }
}
