//! One device: a profile, and `skein` run on it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use crate::network::Host;
use crate::process::{self, Answer, Running};

/// A command that only reads or writes the profile; ample on a busy machine with two cores.
pub const COMMAND: Duration = Duration::from_secs(60);
/// Two devices that can reach each other have told each other all they hold.
pub const MEETING: Duration = Duration::from_secs(60);

/// Arguments of `skein run` for a port that the system picks, on every address.
pub const LISTEN: [&str; 2] = ["--listen", "/ip4/0.0.0.0/tcp/0"];

/// Variables that a device gets from this process; all others are left out, so that no setting of
/// the machine reaches a test.
const PASSED_ON: [&str; 5] = ["PATH", "LANG", "RUST_BACKTRACE", "SKEIN_LOG", "TMPDIR"];

/// One device's files: a home of its own, a runtime directory and a profile.
pub struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    /// An empty home in the temporary directory.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn new() -> Home {
        use std::os::unix::fs::DirBuilderExt;
        let folder = tempfile::Builder::new()
            .prefix("skein-")
            .tempdir()
            .expect("a temporary home");
        for part in ["home", "run"] {
            let path = folder.path().join(part);
            std::fs::DirBuilder::new()
                .mode(0o700)
                .create(path)
                .expect("a folder in it");
        }
        Home { folder }
    }

    /// Where the device's profile lies; the first command makes it.
    pub fn profile(&self) -> PathBuf {
        self.folder.path().join("profile")
    }

    /// A path beside the profile, for other files of the test.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Gives a command this home's environment and nothing else of ours.
    pub fn dress<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let home = self.path("home");
        command.env_clear().current_dir(self.folder.path());
        for name in PASSED_ON {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("XDG_DATA_HOME", home.join(".local/share"))
            .env("XDG_CACHE_HOME", home.join(".cache"))
            .env("HOME", home)
    }
}

impl Default for Home {
    fn default() -> Self {
        Home::new()
    }
}

/// One headless device.
pub struct Peer {
    /// Its place on the network.
    pub host: Host,
    /// Its files.
    pub home: Home,
    /// Variables that every program of this device gets beside those of its home.
    pub variables: Vec<(&'static str, OsString)>,
    running: Option<Running>,
    /// What ended runs of `skein run` had said on standard error, for the report of a failure.
    said: Vec<String>,
}

impl Peer {
    /// A device with a profile made by `skein init`.
    ///
    /// # Panics
    /// When `skein init` fails.
    pub fn new(host: Host, person: &str) -> Peer {
        let peer = Peer::without_profile(host);
        let device = format!("{person}'s laptop");
        peer.json(&["init", "--person", person, "--device", &device]);
        peer
    }

    /// A device on which nothing has run yet.
    pub fn without_profile(host: Host) -> Peer {
        Peer {
            host,
            home: Home::new(),
            variables: Vec::new(),
            running: None,
            said: Vec::new(),
        }
    }

    /// `skein --profile … ARGUMENTS`, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.host.command(process::built("skein"));
        self.home.dress(&mut command);
        command
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .arg("--profile")
            .arg(self.home.profile())
            .args(arguments);
        command
    }

    /// Runs a command to its end, whatever that is.
    pub fn skein(&self, arguments: &[&str]) -> Answer {
        self.skein_with(arguments, "")
    }

    /// The same, with something on its standard input.
    pub fn skein_with(&self, arguments: &[&str], input: &str) -> Answer {
        process::run(&mut self.command(arguments), input, COMMAND)
    }

