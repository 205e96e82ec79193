//! The workspace's folders, and the one way cargo is called.
//!
//! Every build of ours is `--release --workspace`, so that all of them share one set of features
//! and each dependency is compiled once.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Stop;

/// The feature with which a window may be held by a driver; never in what is handed out.
const HELD: &str = "skein-desktop/e2e";

/// The folder of the workspace.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors()
        .nth(2)
        .expect("crates/xtask lies two below the root")
        .to_owned()
}

/// The folder of what is built.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// A program of ours after a release build.
pub fn program(name: &str) -> PathBuf {
    target().join("release").join(name)
}

/// `cargo`, in the workspace's folder.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Arguments of every build of tests and of windows that tests hold.
pub fn held() -> [&'static str; 4] {
    ["--workspace", "--release", "--features", HELD]
}

/// Builds all programs as they are handed out.
///
/// # Errors
/// When cargo fails; it has said why.
pub fn build_programs() -> Result<(), Stop> {
    run(cargo().args(["build", "--release", "--workspace", "--bins"]))
}

/// A built test binary.
pub struct TestBinary {
    /// `package` or `package: target`.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// The folder of its package, where cargo would run it.
    pub folder: PathBuf,
}

/// Builds all programs, examples and tests, with windows that can be held, and lists the tests.
///
/// # Errors
/// When cargo fails; it has said why.
pub fn build_tests() -> Result<Vec<TestBinary>, Stop> {
    let mut command = cargo();
    command
        .args(["build", "--lib", "--bins", "--examples", "--tests"])
        .args(held());
    command.arg("--message-format=json-render-diagnostics");
    let output = command
        .stderr(Stdio::inherit())
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        return Err(Stop::failed("the build failed"));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let mut tests: Vec<TestBinary> = messages.lines().filter_map(test_binary).collect();
    tests.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tests)
}

fn test_binary(message: &str) -> Option<TestBinary> {
    let message: Value = serde_json::from_str(message).ok()?;
    if message["profile"]["test"] != true {
        return None;
    }
    let path = PathBuf::from(message["executable"].as_str()?);
    let manifest = Path::new(message["manifest_path"].as_str()?);
    let folder = manifest.parent()?.to_owned();
    let package = folder
        .strip_prefix(root())
        .unwrap_or(&folder)
        .display()
        .to_string();
    let target = message["target"]["name"].as_str()?;
    let kind = message["target"]["kind"][0].as_str()?;
    let name = if kind == "test" {
        format!("{package}: {target}")
    } else {
        package
    };
    Some(TestBinary { name, path, folder })
}

/// Runs a command to its end with its output passed on.
///
/// # Errors
/// When it cannot be started or fails.
pub fn run(command: &mut Command) -> Result<(), Stop> {
    let status = command
        .status()
        .map_err(|error| Stop::failed(format!("{}: {error}", words(command))))?;
    if status.success() {
        return Ok(());
    }
    Err(Stop::failed(format!("failed: {}", words(command))))
}

/// A command as one would type it.
pub fn words(command: &Command) -> String {
    let all = std::iter::once(command.get_program()).chain(command.get_args());
    all.map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
