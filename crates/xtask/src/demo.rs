//! `cargo xtask demo`: the two-window story under a virtual display, told line by line.

use std::process::Command;

use crate::Stop;
use crate::page;
use crate::run::pictures;
use crate::setup::{self, Purpose};
use crate::workspace::{build_tests, run};

/// Builds everything, plays the story with real windows, and says where its pictures are.
///
/// # Errors
/// When the machine lacks something, the build fails, or the story does not end as it should.
pub fn demo() -> Result<(), Stop> {
    let lacking = setup::ready(Purpose::Demo)?;
    if let Some(first) = lacking.first() {
        return Err(Stop::needs_you(format!(
            "The demo needs {}, which could not be installed.",
            first.package
        )));
    }
    page::packages()?;
    page::build()?;
    let tests = build_tests()?;
    let story = tests.iter().find(|test| test.name == "tests/e2e: story");
    let story = story.ok_or_else(|| Stop::failed("the story was not built"))?;
    let _ = std::fs::remove_dir_all(pictures());
    println!("\nTwo devices, two windows, nothing in between:\n");
    let mut command = Command::new(&story.path);
    run(command
        .current_dir(&story.folder)
        .env("SKEIN_SCREENSHOTS", pictures()))?;
    println!("Pictures of every scene are in {}", pictures().display());
    Ok(())
}
