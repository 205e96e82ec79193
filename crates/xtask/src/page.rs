//! The window's page: its packages and its builds, each only when something it is made of changed.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Stop;
use crate::workspace::{cargo, held, root, run, target};

/// The folder of the page's sources.
pub fn folder() -> PathBuf {
    root().join("ui")
}

/// `npm run SCRIPT` in the page's folder.
pub fn npm(script: &str) -> Command {
    let mut command = Command::new("npm");
    command
        .args(["run", "--silent", script])
        .current_dir(folder());
    command
}

/// Fetches the packages of `package-lock.json` when it changed since they were fetched.
///
/// # Errors
/// When npm fails.
pub fn packages() -> Result<(), Stop> {
    let made_of = [folder().join("package-lock.json")];
    once(
        "npm-packages",
        &made_of,
        &folder().join("node_modules/.package-lock.json"),
        || {
            println!("fetching the page's packages");
            let mut command = Command::new("npm");
            command
                .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
                .current_dir(folder());
            run(&mut command)
        },
    )
}

/// Builds the page that the application carries, when its sources changed.
///
/// # Errors
/// When Vite fails.
pub fn build() -> Result<(), Stop> {
    once(
        "page",
        &sources(&["src", "public"]),
        &folder().join("dist/index.html"),
        || {
            println!("building the page");
            run(&mut npm("build"))
        },
    )
}

/// Builds the page that runs the binding's fuzz in WebKitGTK, when its sources changed.
///
/// # Errors
/// When Vite fails.
pub fn build_fuzz() -> Result<(), Stop> {
    let made_of = sources(&["src", "test"]);
    once(
        "page-fuzz",
        &made_of,
        &folder().join("test/webkit/dist/fuzz.js"),
        || run(&mut npm("build:webkit-fuzz")),
    )
}

/// Writes the TypeScript types of the window's commands anew.
///
/// # Errors
/// When the build fails.
pub fn bindings() -> Result<(), Stop> {
    crate::setup::ready(crate::setup::Purpose::Run)?;
    packages()?;
    build()?;
    let mut command = cargo();
    command
        .arg("test")
        .args(held())
        .args(["bindings", "--", "--nocapture"]);
    run(command.env("SKEIN_WRITE_BINDINGS", "1"))
}

/// The page's sources: these folders, and the files beside them that a build reads.
fn sources(folders: &[&str]) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = folders.iter().map(|name| folder().join(name)).collect();
    let beside = fs::read_dir(folder())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    all.extend(beside.filter(|path| path.is_file()));
    all
}

/// Does something unless it was done for these very bytes and its result is still there. The
/// fingerprint lies in the target folder, so a clean build does everything again.
fn once(
    name: &str,
    made_of: &[PathBuf],
    result: &Path,
    action: impl FnOnce() -> Result<(), Stop>,
) -> Result<(), Stop> {
    let stamp = target().join("stamps").join(name);
    let now = fingerprint(made_of)?;
    if result.exists() && fs::read_to_string(&stamp).is_ok_and(|before| before == now) {
        return Ok(());
    }
    action()?;
    fs::create_dir_all(stamp.parent().expect("it lies in a folder"))?;
    Ok(fs::write(stamp, now)?)
}

fn fingerprint(paths: &[PathBuf]) -> Result<String, Stop> {
    let mut hasher = DefaultHasher::new();
    let mut left: Vec<PathBuf> = paths.to_vec();
    left.sort();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            let mut inner: Vec<PathBuf> = fs::read_dir(&path)?
                .flatten()
                .map(|entry| entry.path())
                // What a build makes beside its sources is not what it is made of.
                .filter(|path| path.file_name().is_none_or(|name| name != "dist"))
                .collect();
            inner.sort();
            left.extend(inner);
        } else if path.is_file() {
            hasher.write(path.as_os_str().as_encoded_bytes());
            hasher.write(&fs::read(&path)?);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}
