//! All text files of the workspace, read once.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

use crate::workspace::{cargo, root};

/// Folders that hold what is built or fetched, not what is written.
const NOT_OURS: [&str; 8] = [
    "target",
    "node_modules",
    ".git",
    "dist",
    "dist-fuzz",
    "dist-webkit-fuzz",
    "gen",
    "icons",
];

/// One file.
pub struct File {
    /// Its path below the workspace's folder, with slashes.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl File {
    /// The ending of its name, without the dot.
    pub fn ending(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    /// Its name without folder and ending.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.split('.').next().unwrap_or(name)
    }

    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        self.ending() == "rs"
    }

    /// Whether it is TypeScript.
    pub fn is_typescript(&self) -> bool {
        ["ts", "tsx"].contains(&self.ending())
    }

    /// Its lines, numbered from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }
}

/// One crate, as its Cargo.toml describes it.
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its folder below the workspace's.
    pub folder: String,
    /// What it depends on in what is shipped: ordinary and build dependencies.
    pub uses: Vec<String>,
}

/// Everything the rules look at.
pub struct Sources {
    /// All text files.
    pub files: Vec<File>,
    /// All crates of the workspace.
    pub crates: Vec<Crate>,
}

impl Sources {
    /// Reads the workspace.
    ///
    /// # Errors
    /// When files cannot be read or cargo cannot describe the workspace.
    pub fn read() -> io::Result<Sources> {
        let mut files = Vec::new();
        walk(&root(), "", &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Sources {
            files,
            crates: crates()?,
        })
    }

    /// A file by its path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}

fn walk(folder: &Path, below: &str, files: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() {
            name.clone()
        } else {
            format!("{below}/{name}")
        };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                walk(&entry.path(), &path, files)?;
            }
        } else if kind.is_file()
            && let Ok(text) = fs::read_to_string(entry.path())
        {
            files.push(File { path, text });
        }
    }
    Ok(())
}

fn crates() -> io::Result<Vec<Crate>> {
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    Ok(packages.filter_map(described).collect())
}

fn described(package: &Value) -> Option<Crate> {
    let manifest = Path::new(package["manifest_path"].as_str()?);
    let folder = manifest.parent()?.strip_prefix(root()).ok()?;
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    let shipped = dependencies.filter(|dependency| dependency["kind"] != "dev");
    Some(Crate {
        name: package["name"].as_str()?.to_owned(),
        folder: folder.to_string_lossy().into_owned(),
        uses: shipped
            .filter_map(|dependency| Some(dependency["name"].as_str()?.to_owned()))
            .collect(),
    })
}
