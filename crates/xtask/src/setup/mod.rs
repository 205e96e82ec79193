//! What this machine needs, and how it gets it.
//!
//! Each need is checked first; only what is missing is listed, with the reason, and then installed
//! in one go. Rust, a C linker and Node with npm are what one brings along.

mod apt;
mod needs;

use std::io::IsTerminal;
use std::process::{Command, Stdio};

pub use needs::Purpose;
use needs::{Need, missing};

use crate::Stop;
use crate::workspace::run;

/// The oldest Node that Vite and Vitest run on.
const NODE: (u32, u32) = (20, 19);

/// What could not be installed, and what is left out because of it.
pub struct Lacking {
    /// The package.
    pub package: &'static str,
    /// The steps of `cargo xtask test` that will not run.
    pub leaves_out: &'static [&'static str],
}

/// Makes the machine ready for a purpose, and tells what optional thing it still lacks.
///
/// # Errors
/// With exit code 2 when something that cannot be done without is missing and may not be installed
/// from here; the message is the exact line to type.
pub fn ready(purpose: Purpose) -> Result<Vec<Lacking>, Stop> {
    brought_along()?;
    components(purpose)?;
    let lacking = missing(purpose);
    if lacking.is_empty() {
        return Ok(Vec::new());
    }
    println!("This machine lacks:");
    for need in &lacking {
        println!("  {:<24} {}", need.package, need.why);
    }
    install(&lacking)?;
    let still = missing(purpose);
    let required: Vec<&Need> = still
        .iter()
        .copied()
        .filter(|need| need.leaves_out.is_empty())
        .collect();
    if !required.is_empty() {
        return Err(Stop::needs_you(format!(
            "Still missing. Please run:\n  {}",
            apt::line(&required)
        )));
    }
    let optional = still.iter().map(|need| Lacking {
        package: need.package,
        leaves_out: need.leaves_out,
    });
    Ok(optional.collect())
}

/// Whether this machine has a display to open a window on.
pub fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Checks what one brings along: nothing of it is installed from here.
fn brought_along() -> Result<(), Stop> {
    if !answers("cc", "--version") {
        return Err(Stop::needs_you(
            "There is no C linker. rustup asks for one; on Debian:\n  apt-get install --no-install-recommends gcc libc6-dev",
        ));
    }
    let version = said("node", "--version").unwrap_or_default();
    let mut numbers = version
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse().unwrap_or(0));
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found < NODE || !answers("npm", "--version") {
        let what = if version.is_empty() {
            "no Node".to_owned()
        } else {
            format!("Node {version}")
        };
        return Err(Stop::needs_you(format!(
            "Here is {what}; Skein's page needs Node {}.{} or newer with npm (https://nodejs.org).",
            NODE.0, NODE.1
        )));
    }
    Ok(())
}

/// Adds the parts of the Rust toolchain that tests use.
fn components(purpose: Purpose) -> Result<(), Stop> {
    if purpose != Purpose::Test {
        return Ok(());
    }
    let wanted = [("rustfmt", "cargo-fmt"), ("clippy", "cargo-clippy")];
    let lacking: Vec<&str> = wanted
        .iter()
        .filter(|(_, program)| !answers(program, "--version"))
        .map(|(name, _)| *name)
        .collect();
    if lacking.is_empty() {
        return Ok(());
    }
    println!(
        "Adding to the Rust toolchain, for the tests: {}",
        lacking.join(", ")
    );
    run(Command::new("rustup")
        .args(["component", "add"])
        .args(lacking))
}

/// Installs all of `lacking`; when that fails, what is required by itself, then the rest one by one,
/// so that one package that cannot be had does not keep away the others.
fn install(lacking: &[&Need]) -> Result<(), Stop> {
    let required: Vec<&Need> = lacking
        .iter()
        .copied()
        .filter(|need| need.leaves_out.is_empty())
        .collect();
    let Some(rights) = apt::rights(std::io::stdin().is_terminal()) else {
        let advice = format!("Please run:\n  {}", apt::line(lacking));
        if required.is_empty() {
            println!("It may not be installed from here. {advice}");
            return Ok(());
        }
        return Err(Stop::needs_you(advice));
    };
    apt::update(rights)?;
    if apt::install(rights, lacking).is_ok() || lacking.len() == 1 {
        return Ok(());
    }
    if !required.is_empty() {
        let _ = apt::install(rights, &required);
    }
    for need in lacking.iter().filter(|need| !need.leaves_out.is_empty()) {
        let _ = apt::install(rights, &[*need]);
    }
    Ok(())
}

/// Whether a program is there and answers.
fn answers(program: &str, argument: &str) -> bool {
    said(program, argument).is_some()
}

fn said(program: &str, argument: &str) -> Option<String> {
    let output = Command::new(program)
        .arg(argument)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let words = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(words)
}
