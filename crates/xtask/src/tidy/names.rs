//! Names that say nothing: of types, modules, files and crates.

use super::Finding;
use super::sources::{File, Sources};

/// Words that no type, module, file or crate is named with.
const EMPTY: [&str; 11] = [
    "manager",
    "service",
    "helper",
    "helpers",
    "util",
    "utils",
    "processor",
    "data",
    "info",
    "core",
    "common",
];

/// What stands before the name of a type or module, in Rust and TypeScript.
const BEFORE: [&str; 8] = [
    "struct ",
    "enum ",
    "trait ",
    "type ",
    "mod ",
    "class ",
    "interface ",
    "namespace ",
];
/// What may stand before that.
const FIRST: [&str; 7] = [
    "pub ",
    "pub(crate) ",
    "pub(super) ",
    "export ",
    "default ",
    "declare ",
    "abstract ",
];

/// Names that say nothing.
pub fn names(sources: &Sources) -> Vec<Finding> {
    let code = sources
        .files
        .iter()
        .filter(|file| file.is_rust() || file.is_typescript());
    let mut findings: Vec<Finding> = code.flat_map(of_file).collect();
    for one in &sources.crates {
        findings.extend(
            empty_word(&one.name).map(|word| format!("{}: a crate named {word}", one.folder)),
        );
    }
    findings
}

fn of_file(file: &File) -> Vec<Finding> {
    let in_name = empty_word(file.stem()).map(|word| format!("{}: a file named {word}", file.path));
    let in_text = file.lines().filter_map(|(number, line)| {
        let name = named(line)?;
        let word = empty_word(name)?;
        Some(format!("{}:{number}: {word} in {name}", file.path))
    });
    in_name.into_iter().chain(in_text).collect()
}

/// The name of the type or module that a line declares.
fn named(line: &str) -> Option<&str> {
    // An indented `type` is a trait's, and its name is the trait's.
    if line.starts_with(' ') && line.trim_start().starts_with("type ") {
        return None;
    }
    let mut rest = line.trim_start();
    while let Some(shorter) = FIRST.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = shorter;
    }
    let rest = BEFORE.iter().find_map(|word| rest.strip_prefix(word))?;
    let end = rest
        .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .unwrap_or(rest.len());
    Some(&rest[..end]).filter(|name| !name.is_empty())
}

/// The word of a name that says nothing, if it has one.
fn empty_word(name: &str) -> Option<&'static str> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if letter.is_uppercase() || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words
                .last_mut()
                .expect("never empty")
                .extend(letter.to_lowercase());
        }
    }
    EMPTY
        .into_iter()
        .find(|empty| words.iter().any(|word| word == empty))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_split_into_its_words() {
        assert_eq!(empty_word("NoteInfo"), Some("info"));
        assert_eq!(empty_word("sync_utils"), Some("utils"));
        assert_eq!(empty_word("Datagram"), None);
        assert_eq!(empty_word("Scored"), None);
    }

    #[test]
    fn only_declarations_are_looked_at() {
        assert_eq!(
            named("    pub(crate) struct StreamManager<T> {"),
            Some("StreamManager")
        );
        assert_eq!(named("export interface NoteRow {"), Some("NoteRow"));
        assert_eq!(named("let data = info(core);"), None);
    }
}
