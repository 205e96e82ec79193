//! `cargo xtask run`: the application, alone or as two devices on this machine.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::setup::{self, Purpose};
use crate::workspace::{build_programs, program, run, target};
use crate::{Stop, demo, page};

/// Builds and opens the application; without a display it says so and tells the demo instead.
///
/// # Errors
/// When the build fails or the application ends with an error.
pub fn one() -> Result<(), Stop> {
    if !setup::has_display() {
        return no_display();
    }
    build()?;
    run(&mut Command::new(program("skein-desktop")))
}

/// The same with two devices, joined beforehand. Their profiles stay in the target folder.
///
/// # Errors
/// When the build fails, they cannot be joined, or a window ends with an error.
pub fn two() -> Result<(), Stop> {
    if !setup::has_display() {
        return no_display();
    }
    build()?;
    let folder = target().join("two-devices");
    let (ana, ben) = (folder.join("ana"), folder.join("ben"));
    if !folder.join("joined").exists() {
        println!("making two devices and joining them");
        join(&folder, &ana, &ben)?;
    }
    println!(
        "Ana's and Ben's profiles are in {}; delete it for new ones",
        folder.display()
    );
    let mut windows = [open(&ana, "left")?, open(&ben, "right")?];
    let mut failed = false;
    for window in &mut windows {
        failed |= !window.wait()?.success();
    }
    if failed {
        return Err(Stop::failed(
            "a window ended with an error; it has said why",
        ));
    }
    Ok(())
}

fn no_display() -> Result<(), Stop> {
    println!(
        "Here is no display to open a window on; this is the demo under a virtual one instead."
    );
    demo::demo()
}

fn build() -> Result<(), Stop> {
    setup::ready(Purpose::Run)?;
    page::packages()?;
    page::build()?;
    build_programs()
}

fn open(profile: &Path, side: &str) -> Result<Child, Stop> {
    let mut command = Command::new(program("skein-desktop"));
    Ok(command
        .arg("--profile")
        .arg(profile)
        .args(["--place", side])
        // What a page remembers by itself lies in the user's folder: two users here.
        .env("XDG_DATA_HOME", profile.with_extension("page"))
        .spawn()?)
}

/// Makes both profiles anew and lets Ben join Ana's space as an owner.
fn join(folder: &Path, ana: &Path, ben: &Path) -> Result<(), Stop> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    for (profile, person) in [(ana, "Ana"), (ben, "Ben")] {
        let device = format!("{person}'s laptop");
        answer(skein(profile).args(["init", "--person", person, "--device", &device]))?;
    }
    let mut peer = Peer::start(ana)?;
    let invited = answer(skein(ana).args(["space", "invite", "--role", "owner"]));
    let joined = invited.and_then(|invited| {
        let ticket = invited["ticket"].as_str().unwrap_or_default();
        answer(skein(ben).args(["space", "join", ticket]))
    });
    peer.stop();
    joined?;
    Ok(fs::write(folder.join("joined"), "")?)
}

fn skein(profile: &Path) -> Command {
    let mut command = Command::new(program("skein"));
    command.arg("--json").arg("--profile").arg(profile);
    command
}

fn answer(command: &mut Command) -> Result<Value, Stop> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(Stop::failed(format!(
            "failed: {}",
            crate::workspace::words(command)
        )));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| Stop::failed(error.to_string()))
}

/// A headless peer, for as long as the joining takes.
struct Peer(Child);

impl Peer {
    fn start(profile: &Path) -> Result<Peer, Stop> {
        let child = skein(profile).arg("run").stdout(Stdio::piped()).spawn()?;
        let mut peer = Peer(child);
        let mut line = String::new();
        let out = peer.0.stdout.take().expect("piped above");
        // Its first line says that it is ready.
        BufReader::new(out).read_line(&mut line)?;
        Ok(peer)
    }

    fn stop(&mut self) {
        let _ = Command::new("kill")
            .args(["-INT", &self.0.id().to_string()])
            .status();
        let _ = self.0.wait();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

/// Where the demo writes its pictures.
pub fn pictures() -> PathBuf {
    target().join("demo")
}
