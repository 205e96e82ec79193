//! A wall clock that jumps, as it does for a machine that slept: the clock that only counts has
//! stood still meanwhile.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::peer::Peer;

/// Stands between a program and the system's clock.
const SOURCE: &str = include_str!("wall_clock.c");

/// The wall clock of one device.
pub struct WallClock {
    file: File,
}

impl WallClock {
    /// Gives a device a wall clock of its own; programs it starts from now on have it.
    ///
    /// # Panics
    /// When there is no C compiler.
    pub fn of(peer: &mut Peer) -> WallClock {
        let library = peer.home.path("wall_clock.so");
        assert!(compile(&library), "cc made no library");
        let path = peer.home.path("clock");
        let file = File::create(&path).expect("a file beside the profile");
        peer.variables = vec![
            ("LD_PRELOAD", library.into()),
            ("SKEIN_TEST_CLOCK", path.into()),
        ];
        let clock = WallClock { file };
        clock.is_ahead(Duration::ZERO);
        clock
    }

    /// From now on the wall clock says so much more than the system's.
    ///
    /// # Panics
    /// When its file cannot be written.
    pub fn is_ahead(&self, time: Duration) {
        let seconds = i64::try_from(time.as_secs()).expect("less than an age");
        let written = self.file.write_all_at(&seconds.to_le_bytes(), 0);
        written.expect("the clock's file can be written");
    }
}

/// Whether a program's wall clock can be moved here: seen at `date`.
pub(crate) fn can_move() -> bool {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let library: PathBuf = folder.path().join("wall_clock.so");
    let clock = folder.path().join("clock");
    let decades = 1_000_000_000i64;
    std::fs::write(&clock, decades.to_le_bytes()).expect("a file just named");
    if !compile(&library) {
        return false;
    }
    let said = Command::new("date")
        .arg("+%Y")
        .env("LD_PRELOAD", library)
        .env("SKEIN_TEST_CLOCK", clock)
        .output();
    let said = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    said.is_ok_and(|said| said.trim().parse::<u32>().is_ok_and(|year| year > 2050))
}

fn compile(library: &Path) -> bool {
    let mut command = Command::new("cc");
    command
        .args(["-shared", "-fPIC", "-O1", "-x", "c", "-o"])
        .arg(library)
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::inherit());
    let Ok(mut compiler) = command.spawn() else {
        return false;
    };
    let fed = compiler
        .stdin
        .take()
        .is_some_and(|mut pipe| std::io::Write::write_all(&mut pipe, SOURCE.as_bytes()).is_ok());
    compiler.wait().is_ok_and(|status| fed && status.success())
}
