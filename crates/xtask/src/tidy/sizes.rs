//! How long a file may be: one file, one idea.

use super::Finding;
use super::sources::{File, Sources};

/// Lines of a Rust file.
const RUST: usize = 500;
/// Lines of a TypeScript file.
const TYPESCRIPT: usize = 300;
/// A line that begins so records why a file is longer.
const REASON: &str = "// tidy: long because ";

/// Files that are longer than that and do not say why.
pub fn sizes(sources: &Sources) -> Vec<Finding> {
    sources.files.iter().filter_map(of_file).collect()
}

fn of_file(file: &File) -> Option<Finding> {
    let limit = match file {
        file if file.is_rust() => RUST,
        file if file.is_typescript() => TYPESCRIPT,
        _ => return None,
    };
    let lines = file.text.lines().count();
    let excused = file.text.lines().any(|line| line.starts_with(REASON));
    (lines > limit && !excused).then(|| format!("{}: {lines} lines", file.path))
}
