//! Words that have no place in a source: paths of one machine, and marks of unfinished work.

use super::Finding;
use super::sources::{File, Sources};

/// First folders of paths that exist on one machine only.
const FOLDERS: [&str; 6] = ["home", "root", "srv", "mnt", "work", "Users"];

/// Marks of unfinished work and of tests switched off. Written in two parts, so that this file does
/// not find itself.
const UNFINISHED: [(&str, &str); 9] = [
    ("TO", "DO"),
    ("FIX", "ME"),
    ("XX", "X"),
    ("todo", "!("),
    ("unimplemented", "!("),
    ("#[ig", "nore"),
    ("it.sk", "ip("),
    ("test.sk", "ip("),
    (".on", "ly("),
];

/// Lines that name a path of one machine.
pub fn machine_paths(sources: &Sources) -> Vec<Finding> {
    found(sources, |line| {
        FOLDERS.iter().any(|folder| names_path(line, folder))
    })
}

/// Lines that say that something is unfinished or switched off.
pub fn unfinished(sources: &Sources) -> Vec<Finding> {
    let marks = UNFINISHED.map(|(first, second)| format!("{first}{second}"));
    found(sources, |line| {
        marks.iter().any(|mark| line.contains(mark.as_str()))
    })
}

fn found(sources: &Sources, is: impl Fn(&str) -> bool) -> Vec<Finding> {
    let written = sources.files.iter().filter(|file| is_written(file));
    let lines =
        written.flat_map(|file| file.lines().map(move |(number, line)| (file, number, line)));
    let hits = lines.filter(|(_, _, line)| is(line));
    hits.map(|(file, number, line)| format!("{}:{number}: {}", file.path, line.trim()))
        .collect()
}

/// Whether people write this file; lock files are written by tools.
fn is_written(file: &File) -> bool {
    let code =
        ["rs", "ts", "tsx", "css", "html", "toml", "json", "md", "sh"].contains(&file.ending());
    let lock = file.path.ends_with("package-lock.json");
    (code && !lock) || file.path == ".ci/run"
}

/// Whether a line holds `/folder/name` that begins a path.
fn names_path(line: &str, folder: &str) -> bool {
    let needle = format!("/{folder}/");
    line.match_indices(&needle).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + needle.len()..].chars().next();
        let inside =
            before.is_some_and(|letter| letter.is_alphanumeric() || "._-".contains(letter));
        !inside && after.is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_one_machine_is_found_and_a_part_of_a_path_is_not() {
        let path = |folder: &str| format!("see {}{folder}{}name", '/', '/');
        assert!(names_path(&path("home"), "home"));
        assert!(!names_path(
            &format!("ui{}x", path("home").trim_start_matches("see ")),
            "home"
        ));
        assert!(!names_path("the /home/ folder", "home"));
    }
}
