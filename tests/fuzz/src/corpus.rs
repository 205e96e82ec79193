//! Inputs in files: the committed corpus, and what a run found.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folder of a target's corpus.
pub fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target)
}

/// A target's corpus with the files' names, in the order of the names: mutations follow from it.
///
/// # Errors
/// When a file cannot be read.
pub fn read(target: &str) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder(target))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        files.push((name, fs::read(entry.path())?));
    }
    files.sort();
    Ok(files)
}

/// Writes an input on which a target failed where a person finds it.
///
/// # Errors
/// When it cannot be written.
pub fn keep(target: &str, input: &[u8]) -> io::Result<PathBuf> {
    let hash = blake3::hash(input).to_hex();
    let path = scratch("found")?.join(format!("{target}-{}", &hash[..16]));
    fs::write(&path, input)?;
    Ok(path)
}

/// A folder of this crate among what is built, made where it is missing.
///
/// # Errors
/// When it cannot be made.
pub fn scratch(name: &str) -> io::Result<PathBuf> {
    // Below it cargo puts what it builds, wherever the target folder is.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../target/fuzz")
        .join(name);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}
