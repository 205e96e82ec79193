//! The rules of ARCHITECTURE.md that can be read from the sources: layers, names, sizes, and what is
//! absent on purpose. They run as a step of `cargo xtask test` and as a test of this crate.

mod layers;
mod names;
mod page_layers;
mod sizes;
mod sources;
mod words;

use crate::Stop;
use crate::steps::Count;
use sources::Sources;

/// A place where a rule does not hold: `file:line: sentence`.
type Finding = String;

/// A rule: its sentence, and what finds the places where it does not hold.
struct Rule {
    says: &'static str,
    check: fn(&Sources) -> Vec<Finding>,
}

const RULES: &[Rule] = &[
    Rule {
        says: "crates use only what the layering table allows",
        check: layers::dependencies,
    },
    Rule {
        says: "pure crates ban clocks, random sources and HashMap in clippy.toml",
        check: layers::bans,
    },
    Rule {
        says: "every crate takes the workspace's lints",
        check: layers::lints,
    },
    Rule {
        says: "only ui/src/ipc knows @tauri-apps",
        check: page_layers::bridge,
    },
    Rule {
        says: "the page's folders import downwards only",
        check: page_layers::imports,
    },
    Rule {
        says: "types, modules and files carry names that say something",
        check: names::names,
    },
    Rule {
        says: "a Rust file has at most 500 lines, a TypeScript file 300",
        check: sizes::sizes,
    },
    Rule {
        says: "no path of one machine",
        check: words::machine_paths,
    },
    Rule {
        says: "nothing unfinished and no test switched off",
        check: words::unfinished,
    },
];

/// Prints what is not tidy.
///
/// # Errors
/// When something is not.
pub fn command() -> Result<(), Stop> {
    match count().failed {
        0 => Ok(()),
        many => Err(Stop::failed(format!("{many} rules do not hold"))),
    }
}

/// Checks every rule, prints where it does not hold, and counts the rules.
pub fn count() -> Count {
    let sources = match Sources::read() {
        Ok(sources) => sources,
        Err(error) => {
            println!("the sources cannot be read: {error}");
            return Count::one(false);
        }
    };
    let mut sum = Count::default();
    for rule in RULES {
        let findings = (rule.check)(&sources);
        if !findings.is_empty() {
            println!("not so: {}", rule.says);
        }
        for finding in &findings {
            println!("  {finding}");
        }
        sum = sum.and(Count::one(findings.is_empty()));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        assert_eq!(count().failed, 0, "what is not tidy is printed above");
    }
}
