//! A test that tells what happens, line by line, with the time since it began.
//!
//! `cargo xtask demo` shows these lines to a person; in a failed test they say how far it came.

use std::sync::OnceLock;
use std::time::Instant;

static BEGAN: OnceLock<Instant> = OnceLock::new();

/// Prints one line of the story, with the seconds since the first one.
pub fn tell(line: impl AsRef<str>) {
    let seconds = BEGAN.get_or_init(Instant::now).elapsed().as_secs_f32();
    println!("  {seconds:6.1} s  {}", line.as_ref());
}
