//! What is printed: JSON for programs, a table for people.

use serde::Serialize;

use crate::error::BenchError;
use crate::measure::{Ratio, Spread, load_words};

/// A report that people can read too.
pub trait Words {
    /// The table.
    fn words(&self) -> String;
}

/// Prints a report.
pub fn print<T: Serialize + Words>(report: &T, json: bool) -> Result<(), BenchError> {
    if json {
        println!("{}", serde_json::to_string_pretty(report)?);
    } else {
        println!("{}", report.words());
    }
    Ok(())
}

/// Figures of a latency run; times in microseconds.
#[derive(Debug, Serialize)]
pub struct Latency {
    /// Keystrokes counted.
    pub edits: usize,
    /// Rounds they were spread over.
    pub rounds: usize,
    /// Rest between two, in milliseconds.
    pub pace_ms: u64,
    /// Bytes of one edit's frame, as many as the floors move.
    pub edit_bytes: usize,
    /// From the window's push to the delivery at the other window.
    pub applied: Spread,
    /// From the push to the commit at the other device.
    pub durable: Spread,
    /// From the push to its own acknowledgement, after the commit here.
    pub acked: Spread,
    /// The same bytes over plain TCP to the other process.
    pub tcp_one_way: Spread,
    /// There and back.
    pub tcp_round_trip: Spread,
    /// The same bytes to a file, with fdatasync.
    pub fdatasync: Spread,
    /// Ratios of medians, per round.
    pub ratios: Ratios,
    /// Load averages before the run.
    pub load_before: Option<[f64; 3]>,
    /// Load averages after it.
    pub load_after: Option<[f64; 3]>,
    /// Cores this machine gives.
    pub cores: usize,
}

/// How far the whole stack is from what the machine can do, per round.
#[derive(Debug, Serialize)]
pub struct Ratios {
    /// Applied over plain TCP, one way.
    pub applied_to_tcp: Ratio,
    /// Durable over plain TCP, one way.
    pub durable_to_tcp: Ratio,
    /// Acknowledged over a bare fdatasync.
    pub acked_to_fdatasync: Ratio,
    /// What durable takes beyond applied, over a bare fdatasync.
    pub durable_beyond_applied_to_fdatasync: Ratio,
}

impl Words for Latency {
    fn words(&self) -> String {
        let mut lines = vec![
            format!(
                "{} keystrokes in {} rounds, one every {} ms, {} bytes each; load {} before, {} after, {} cores",
                self.edits,
                self.rounds,
                self.pace_ms,
                self.edit_bytes,
                load_words(self.load_before),
                load_words(self.load_after),
                self.cores,
            ),
            format!("{:<34}{:>10}{:>10}{:>10}", "µs", "p50", "p99", "max"),
        ];
        let rows = [
            ("applied at the other device", &self.applied),
            ("durable at the other device", &self.durable),
            ("acknowledged here", &self.acked),
            ("plain TCP, one way", &self.tcp_one_way),
            ("plain TCP, there and back", &self.tcp_round_trip),
            ("plain write and fdatasync", &self.fdatasync),
        ];
        for (name, spread) in rows {
            let Spread { p50, p99, max, .. } = spread;
            lines.push(format!("{name:<34}{p50:>10.0}{p99:>10.0}{max:>10.0}"));
        }
        lines.push(format!(
            "{:<34}{:>10}{:>10}{:>10}",
            "ratios of medians per round", "min", "median", "max"
        ));
        let ratios = &self.ratios;
        let rows = [
            ("applied / TCP one way", &ratios.applied_to_tcp),
            ("durable / TCP one way", &ratios.durable_to_tcp),
            ("acknowledged / fdatasync", &ratios.acked_to_fdatasync),
            (
                "(durable - applied) / fdatasync",
                &ratios.durable_beyond_applied_to_fdatasync,
            ),
        ];
        for (name, Ratio { min, median, max }) in rows {
            lines.push(format!("{name:<34}{min:>10.1}{median:>10.1}{max:>10.1}"));
        }
        lines.join("\n")
    }
}

/// Figures of a trace run.
#[derive(Debug, Serialize)]
pub struct Trace {
    /// Edits of the trace: one push each.
    pub edits: u64,
    /// Bytes of their updates.
    pub update_bytes: usize,
    /// Bytes of the text at the end.
    pub text_bytes: usize,
    /// What making the updates took, in milliseconds: the page's work, not counted below.
    pub typing_ms: f64,
    /// From the first push to the last acknowledgement, in milliseconds.
    pub saving_ms: f64,
    /// Edits saved per second.
    pub edits_per_s: f64,
    /// Bytes of the database while the profile is open.
    pub open_file_bytes: u64,
    /// Bytes of the database after closing.
    pub file_bytes: u64,
    /// Opening the profile again, in milliseconds.
    pub reopen_ms: f64,
    /// Opening the note then, until its window has its state, in milliseconds.
    pub open_note_ms: f64,
    /// Whether the whole trace was run, so that its own end text was compared.
    pub whole: bool,
    /// Load averages before the run.
    pub load_before: Option<[f64; 3]>,
    /// Load averages after it.
    pub load_after: Option<[f64; 3]>,
}

impl Words for Trace {
    fn words(&self) -> String {
        let compared = if self.whole {
            "the trace's own end"
        } else {
            "a plain replay of as many edits"
        };
        [
            format!(
                "{} edits, {} bytes of updates, {} bytes of text; load {} before, {} after",
                self.edits,
                self.update_bytes,
                self.text_bytes,
                load_words(self.load_before),
                load_words(self.load_after),
            ),
            format!(
                "typed in    {:>10.0} ms (the window's replica; not counted)",
                self.typing_ms
            ),
            format!(
                "saved in    {:>10.0} ms, {:.0} edits/s",
                self.saving_ms, self.edits_per_s
            ),
            format!(
                "database    {:>10} bytes ({} while open)",
                self.file_bytes, self.open_file_bytes
            ),
            format!(
                "opened in   {:>10.1} ms the profile, {:.1} ms the note",
                self.reopen_ms, self.open_note_ms
            ),
            format!("the text after opening again is {compared}"),
        ]
        .join("\n")
    }
}
