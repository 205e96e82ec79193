//! Installing packages with apt, with the rights one has.

use std::process::{Command, Stdio};

use super::needs::Need;
use super::{answers, said};
use crate::Stop;
use crate::workspace::run;

/// How apt is called.
#[derive(Debug, Clone, Copy)]
pub enum Rights {
    /// As root.
    Root,
    /// Through sudo, which asks nothing.
    Quiet,
    /// Through sudo, which may ask on the terminal.
    Asking,
}

/// The rights one has to install packages; `None` when there are none, or no apt.
pub fn rights(terminal: bool) -> Option<Rights> {
    if !answers("apt-get", "--version") {
        return None;
    }
    if said("id", "-u").as_deref() == Some("0") {
        return Some(Rights::Root);
    }
    let quiet = Command::new("sudo")
        .args(["-n", "true"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match quiet {
        Ok(status) if status.success() => Some(Rights::Quiet),
        Ok(_) if terminal => Some(Rights::Asking),
        _ => None,
    }
}

/// Fetches the lists of packages, once.
///
/// # Errors
/// When apt fails; it has said why.
pub fn update(rights: Rights) -> Result<(), Stop> {
    run(apt(rights).arg("update"))
}

/// Installs packages, without recommended ones.
///
/// # Errors
/// When apt fails; it has said why.
pub fn install(rights: Rights, needs: &[&Need]) -> Result<(), Stop> {
    run(apt(rights)
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages(needs)))
}

/// The line a person types to do the same.
pub fn line(needs: &[&Need]) -> String {
    let packages = packages(needs).collect::<Vec<_>>().join(" ");
    format!("sudo apt-get update && sudo apt-get install --no-install-recommends {packages}")
}

fn packages<'a>(needs: &'a [&Need]) -> impl Iterator<Item = &'static str> + 'a {
    needs.iter().map(|need| need.package)
}

/// `apt-get` that asks nothing, prints little, and waits its turn for 300 s.
fn apt(rights: Rights) -> Command {
    let mut words = match rights {
        Rights::Root => Vec::new(),
        Rights::Quiet => vec!["sudo", "-n"],
        Rights::Asking => vec!["sudo"],
    };
    words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]);
    words.extend(["-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0"]);
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::inherit());
    command
}
