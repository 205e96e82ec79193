//! The coverage-guided fuzz: cargo-fuzz, libFuzzer and a nightly compiler, which it gets by itself.

use std::fs;
use std::process::Command;

use crate::steps::Steps;
use crate::workspace::{root, run, target};

/// Seconds for each parser, unless `SKEIN_GUIDED_SECONDS` says otherwise: 20 of them make an hour.
const SECONDS: &str = "180";
/// Longest input, bytes, as for the mutations on stable Rust.
const INPUT_BYTES: &str = "16384";

/// Tries every parser, one step each; one step left out where the tools cannot be had.
pub fn fuzz(steps: &mut Steps) {
    let folder = root().join("tests/fuzz/guided");
    if let Err(reason) = tools() {
        return steps.leave_out("guided fuzz", &reason);
    }
    // The same versions as everywhere else; cargo adds libFuzzer's crates.
    let locked = fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"));
    let names = fs::read_dir(root().join("tests/fuzz/corpus"));
    let (Ok(_), Ok(names)) = (locked, names) else {
        return steps.leave_out("guided fuzz", "its folder cannot be written");
    };
    let seconds = std::env::var("SKEIN_GUIDED_SECONDS").unwrap_or_else(|_| SECONDS.into());
    let mut names: Vec<_> = names.flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    for name in names {
        let grown = target().join("fuzz/grown").join(&name);
        let _ = fs::create_dir_all(&grown);
        let mut command = nightly();
        command.args(["fuzz", "run", "--fuzz-dir"]).arg(&folder);
        command.arg(&name).arg(&grown);
        command.arg(root().join("tests/fuzz/corpus").join(&name));
        command.args(["--", "-detect_leaks=0", "-print_final_stats=1"]);
        command.arg(format!("-max_total_time={seconds}"));
        command.arg(format!("-max_len={INPUT_BYTES}"));
        steps.command(
            &format!("guided fuzz {}", name.to_string_lossy()),
            &mut command,
        );
    }
}

/// `cargo` of the nightly toolchain, whichever one runs this.
fn nightly() -> Command {
    let mut command = Command::new("rustup");
    command
        .args(["run", "nightly", "cargo"])
        .env_remove("CARGO")
        .current_dir(root());
    command
}

/// Gets what is missing.
fn tools() -> Result<(), String> {
    let answers = |command: &mut Command| command.output().is_ok_and(|said| said.status.success());
    if !answers(Command::new("c++").arg("--version")) {
        return Err("there is no C++ compiler for libFuzzer".into());
    }
    if !answers(nightly().arg("--version")) {
        println!("Adding the nightly Rust toolchain, for libFuzzer");
        let mut add = Command::new("rustup");
        add.args(["toolchain", "install", "nightly", "--profile", "minimal"]);
        run(&mut add).map_err(|_| "a nightly toolchain cannot be had")?;
    }
    if !answers(nightly().args(["fuzz", "--version"])) {
        println!("Installing cargo-fuzz");
        let mut install = Command::new("cargo");
        install.args(["install", "cargo-fuzz", "--locked"]);
        run(&mut install).map_err(|_| "cargo-fuzz cannot be installed")?;
    }
    Ok(())
}
