//! One device driven through the real binary.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longest wait for anything: far above what a loaded machine needs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with a profile in it, or not yet.
pub struct Skein {
    temp: tempfile::TempDir,
}

impl Skein {
    pub fn new() -> Self {
        let temp = tempfile::tempdir().unwrap();
        Self { temp }
    }

    pub fn with_profile() -> Self {
        let skein = Self::new();
        skein.text(&["init"]);
        skein
    }

    pub fn path(&self) -> &Path {
        self.temp.path()
    }

    pub fn profile(&self) -> PathBuf {
        self.temp.path().join("profile")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_skein"));
        command
            .arg("--profile")
            .arg(self.profile())
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    fn done(&self, arguments: &[&str]) -> Output {
        let done = self.command(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(
            done.status.success(),
            "{arguments:?}: {}: {said}",
            done.status
        );
        done
    }

    pub fn text(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.done(arguments).stdout).unwrap()
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = ["--json"]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        serde_json::from_slice(&self.done(&arguments).stdout).unwrap()
    }

    /// Runs a command that must fail with this exit code; what it says on standard error.
    pub fn fails(&self, code: i32, arguments: &[&str]) -> String {
        let done = self.command(arguments).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(code), "{arguments:?}: {said}");
        said
    }

    pub fn note(&self, arguments: &[&str]) -> String {
        let arguments: Vec<&str> = ["note", "new"]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        self.text(&arguments).trim().to_owned()
    }

    /// A headless peer on loopback that is ready.
    pub fn run(&self) -> Running {
        let arguments = [
            "--json",
            "run",
            "--listen",
            "/ip4/127.0.0.1/tcp/0",
            "--no-discovery",
        ];
        let mut child = self
            .command(&arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut events = Events(BufReader::new(child.stdout.take().unwrap()));
        let ready = events.event("ready");
        Running {
            child,
            ready,
            _events: events,
        }
    }

    /// `skein watch`; it says nothing when it has begun to listen.
    pub fn watch(&self) -> Watching {
        let mut child = self
            .command(&["watch"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let events = Events(BufReader::new(child.stdout.take().unwrap()));
        Watching { child, events }
    }
}

struct Events(BufReader<ChildStdout>);

impl Events {
    fn event(&mut self, name: &str) -> Value {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "no event {name}");
            let event: Value = serde_json::from_str(&line).unwrap();
            if event["event"] == name {
                return event;
            }
        }
    }
}

/// A running peer; killed when dropped.
pub struct Running {
    child: Child,
    ready: Value,
    _events: Events,
}

impl Running {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn listen(&self) -> String {
        self.ready["listen"][0].as_str().unwrap().to_owned()
    }

    /// Ends it with SIGTERM.
    pub fn stop(mut self) -> ExitStatus {
        let killed = Command::new("kill")
            .arg(self.child.id().to_string())
            .status()
            .unwrap();
        assert!(killed.success());
        self.child.wait().unwrap()
    }

    /// Ends it with SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `skein watch`; ended when dropped.
pub struct Watching {
    child: Child,
    events: Events,
}

impl Watching {
    /// The next event of a name, while something is done again and again that leads to one.
    pub fn event(&mut self, name: &str, cause: impl Fn() + Sync) -> Value {
        let heard = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let deadline = Instant::now() + PATIENCE;
                while !heard.load(Ordering::Relaxed) && Instant::now() < deadline {
                    cause();
                }
            });
            let event = self.events.event(name);
            heard.store(true, Ordering::Relaxed);
            event
        })
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something holds, and fails with `what` when it never does.
pub fn until(patience: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + patience;
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
