//! What the measuring process and the two measured ones say: one JSON line each, over pipes.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use skein_app::{NoteId, SpaceId};

use crate::config::PATIENCE;
use crate::error::BenchError;

/// Where both devices write.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Place {
    /// Lets the other device in.
    pub ticket: String,
    /// The space.
    pub space: SpaceId,
    /// The note.
    pub note: NoteId,
}

/// The first line of the device that reads: it is joined and has the note open.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ready {
    /// Where its echo listens.
    pub echo: String,
}

/// What a measured device is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Write that many keystrokes, resting between two; answered by [`Typed`].
    Type {
        /// How many.
        edits: usize,
        /// The rest, in milliseconds.
        pace_ms: u64,
    },
    /// Wait for that many keystrokes of the other; answered by [`Heard`].
    Hear {
        /// How many.
        edits: usize,
    },
    /// Send bytes to the other's echo; answered by [`Echoed`].
    Echo {
        /// Where it listens.
        address: String,
        /// How many times.
        times: usize,
        /// Bytes each way.
        bytes: usize,
        /// The rest, in milliseconds.
        pace_ms: u64,
    },
    /// Append to a file and sync it; answered by [`Synced`].
    Sync {
        /// How many times.
        times: usize,
        /// Bytes each time.
        bytes: usize,
        /// The rest, in milliseconds.
        pace_ms: u64,
    },
    /// Say the note's hash; answered by [`Hash`].
    Hash,
    /// End.
    End,
}

/// When keystrokes were handed over and acknowledged, in [`crate::measure::now_ns`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Typed {
    /// Just before each was handed over.
    pub pushed: Vec<u64>,
    /// When its acknowledgement came.
    pub acked: Vec<u64>,
    /// Bytes of the last one's update.
    pub update_bytes: usize,
}

/// When keystrokes of the other device were there.
#[derive(Debug, Serialize, Deserialize)]
pub struct Heard {
    /// When each came to the window.
    pub applied: Vec<u64>,
    /// When each was on disk.
    pub durable: Vec<u64>,
}

/// How long bytes took, in nanoseconds.
#[derive(Debug, Serialize, Deserialize)]
pub struct Echoed {
    /// To the other process.
    pub one_way: Vec<u64>,
    /// There and back.
    pub round_trip: Vec<u64>,
}

/// How long syncing took, in nanoseconds.
#[derive(Debug, Serialize, Deserialize)]
pub struct Synced {
    /// Writing and fdatasync, each time.
    pub took: Vec<u64>,
}

/// A note's hash.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hash(pub [u8; 32]);

/// Says something to the process that started this one.
pub fn say<T: Serialize>(what: &T) -> Result<(), BenchError> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, what)?;
    writeln!(out)?;
    Ok(out.flush()?)
}

/// Hears the process that started this one; none when it has gone.
pub fn hear<T: DeserializeOwned>() -> Result<Option<T>, BenchError> {
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line)? == 0 {
        return Ok(None);
    }
    Ok(Some(serde_json::from_str(&line)?))
}

/// A measured device in its own process.
pub struct Device {
    child: Child,
    to: ChildStdin,
    lines: Receiver<String>,
}

impl Device {
    /// Starts this program again as a device with a fresh profile.
    pub fn start(role: &str, profile: &Path) -> Result<Self, BenchError> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["node", role, "--profile"])
            .arg(profile)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let piped = "both were asked to be pipes";
        let (to, from) = (
            child.stdin.take().expect(piped),
            child.stdout.take().expect(piped),
        );
        Ok(Self {
            child,
            to,
            lines: read_lines(from),
        })
    }

    /// Says something to it.
    pub fn tell<T: Serialize>(&mut self, what: &T) -> Result<(), BenchError> {
        let mut line = serde_json::to_vec(what)?;
        line.push(b'\n');
        self.to.write_all(&line)?;
        Ok(self.to.flush()?)
    }

    /// What it says next; `longer_ms` is how long its work takes by itself.
    pub fn answer<T: DeserializeOwned>(&mut self, longer_ms: u64) -> Result<T, BenchError> {
        let patience = PATIENCE + std::time::Duration::from_millis(longer_ms);
        let line = self.lines.recv_timeout(patience).map_err(|_| {
            BenchError::Device("a measured device ended or said nothing in time".into())
        })?;
        Ok(serde_json::from_str(&line)?)
    }

    /// Lets it end in order.
    pub fn end(mut self) -> Result<(), BenchError> {
        self.tell(&Order::End)?;
        let status = self.child.wait()?;
        if status.success() {
            Ok(())
        } else {
            Err(BenchError::Device(format!("a measured device: {status}")))
        }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // After an ordinary end both say that it has gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads a device's lines on a thread, so that waiting for one can end.
fn read_lines(from: ChildStdout) -> Receiver<String> {
    let (line_out, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines() {
            let Ok(line) = line else { return };
            if line_out.send(line).is_err() {
                return;
            }
        }
    });
    lines
}
