//! The page's folders: `app → features → editor, sync → ipc`, and `shared` below all.

use super::Finding;
use super::sources::{File, Sources};

/// Where the page's sources lie.
const PAGE: &str = "ui/src/";
/// What knows the shell.
const BRIDGE: &str = "@tauri-apps";

/// Each folder and the folders it may import from. `features` may not import from each other: `app`
/// is the only place that composes them. Types alone may be imported from `ipc` by anybody: they are
/// the words of the messages, and vanish in the build.
const FOLDERS: [(&str, &[&str]); 6] = [
    (
        "app",
        &["app", "features", "editor", "sync", "ipc", "shared"],
    ),
    ("features", &["editor", "sync", "ipc", "shared"]),
    ("editor", &["editor", "sync", "ipc", "shared"]),
    ("sync", &["sync", "ipc", "shared"]),
    ("ipc", &["ipc", "shared"]),
    ("shared", &["shared"]),
];

/// Files outside `ui/src/ipc` that name the shell's packages.
pub fn bridge(sources: &Sources) -> Vec<Finding> {
    let outside = sources
        .files
        .iter()
        .filter(|file| file.is_typescript() && !file.path.starts_with("ui/src/ipc/"));
    outside
        .flat_map(|file| {
            let lines = file.lines().filter(|(_, line)| line.contains(BRIDGE));
            lines
                .map(|(number, _)| format!("{}:{number}: names {BRIDGE}", file.path))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Imports that go upwards or sideways.
pub fn imports(sources: &Sources) -> Vec<Finding> {
    let page = sources
        .files
        .iter()
        .filter(|file| file.is_typescript() && file.path.starts_with(PAGE));
    page.flat_map(upward).collect()
}

fn upward(file: &File) -> Vec<Finding> {
    let inner = &file.path[PAGE.len()..];
    let Some((folder, _)) = inner.split_once('/') else {
        return Vec::new();
    };
    let Some((_, allowed)) = FOLDERS.iter().find(|(name, _)| *name == folder) else {
        return vec![format!("{}: {folder} is no folder of the page", file.path)];
    };
    let mut findings = Vec::new();
    for (number, line) in file.lines() {
        let Some(target) = imported(line).and_then(|path| resolved(inner, path)) else {
            continue;
        };
        let (to, rest) = target.split_once('/').unwrap_or((&target, ""));
        let same_feature =
            folder == "features" && to == "features" && second(inner) == rest.split('/').next();
        let only_types = line.trim_start().starts_with("import type") && to == "ipc";
        if !same_feature && !only_types && !allowed.contains(&to) {
            findings.push(format!(
                "{}:{number}: {folder} imports from {target}",
                file.path
            ));
        }
    }
    findings
}

fn second(path: &str) -> Option<&str> {
    path.split('/').nth(1)
}

/// The path of an import that begins with a dot.
fn imported(line: &str) -> Option<&str> {
    let after = line
        .split_once("from ")
        .or_else(|| line.trim_start().split_once("import "))
        .map(|parts| parts.1)?;
    let quote = after
        .trim_start()
        .chars()
        .next()
        .filter(|letter| ['\'', '"'].contains(letter))?;
    let path = after.trim_start()[1..].split(quote).next()?;
    path.starts_with('.').then_some(path)
}

/// The path below the page's folder that `path` means in the file at `from`.
fn resolved(from: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> usize {
        upward(&File {
            path: format!("ui/src/{path}"),
            text: text.into(),
        })
        .len()
    }

    #[test]
    fn imports_go_downwards_only() {
        assert_eq!(
            findings(
                "features/people/People.tsx",
                "import { a } from '../../shared/a'"
            ),
            0
        );
        assert_eq!(
            findings("features/people/People.tsx", "import { a } from './row'"),
            0
        );
        assert_eq!(
            findings(
                "features/people/People.tsx",
                "import { a } from '../status/line'"
            ),
            1
        );
        assert_eq!(
            findings("sync/NoteReplica.ts", "import { a } from '../editor/a'"),
            1
        );
        assert_eq!(
            findings(
                "shared/names.ts",
                "import type { Role } from '../ipc/backend'"
            ),
            0
        );
        assert_eq!(
            findings("shared/names.ts", "import { role } from '../ipc/backend'"),
            1
        );
        assert_eq!(findings("shared/names.ts", "import '../app/main.css'"), 1);
    }
}
