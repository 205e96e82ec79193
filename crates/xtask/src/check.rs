//! `cargo xtask test`: every test, the cheap ones first, with a table at the end.

use std::process::Command;

use serde_json::Value;

use crate::Stop;
use crate::guided;
use crate::page::{self, npm};
use crate::setup::{self, Lacking, Purpose};
use crate::steps::{Count, Steps, logged};
use crate::tidy;
use crate::workspace::{TestBinary, build_tests, cargo, held, program, target};

/// How much is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Everything, and what takes longer or another compiler.
    Nightly,
    /// Everything.
    Full,
    /// What is done in a minute once it is built.
    Quick,
}

/// Longest time one test binary may take, in seconds: each waits with deadlines of its own, so this
/// only ends what has come to a stop.
const BINARY_S: &str = "900";
/// The same over night, when tests take the time they would like to have.
const LONG_BINARY_S: &str = "7200";
/// Seconds of mutations for each parser in a quick run.
const QUICK_FUZZ_S: &str = "1";
/// Stories after whose every write the power goes, in a nightly run: over 200,000 crash images.
const NIGHTLY_STORIES: &str = "200";
/// Package folder of the tests that run real processes.
const PROCESSES: &str = "tests/integration";
/// Package folder of the tests that hold real windows.
const WINDOWS: &str = "tests/e2e";

/// The proof that the simulator finds faults that are put in on purpose.
const PLANTED: [&str; 9] = [
    "test",
    "--release",
    "-p",
    "skein-harness",
    "--features",
    "planted",
    "--test",
    "planted",
    "--quiet",
];

/// Those of the page's tests that open it in Chromium.
const IN_CHROMIUM: &str = "page in Chromium";

/// Runs the tests.
///
/// # Errors
/// When one fails, or the machine cannot be made ready.
pub fn check(length: Length) -> Result<(), Stop> {
    let lacking = setup::ready(Purpose::Test)?;
    page::packages()?;
    let mut steps = Steps::default();
    steps.command("format", cargo().args(["fmt", "--all", "--", "--check"]));
    steps.take("tidy", tidy::count);
    steps.command("page types", &mut npm("typecheck"));
    steps.command("page lint and format", &mut npm("lint"));
    let chromium = lacks(&lacking, IN_CHROMIUM);
    steps.take("page tests", || page_tests(chromium.is_none()));
    if let Some(reason) = chromium {
        steps.leave_out(IN_CHROMIUM, &reason);
    }
    let built = steps.take("page build", || Count::one(builds())).failed == 0;
    if built {
        compiled(&mut steps, length, &lacking);
    } else {
        steps.leave_out("everything compiled", "the page it carries cannot be built");
    }
    steps.end()
}

fn builds() -> bool {
    let done = page::build().and_then(|()| page::build_fuzz());
    if let Err(stop) = &done {
        println!("{}", stop.message);
    }
    done.is_ok()
}

/// What needs compiled Rust: unit tests, documentation tests, clippy, processes and windows.
fn compiled(steps: &mut Steps, length: Length, lacking: &[Lacking]) {
    let mut tests = Vec::new();
    steps.take("build", || {
        let built = build_tests();
        if let Err(stop) = &built {
            println!("{}", stop.message);
        }
        let held = built.is_ok();
        tests = built.unwrap_or_default();
        Count::one(held)
    });
    let last =
        |test: &&TestBinary| test.name.starts_with(PROCESSES) || test.name.starts_with(WINDOWS);
    for test in tests.iter().filter(|test| !last(test)) {
        binary(steps, test, length);
    }
    if length == Length::Quick {
        return;
    }
    let mut fuzz = npm("fuzz");
    // The same notes on every machine; new ones are for the nightly run, which nothing waits for.
    match length {
        Length::Nightly => fuzz.args(["--", "1000000"]),
        _ => fuzz.args(["--", "100000", "1"]),
    };
    steps.command(
        "page binding fuzz",
        fuzz.env("SKEIN_REPLAY", program("examples/replay")),
    );
    steps.take("documentation tests", || {
        let said = logged(
            "documentation tests",
            cargo().args(["test", "--doc"]).args(held()),
        );
        said.map_or(Count::one(false), |said| results(&said.words, said.held))
    });
    // Alone: a feature that one package turns on would be in every program built beside it.
    steps.take("planted faults", || {
        let said = logged("planted faults", cargo().args(PLANTED));
        said.map_or(Count::one(false), |said| results(&said.words, said.held))
    });
    let mut clippy = cargo();
    clippy
        .arg("clippy")
        .args(held())
        .args(["--all-targets", "--", "-D", "warnings"]);
    steps.command("clippy", &mut clippy);
    for (name, folder) in [("processes", PROCESSES), ("windows", WINDOWS)] {
        for test in tests.iter().filter(|test| test.name.starts_with(folder)) {
            match lacks(lacking, name) {
                Some(reason) => steps.leave_out(&test.name, &reason),
                None => binary(steps, test, length),
            }
        }
    }
    if length == Length::Nightly {
        guided::fuzz(steps);
    }
}

