//! Disks that are small, and files that nobody may write.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Beginning of the name under which these tests mount anything; the maker's process id follows.
const SOURCE: &str = "skein-t";

/// A disk of its own at a path, as small as one likes; gone when dropped, with all that is on it.
pub struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    /// Mounts an empty disk of `kib` KiB, which only its owner may read.
    ///
    /// # Panics
    /// When it cannot be mounted.
    pub fn mount(path: &Path, kib: u32) -> SmallDisk {
        sweep();
        fs::create_dir_all(path).expect("a folder to mount on");
        let options = format!("size={kib}k,mode=700");
        assert!(mounts(path, &options), "a tmpfs on {}", path.display());
        SmallDisk { path: path.into() }
    }

    /// Fills the disk to the last page with a file of another program, and gives that.
    ///
    /// # Panics
    /// When the file cannot be made, or the disk does not become full.
    pub fn fill(&self) -> Filling {
        let path = self.path.join("film.mkv");
        let mut file = File::create(&path).expect("a file on the small disk");
        // In large steps first, then to the last page.
        for step in [1 << 20, 4096] {
            let bytes = vec![7; step];
            while file.write_all(&bytes).is_ok() {}
        }
        Filling(path)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        unmount(&self.path);
    }
}

/// A file that takes up what was left; dropping it makes room again.
pub struct Filling(PathBuf);

impl Drop for Filling {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A file that nobody may write, not even who has it open, until this is dropped.
pub struct Protected(PathBuf);

impl Protected {
    /// Protects a file.
    ///
    /// # Panics
    /// When that is not possible; a test says that it needs it.
    pub fn new(path: &Path) -> Protected {
        assert!(attribute("+i", path), "chattr +i {}", path.display());
        Protected(path.into())
    }
}

impl Drop for Protected {
    fn drop(&mut self) {
        attribute("-i", &self.0);
    }
}

/// Whether a small disk can be mounted here.
pub(crate) fn can_mount() -> bool {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let held = mounts(folder.path(), "size=64k");
    if held {
        unmount(folder.path());
    }
    held
}

/// Whether a file can be protected here from somebody who has it open.
pub(crate) fn can_protect() -> bool {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    let path = file.path().to_owned();
    let held = attribute("+i", &path) && file.write_all(b"words").is_err();
    attribute("-i", &path);
    held
}

fn mounts(path: &Path, options: &str) -> bool {
    let source = format!("{SOURCE}{}", std::process::id());
    let mut command = Command::new("mount");
    command.args(["-t", "tmpfs", "-o", options, &source]);
    quietly(command.arg(path))
}

fn unmount(path: &Path) {
    quietly(Command::new("umount").arg("-l").arg(path));
}

fn attribute(change: &str, path: &Path) -> bool {
    quietly(Command::new("chattr").arg(change).arg(path))
}

fn quietly(command: &mut Command) -> bool {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Takes away disks of test runs that were killed before they could tidy up.
fn sweep() {
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    for line in mounts.lines() {
        let mut words = line.split(' ');
        let (Some(source), Some(path)) = (words.next(), words.next()) else {
            continue;
        };
        let Some(maker) = source.strip_prefix(SOURCE) else {
            continue;
        };
        if !Path::new("/proc").join(maker).exists() {
            unmount(Path::new(path));
        }
    }
}
