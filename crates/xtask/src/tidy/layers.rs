//! Which crate may use what: the layering table of ARCHITECTURE.md.

use super::Finding;
use super::sources::{Crate, Sources};

/// What a crate may use of ours, and of the heavy crates.
struct Layer {
    folder: &'static str,
    ours: &'static [&'static str],
    heavy: &'static [&'static str],
}

/// The table. A crate of ours that is not in it is a finding: it gets a line here first.
const LAYERS: &[Layer] = &[
    Layer {
        folder: "crates/note",
        ours: &[],
        heavy: &["yrs"],
    },
    Layer {
        folder: "crates/space",
        ours: &[],
        heavy: &["ed25519-dalek", "hkdf", "chacha20poly1305"],
    },
    Layer {
        folder: "crates/sync",
        ours: &["skein-note", "skein-space"],
        heavy: &[],
    },
    Layer {
        folder: "crates/convert",
        ours: &["skein-note"],
        heavy: &["comrak"],
    },
    Layer {
        folder: "crates/store",
        ours: &["skein-note", "skein-space"],
        heavy: &["redb"],
    },
    Layer {
        folder: "crates/rows",
        ours: &["skein-note", "skein-space", "skein-sync", "skein-store"],
        heavy: &[],
    },
    Layer {
        folder: "crates/net",
        ours: &["skein-space", "skein-sync"],
        heavy: &["libp2p", "libp2p-stream", "mdns-sd", "tokio", "getrandom"],
    },
    Layer {
        folder: "crates/app",
        ours: &[
            "skein-note",
            "skein-space",
            "skein-sync",
            "skein-store",
            "skein-rows",
            "skein-net",
            "skein-convert",
        ],
        heavy: &["tokio", "getrandom"],
    },
    Layer {
        folder: "crates/cli",
        ours: &["skein-app"],
        heavy: &["clap", "clap_complete", "tokio"],
    },
    Layer {
        folder: "src-tauri",
        ours: &["skein-app"],
        heavy: &[
            "tauri",
            "tauri-build",
            "tauri-specta",
            "specta",
            "specta-typescript",
            "gtk",
            "webkit2gtk",
            "rfd",
            "clap",
            "tokio",
        ],
    },
];

/// Folders whose crates may use anything, and that nothing shipped uses.
const FREE: [&str; 2] = ["crates/bench", "tests/"];

/// The tool that runs before anything is installed.
const TOOL: &str = "crates/xtask";
/// What the tool may use: nothing that compiles C.
const TOOL_USES: [&str; 1] = ["serde_json"];

/// Crates that carry a decision: a clock, a socket, a disk, a window, a secret. Not in this list are
/// the small ones that anybody may use.
const HEAVY: [&str; 27] = [
    "yrs",
    "redb",
    "libp2p",
    "libp2p-stream",
    "mdns-sd",
    "tokio",
    "tauri",
    "tauri-build",
    "tauri-specta",
    "specta",
    "specta-typescript",
    "gtk",
    "webkit2gtk",
    "rfd",
    "wry",
    "tao",
    "tantivy",
    "comrak",
    "clap",
    "clap_complete",
    "ed25519-dalek",
    "hkdf",
    "chacha20poly1305",
    "getrandom",
    "rand",
    "reqwest",
    "hyper",
];

/// The crates whose results depend on nothing but their arguments.
const PURE: [&str; 4] = [
    "crates/note",
    "crates/space",
    "crates/sync",
    "crates/convert",
];

/// What the `clippy.toml` of a pure crate must ban.
const BANNED: [&str; 4] = [
    "std::time::Instant",
    "std::time::SystemTime",
    "std::collections::HashMap",
    "std::fs",
];

/// Crates that use what their layer does not allow.
pub fn dependencies(sources: &Sources) -> Vec<Finding> {
    sources.crates.iter().flat_map(of_crate).collect()
}

fn of_crate(one: &Crate) -> Vec<Finding> {
    let place = format!("{}/Cargo.toml", one.folder);
    if one.folder == TOOL {
        let more = one
            .uses
            .iter()
            .filter(|name| !TOOL_USES.contains(&name.as_str()));
        return more
            .map(|name| format!("{place}: {name} is one more thing to compile first"))
            .collect();
    }
    if FREE.iter().any(|free| one.folder.starts_with(free)) {
        return Vec::new();
    }
    let Some(layer) = LAYERS.iter().find(|layer| layer.folder == one.folder) else {
        return vec![format!(
            "{place}: {} is not in the layering table",
            one.name
        )];
    };
    let ours = |name: &str| name == "skein" || name.starts_with("skein-");
    let allowed = |name: &str| {
        if ours(name) {
            layer.ours.contains(&name)
        } else {
            !HEAVY.contains(&name) || layer.heavy.contains(&name)
        }
    };
    let wrong = one.uses.iter().filter(|name| !allowed(name));
    wrong
        .map(|name| format!("{place}: {} may not use {name}", one.name))
        .collect()
}

/// Pure crates whose `clippy.toml` leaves something open.
pub fn bans(sources: &Sources) -> Vec<Finding> {
    let pure = sources
        .crates
        .iter()
        .filter(|one| PURE.contains(&one.folder.as_str()));
    pure.flat_map(|one| {
        let path = format!("{}/clippy.toml", one.folder);
        let text = sources.file(&path).map_or("", |file| file.text.as_str());
        let open = BANNED.iter().filter(|name| !text.contains(**name));
        open.map(move |name| format!("{path}: does not ban {name}"))
            .collect::<Vec<_>>()
    })
    .collect()
}

/// Crates that set their own lints.
pub fn lints(sources: &Sources) -> Vec<Finding> {
    let takes = |one: &Crate| {
        let manifest = sources.file(&format!("{}/Cargo.toml", one.folder));
        manifest.is_some_and(|file| file.text.contains("[lints]\nworkspace = true"))
    };
    let without = sources.crates.iter().filter(|one| !takes(one));
    without
        .map(|one| format!("{}/Cargo.toml: no `[lints] workspace = true`", one.folder))
        .collect()
}