    /// Runs a command with `--json` and gives the value it printed.
    ///
    /// # Panics
    /// When it does not exit with 0, or prints something else than one JSON value.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["--json"];
        all.extend(arguments);
        let answer = self.skein(&all);
        let context = || {
            format!(
                "{}: skein {}: {answer:?}",
                self.host.name(),
                arguments.join(" ")
            )
        };
        assert_eq!(answer.code, Some(0), "{}", context());
        serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {}", context()))
    }

    /// A text field of what [`Peer::json`] gives.
    pub fn text_of(&self, arguments: &[&str], field: &str) -> String {
        let value = self.json(arguments);
        let text = value[field].as_str();
        text.unwrap_or_else(|| panic!("skein {}: no {field} in {value}", arguments.join(" ")))
            .into()
    }

    /// Runs a command that must fail with `code`, and gives the `{"code","message"}` it ended with.
    ///
    /// # Panics
    /// When it ends otherwise, or without that line, or with an empty or unreadable message.
    pub fn fails(&self, code: i32, arguments: &[&str]) -> Value {
        let mut all = vec!["--json"];
        all.extend(arguments);
        refusal(code, &self.skein(&all), &arguments.join(" "))
    }

    /// Starts `skein run --json` and waits for its `ready` event, which it returns.
    ///
    /// # Panics
    /// When it runs already, ends, or says nothing of the kind.
    pub fn start(&mut self, arguments: &[&str]) -> Value {
        self.launch(arguments);
        self.ready()
    }

    /// Starts `skein run --json` and does not wait for anything.
    ///
    /// # Panics
    /// When it runs already.
    pub fn launch(&mut self, arguments: &[&str]) {
        assert!(self.running.is_none(), "{} runs already", self.host.name());
        let mut all = vec!["--json", "run"];
        all.extend(arguments);
        self.running = Some(Running::start(&mut self.command(&all)));
    }

    /// The `ready` event of the running `skein run`.
    ///
    /// # Panics
    /// When it ends, or says nothing of the kind.
    pub fn ready(&self) -> Value {
        let running = self.running();
        let ready = running.out.find(0, COMMAND, |line| {
            serde_json::from_str::<Value>(line)
                .ok()
                .filter(|value| value["event"] == "ready")
        });
        let said = running.err.tail(20);
        ready.unwrap_or_else(|| panic!("{} was not ready: {said}", self.host.name()))
    }

    /// This device's key, the name others have for it.
    pub fn device(&self) -> String {
        self.text_of(&["status"], "device")
    }

    /// Waits until the running peer says that `device` came or went, from event number `from` on,
    /// and gives when it said so, in Unix milliseconds.
    pub fn sees(&self, device: &str, online: bool, from: usize) -> i64 {
        let what = format!("{device} {}", if online { "is here" } else { "has gone" });
        let event = self.event(&what, from, |event| {
            event["event"] == "peer" && event["device"] == device && event["online"] == online
        });
        event["at_ms"].as_i64().expect("every event has its time")
    }

    /// Stops the running peer as a debugger would: it does nothing, and its connections stay open.
    pub fn freeze(&self) {
        self.running().signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.running().signal(Signal::CONT);
    }

    /// Whether `skein run` is running now.
    pub fn runs(&mut self) -> bool {
        self.running
            .as_mut()
            .is_some_and(|running| running.ended().is_none())
    }

    /// How many events it has told so far: where [`Peer::event`] may start to look.
    pub fn events(&self) -> usize {
        self.running().out.count()
    }

    /// Waits for an event of the running peer, from number `from` on, for which `pick` holds.
    ///
    /// # Panics
    /// When none came within [`MEETING`].
    pub fn event(&self, what: &str, from: usize, pick: impl Fn(&Value) -> bool) -> Value {
        let found = self.running().out.find(from, MEETING, |line| {
            serde_json::from_str(line).ok().filter(|value| pick(value))
        });
        found.unwrap_or_else(|| {
            let heard = self.running().out.tail(10);
            panic!(
                "{} never said: {what}; last words:\n{heard}",
                self.host.name()
            )
        })
    }

    /// Ends `skein run` as a terminal would, with SIGINT.
    ///
    /// # Panics
    /// When it does not end cleanly in time.
    pub fn stop(&mut self) {
        let mut running = self.running.take().expect("it runs");
        running.signal(Signal::INT);
        let status = running.ends_within(COMMAND);
        let code = status.and_then(|status| status.code());
        let name = self.host.name();
        assert_eq!(
            code,
            Some(0),
            "{name} did not end cleanly: {}",
            running.err.tail(20)
        );
        self.said.push(running.err.tail(40));
    }

    /// Kills `skein run` with -9.
    pub fn kill9(&mut self) {
        let mut running = self.running.take().expect("it runs");
        running.kill9();
        self.said.push(running.err.tail(40));
    }

    /// Waits until this device and `others` other ones have shown equal heads.
    pub fn wait_equal(&self, others: usize) {
        let peers = others.to_string();
        let limit = format!("{}s", MEETING.as_secs() / 2);
        self.json(&[
            "wait",
            "--heads-equal",
            "--peers",
            &peers,
            "--timeout",
            &limit,
        ]);
    }

    /// The plain text of a note.
    pub fn text(&self, note: &str) -> String {
        self.text_of(&["note", "cat", note, "--format", "text"], "content")
    }

    /// The hash of a note's content.
    pub fn hash(&self, note: &str) -> String {
        self.text_of(&["note", "hash", note], "hash")
    }

    /// Checks that `skein verify` finds nothing wrong and nothing left over.
    pub fn verify_clean(&self) {
        let report = self.json(&["verify"]);
        let name = self.host.name();
        assert_eq!(report["ok"], true, "{name}: {report}");
        assert_eq!(
            report["problems"],
            serde_json::json!([]),
            "{name}: {report}"
        );
        for count in ["waiting", "set_aside", "refused"] {
            assert_eq!(report[count], 0, "{name}: {count} in {report}");
        }
    }

    /// The running `skein run`.
    ///
    /// # Panics
    /// When it does not run.
    pub fn running(&self) -> &Running {
        self.running
            .as_ref()
            .unwrap_or_else(|| panic!("{} does not run", self.host.name()))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let now = self.running.as_ref().map(|running| running.err.tail(40));
        for words in self
            .said
            .iter()
            .chain(&now)
            .filter(|words| !words.is_empty())
        {
            eprintln!("--- {} had said:\n{words}", self.host.name());
        }
    }
}

/// The `{"code","message"}` a failed command ended its standard error with.
///
/// # Panics
/// When it ended with another code, without that line, or with an empty message.
pub fn refusal(code: i32, answer: &Answer, what: &str) -> Value {
    assert_eq!(answer.code, Some(code), "skein {what}: {answer:?}");
    let last = answer.err.trim_end().lines().last().unwrap_or_default();
    let value: Value = serde_json::from_str(last)
        .unwrap_or_else(|error| panic!("skein {what}: {error} in the last line of {answer:?}"));
    let error = value["error"].clone();
    let message = error["message"].as_str().unwrap_or_default();
    assert!(
        message.len() > 10 && error["code"].is_string(),
        "no sentence for people: {value}"
    );
    error
}

/// The one database file of a profile.
///
/// # Panics
/// When there is none or more than one.
pub fn database(profile: &Path) -> PathBuf {
    let files = std::fs::read_dir(profile)
        .expect("a profile can be listed")
        .flatten();
    let mut found: Vec<PathBuf> = files
        .map(|file| file.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "redb")
        })
        .collect();
    assert_eq!(
        found.len(),
        1,
        "one database in {}: {found:?}",
        profile.display()
    );
    found.remove(0)
}
