//! One profile, one process: an advisory lock of the operating system, and who holds it.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::files::file_error;
use crate::config::{HELD_POLL, HOLDER_WAIT};
use crate::error::ProfileError;

const LOCK: &str = "lock";

/// What kind of process holds a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolderKind {
    /// `skein run`, the headless peer.
    Run,
    /// The desktop window.
    Window,
    /// A short command of the command line.
    Command,
}

/// The process that holds a profile, as it wrote itself into the lock file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process id.
    pub pid: u32,
    /// What it is.
    pub kind: HolderKind,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.kind {
            HolderKind::Run => "`skein run`",
            HolderKind::Window => "the skein window",
            HolderKind::Command => "another skein command",
        };
        write!(f, "{what} (process {})", self.pid)
    }
}

/// The lock, held until dropped or until the process dies.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock at once or says who has it.
    pub(super) fn take(dir: &Path, kind: HolderKind) -> Result<Self, ProfileError> {
        let path = dir.join(LOCK);
        let mut file = fs::OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(|error| file_error(&path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(dir, written(&mut file))),
            Err(TryLockError::Error(error)) => return Err(file_error(&path, &error)),
        }
        let holder = Holder {
            pid: std::process::id(),
            kind,
        };
        write(&mut file, holder).map_err(|error| file_error(&path, &error))?;
        Ok(Self { _file: file })
    }

    /// Who holds the lock now, without taking it for longer than a look.
    pub(super) fn holder(dir: &Path) -> Option<Holder> {
        let mut file = File::open(dir.join(LOCK)).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => written(&mut file),
            _ => None,
        }
    }
}

fn write(file: &mut File, holder: Holder) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&serde_json::to_vec(&holder)?)
}

fn read(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// Who holds the lock, once it has written itself: between taking and writing, the file says nobody, or one
/// that was killed.
fn written(file: &mut File) -> Option<Holder> {
    let deadline = Instant::now() + HOLDER_WAIT;
    loop {
        let holder = read(file);
        let settled = holder.is_some_and(|holder| !has_died(holder.pid));
        if settled || Instant::now() >= deadline {
            return holder;
        }
        std::thread::sleep(HELD_POLL);
    }
}

/// Whether there is no such process, where the system shows its processes as folders.
fn has_died(pid: u32) -> bool {
    let all = Path::new("/proc");
    all.join("self").exists() && !all.join(pid.to_string()).exists()
}

fn held(dir: &Path, holder: Option<Holder>) -> ProfileError {
    let advice = match holder.map(|holder| holder.kind) {
        Some(HolderKind::Window) => "close the window first, or use another profile",
        Some(HolderKind::Run) => "stop it first (Ctrl-C), or use another profile",
        Some(HolderKind::Command) | None => "try again when it has ended",
    };
    ProfileError::Held {
        dir: dir.into(),
        holder: holder.map_or_else(|| "another process".into(), |holder| holder.to_string()),
        advice,
    }
}
