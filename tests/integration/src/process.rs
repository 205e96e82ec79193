//! Starting programs, hearing them line by line, and ending them.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::wait;

/// A built program of this workspace, beside the running test.
///
/// # Panics
/// When it has not been built; the message says how.
pub fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    let folder = test
        .parent()
        .and_then(|deps| deps.parent())
        .expect("target/release/deps");
    let program = folder.join(name);
    assert!(
        program.exists(),
        "{name} is not built: `cargo xtask test` builds it"
    );
    program
}

/// What a finished command said.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs a command to its end, feeding it `input`.
///
/// # Panics
/// When it cannot be started or has not ended after `limit`; then it is killed.
pub fn run(command: &mut Command, input: &str, limit: Duration) -> Answer {
    let mut running = Running::start(command.stdin(Stdio::piped()));
    running.feed(input);
    let status = running.ends_within(limit).unwrap_or_else(|| {
        panic!("{command:?} has not ended after {} s", limit.as_secs_f32());
    });
    Answer {
        code: status.code(),
        out: running.out.all(),
        err: running.err.all(),
    }
}

/// A running program, heard line by line. It is killed when dropped.
pub struct Running {
    child: Child,
    /// Its standard output so far.
    pub out: Lines,
    /// Its standard error so far.
    pub err: Lines,
}

impl Running {
    /// Starts it with both outputs heard.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(command: &mut Command) -> Running {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let out = Lines::of(child.stdout.take().expect("piped above"));
        let err = Lines::of(child.stderr.take().expect("piped above"));
        Running { child, out, err }
    }

    /// Writes `input` to its standard input and closes that. A program that has ended already is
    /// no error: what it said tells more.
    pub fn feed(&mut self, input: &str) {
        if let Some(mut pipe) = self.child.stdin.take() {
            let _ = std::io::Write::write_all(&mut pipe, input.as_bytes());
        }
    }

    /// Writes a line to its standard input, which stays open; a program that has ended already is no error.
    pub fn say(&mut self, line: &str) {
        if let Some(pipe) = &mut self.child.stdin {
            let _ = std::io::Write::write_all(pipe, format!("{line}\n").as_bytes());
        }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let _ = kill_process(Pid::from_child(&self.child), signal);
    }

    /// Kills it with -9 and waits until it is gone.
    pub fn kill9(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Whether it has ended, and how.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child
            .try_wait()
            .expect("a child of ours can be waited for")
    }

    /// Waits for its end and for all it had said; `None` when it is still running after `limit`.
    pub fn ends_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        let status = wait::within(limit, || self.ended())?;
        self.out.wait_closed();
        self.err.wait_closed();
        Some(status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill9();
    }
}

/// The lines a program has written to one of its outputs, growing while it runs.
#[derive(Clone)]
pub struct Lines(Arc<(Mutex<Heard>, Condvar)>);

#[derive(Default)]
struct Heard {
    lines: Vec<String>,
    closed: bool,
}

/// After a program's end its output closes at once, unless a child of it lives on.
const CLOSING: Duration = Duration::from_secs(5);

impl Lines {
    fn of(pipe: impl Read + Send + 'static) -> Lines {
        let lines = Lines(Arc::default());
        let writer = lines.clone();
        std::thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while pipe
                .read_until(b'\n', &mut line)
                .is_ok_and(|count| count > 0)
            {
                let text = String::from_utf8_lossy(&line);
                writer.push(text.strip_suffix('\n').unwrap_or(&text).to_owned());
                line.clear();
            }
            writer.0.0.lock().expect("no holder panics").closed = true;
            writer.0.1.notify_all();
        });
        lines
    }

    fn push(&self, line: String) {
        self.0.0.lock().expect("no holder panics").lines.push(line);
        self.0.1.notify_all();
    }

    /// All lines so far, each ended by a newline.
    pub fn all(&self) -> String {
        let heard = self.0.0.lock().expect("no holder panics");
        heard.lines.iter().flat_map(|line| [line, "\n"]).collect()
    }

    /// The last `count` lines so far.
    pub fn tail(&self, count: usize) -> String {
        let heard = self.0.0.lock().expect("no holder panics");
        let from = heard.lines.len().saturating_sub(count);
        heard.lines[from..].join("\n")
    }

    /// How many lines there are so far.
    pub fn count(&self) -> usize {
        self.0.0.lock().expect("no holder panics").lines.len()
    }

    /// The first line, at or after number `from`, for which `pick` gives a value; waits for it.
    /// `None` when `limit` has passed or the output is closed.
    pub fn find<T>(
        &self,
        from: usize,
        limit: Duration,
        mut pick: impl FnMut(&str) -> Option<T>,
    ) -> Option<T> {
        let end = Instant::now() + limit;
        let mut seen = from;
        let mut heard = self.0.0.lock().expect("no holder panics");
        loop {
            while seen < heard.lines.len() {
                if let Some(value) = pick(&heard.lines[seen]) {
                    return Some(value);
                }
                seen += 1;
            }
            let left = end.saturating_duration_since(Instant::now());
            if heard.closed || left.is_zero() {
                return None;
            }
            heard = self
                .0
                .1
                .wait_timeout(heard, left)
                .expect("no holder panics")
                .0;
        }
    }

    fn wait_closed(&self) {
        let heard = self.0.0.lock().expect("no holder panics");
        let open = |heard: &mut Heard| !heard.closed;
        let _ = self
            .0
            .1
            .wait_timeout_while(heard, CLOSING, open)
            .expect("no holder panics");
    }
}
