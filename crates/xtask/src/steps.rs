//! The steps of a test run: each timed, its output kept in a file, its figures in a table.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Stop;
use crate::workspace::{target, words};

/// How many lines of a failed step's output are shown.
const SHOWN: usize = 80;

/// How many tests of a step did what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Tests that held.
    pub passed: u32,
    /// Tests that did not.
    pub failed: u32,
    /// Tests that this machine cannot show.
    pub skipped: u32,
}

impl Count {
    /// One test that held, or did not.
    pub fn one(held: bool) -> Count {
        Count {
            passed: u32::from(held),
            failed: u32::from(!held),
            skipped: 0,
        }
    }

    /// Both together.
    pub fn and(self, other: Count) -> Count {
        Count {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

/// A finished step.
struct Step {
    name: String,
    took: Duration,
    count: Count,
}

/// The steps so far.
#[derive(Default)]
pub struct Steps {
    done: Vec<Step>,
}

impl Steps {
    /// Does a step and prints its line.
    pub fn take(&mut self, name: &str, action: impl FnOnce() -> Count) -> Count {
        let began = Instant::now();
        let count = action();
        let step = Step {
            name: name.to_owned(),
            took: began.elapsed(),
            count,
        };
        println!("{}", step.line());
        self.done.push(step);
        count
    }

    /// A step that is one command and one test.
    pub fn command(&mut self, name: &str, command: &mut Command) -> bool {
        self.take(name, || {
            Count::one(logged(name, command).is_some_and(|said| said.held))
        })
        .failed
            == 0
    }

    /// A step that is left out, with the reason; under `CI=true` that is a failure.
    pub fn leave_out(&mut self, name: &str, reason: &str) {
        let failed = std::env::var("CI").is_ok_and(|value| value == "true");
        println!("left out: {name} ({reason})");
        let count = Count {
            passed: 0,
            failed: u32::from(failed),
            skipped: u32::from(!failed),
        };
        self.done.push(Step {
            name: name.to_owned(),
            took: Duration::ZERO,
            count,
        });
    }

    /// Prints the table and, as the last line, the sums.
    ///
    /// # Errors
    /// When a test failed.
    pub fn end(self) -> Result<(), Stop> {
        let sum = self
            .done
            .iter()
            .fold(Count::default(), |sum, step| sum.and(step.count));
        let took: Duration = self.done.iter().map(|step| step.took).sum();
        println!(
            "\n{:<40} {:>8} {:>7} {:>8} {:>9}",
            "", "passed", "failed", "skipped", "seconds"
        );
        for step in &self.done {
            println!("{}", step.row());
        }
        println!(
            "{}",
            Step {
                name: "together".into(),
                took,
                count: sum
            }
            .row()
        );
        println!("\n{} passed, {} failed", sum.passed, sum.failed);
        if sum.failed > 0 {
            return Err(Stop::failed(format!(
                "the output of each step is in {}",
                logs().display()
            )));
        }
        Ok(())
    }
}

impl Step {
    fn line(&self) -> String {
        let Count {
            passed,
            failed,
            skipped,
        } = self.count;
        let word = if failed > 0 { "FAILED" } else { "ok" };
        let skipped = if skipped > 0 {
            format!(", {skipped} skipped")
        } else {
            String::new()
        };
        let seconds = self.took.as_secs_f32();
        format!(
            "{word:>6}  {:<40} {passed} passed, {failed} failed{skipped}  ({seconds:.1} s)",
            self.name
        )
    }

    fn row(&self) -> String {
        let Count {
            passed,
            failed,
            skipped,
        } = self.count;
        let seconds = self.took.as_secs_f32();
        format!(
            "{:<40} {passed:>8} {failed:>7} {skipped:>8} {seconds:>9.1}",
            self.name
        )
    }
}

/// What a finished command said.
pub struct Said {
    /// Whether it ended with 0.
    pub held: bool,
    /// Both its outputs.
    pub words: String,
}

/// Runs a command with its output kept in a file, and shows the end of that when it fails. `None`
/// when it cannot be started.
pub fn logged(name: &str, command: &mut Command) -> Option<Said> {
    let said = try_logged(name, command);
    if let Err(error) = &said {
        println!("{}: {error}", words(command));
    }
    said.ok()
}

fn try_logged(name: &str, command: &mut Command) -> std::io::Result<Said> {
    let file_name: String = name
        .chars()
        .map(|letter| {
            if letter.is_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .collect();
    fs::create_dir_all(logs())?;
    let path = logs().join(format!("{file_name}.log"));
    let file = File::create(&path)?;
    command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file);
    let held = command.status()?.success();
    let words = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
    if !held {
        let lines: Vec<&str> = words.lines().collect();
        println!("--- the end of {}:", path.display());
        println!(
            "{}\n---",
            lines[lines.len().saturating_sub(SHOWN)..].join("\n")
        );
    }
    Ok(Said { held, words })
}

fn logs() -> PathBuf {
    target().join("logs")
}
