//! The ground a test stands on: how much of a network this machine lets us have.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Set when this process already stands inside `unshare`.
const INSIDE: &str = "SKEIN_INSIDE_UNSHARE";
/// Restricts the choice by hand: `direct`, `unshare` or `loopback`.
const WANTED: &str = "SKEIN_GROUND";
/// When `1`, a machine that only has loopback is a failure, not a reason to skip tests.
const REQUIRED: &str = "SKEIN_REQUIRE_NETNS";

/// Makes two namespaces joined by a bridge and takes them down again; fails where that is forbidden.
const PROBE: &str = "set -e; n=skein-probe-$$; trap 'ip netns del $n-a; ip netns del $n-b' EXIT
ip netns add $n-a; ip netns add $n-b
ip -n $n-a link add br0 type bridge
ip -n $n-a link add port type veth peer name eth0 netns $n-b
ip -n $n-a link set port master br0
ip netns exec $n-b true";

/// A private `/run`, so that `ip netns` may keep its files without root; then the program.
const ENTER: &str = "mount -t tmpfs -o mode=755 tmpfs /run && exec \"$0\" \"$@\"";

/// Which kind of network the tests run on, the best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ground {
    /// Network namespaces made directly, as root.
    Direct,
    /// Network namespaces inside a user namespace of our own, without root.
    Unshared,
    /// One loopback for all; what needs more is skipped. Holds the reason.
    Loopback(String),
}

impl Ground {
    /// Finds the best ground and stands on it. May start this process again inside `unshare`, so it
    /// is called first in `main`, before any thread or temporary file exists.
    ///
    /// With `SKEIN_REQUIRE_NETNS=1` and no namespaces it ends the process with status 1.
    pub fn take() -> Ground {
        let ground = Ground::find();
        println!("network: {}", ground.describe());
        let required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
        if required && matches!(ground, Ground::Loopback(_)) {
            eprintln!("{REQUIRED}=1 asks for network namespaces, and there are none");
            std::process::exit(1);
        }
        ground
    }

    /// Whether devices have network namespaces of their own here.
    pub fn has_namespaces(&self) -> bool {
        !matches!(self, Ground::Loopback(_))
    }

    fn find() -> Ground {
        let wanted = std::env::var(WANTED).unwrap_or_default();
        let wants = |name: &str| wanted.is_empty() || wanted == name;
        let mut reasons = Vec::new();
        let inside = std::env::var_os(INSIDE).is_some();
        if wants("direct") || inside {
            match shell(Command::new("sh").arg("-c").arg(PROBE)) {
                Ok(()) if inside => return Ground::Unshared,
                Ok(()) => return Ground::Direct,
                Err(reason) => reasons.push(format!("directly: {reason}")),
            }
        }
        if wants("unshare") && !inside {
            match shell(unshare().args(["sh", "-c", PROBE])) {
                Ok(()) => reasons.push(format!("unshare: {}", start_again_inside())),
                Err(reason) => reasons.push(format!("unshare: {reason}")),
            }
        }
        if reasons.is_empty() {
            reasons.push(format!("as {WANTED} asks"));
        }
        Ground::Loopback(reasons.join("; "))
    }

    fn describe(&self) -> String {
        match self {
            Ground::Direct => "namespaces directly".into(),
            Ground::Unshared => "namespaces inside unshare -Urnm, with a private /run".into(),
            Ground::Loopback(reason) => format!("loopback only ({reason})"),
        }
    }
}

fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["-Urnm", "sh", "-c", ENTER]);
    command
}

/// Replaces this process by itself inside `unshare`; returns only when that fails, with the reason.
fn start_again_inside() -> String {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return error.to_string(),
    };
    let arguments = std::env::args_os().skip(1);
    unshare()
        .arg(program)
        .args(arguments)
        .env(INSIDE, "1")
        .exec()
        .to_string()
}

fn shell(command: &mut Command) -> Result<(), String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(words
        .lines()
        .next()
        .unwrap_or("it failed without a word")
        .to_owned())
}