/// Why a step cannot run on this machine.
fn lacks(lacking: &[Lacking], step: &str) -> Option<String> {
    let found = lacking
        .iter()
        .find(|lacking| lacking.leaves_out.contains(&step))?;
    Some(format!("{} could not be installed", found.package))
}

/// Runs one test binary where cargo would run it; one that holds no test is not mentioned.
fn binary(steps: &mut Steps, test: &TestBinary, length: Length) {
    let run = || {
        let long = length == Length::Nightly;
        let limit = if long { LONG_BINARY_S } else { BINARY_S };
        let mut command = Command::new("timeout");
        command
            .args(["--foreground", "--kill-after=10", limit])
            .arg(&test.path);
        command
            .current_dir(&test.folder)
            .env("CARGO_MANIFEST_DIR", &test.folder);
        let told: &[(&str, &str)] = match length {
            Length::Quick => &[("SKEIN_FUZZ_SECONDS", QUICK_FUZZ_S)],
            Length::Full => &[],
            Length::Nightly => &[
                ("SKEIN_CRASH_STORIES", NIGHTLY_STORIES),
                ("SKEIN_LONG", "1"),
            ],
        };
        command.envs(told.iter().copied());
        let said = logged(&test.name, &mut command);
        said.map_or(Count::one(false), |said| results(&said.words, said.held))
    };
    if has_tests(test) {
        steps.take(&test.name, run);
    }
}

fn has_tests(test: &TestBinary) -> bool {
    let listed = Command::new(&test.path)
        .arg("--list")
        .current_dir(&test.folder)
        .output();
    // One that cannot even list its tests is run, and fails.
    listed.is_ok_and(|listed| {
        !listed.status.success() || String::from_utf8_lossy(&listed.stdout).contains(": test")
    })
}

/// Sums the `test result:` lines of Rust's test runners. Whoever fails without one counts as one.
fn results(words: &str, held: bool) -> Count {
    let lines = words
        .lines()
        .filter_map(|line| line.trim().strip_prefix("test result: "));
    let mut sum = lines.fold(Count::default(), |sum, line| sum.and(result(line)));
    if !held && sum.failed == 0 {
        sum.failed = 1;
    }
    sum
}

fn result(line: &str) -> Count {
    let of = |what: &str| {
        let mut parts = line.split(['.', ';']).map(str::trim);
        let number = parts.find_map(|part| part.strip_suffix(what)?.trim().parse().ok());
        number.unwrap_or(0)
    };
    Count {
        passed: of("passed"),
        failed: of("failed"),
        skipped: of("ignored"),
    }
}

fn page_tests(with_chromium: bool) -> Count {
    let report = target().join("logs/page-tests.json");
    let _ = std::fs::remove_file(&report);
    let mut command = npm("test");
    command.args(["--", "--reporter=default", "--reporter=json"]);
    if !with_chromium {
        command.args(["--exclude", "test/window/**"]);
    }
    let held = logged(
        "page tests",
        command.arg(format!("--outputFile={}", report.display())),
    );
    let held = held.is_some_and(|said| said.held);
    let report = std::fs::read_to_string(report).unwrap_or_default();
    let report: Value = serde_json::from_str(&report).unwrap_or_default();
    let of = |name: &str| report[name].as_u64().unwrap_or(0) as u32;
    let mut count = Count {
        passed: of("numPassedTests"),
        failed: of("numFailedTests"),
        skipped: of("numPendingTests"),
    };
    if !held && count.failed == 0 {
        count.failed = 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_of_several_runs_are_added() {
        let words = "x\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.1s\n\
                     test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured\n";
        assert_eq!(
            results(words, false),
            Count {
                passed: 4,
                failed: 2,
                skipped: 1
            }
        );
    }

    #[test]
    fn a_crash_without_a_result_is_a_failure() {
        assert_eq!(
            results("thread panicked", false),
            Count {
                passed: 0,
                failed: 1,
                skipped: 0
            }
        );
        assert_eq!(results("", true), Count::default());
    }
}
