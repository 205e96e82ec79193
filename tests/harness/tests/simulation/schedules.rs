//! The first schedules, as many of them as fit into the time: the same ones on every machine.

use std::time::Duration;

use skein_harness::plan::Expected;
use skein_harness::report::{self, Asked};

/// How long schedules are played, seconds.
const PLAYED_S: u64 = 60;

/// How many at most, so that every machine plays the same ones; `simulate` plays any others.
const MOST: u64 = 100;

/// Fewer than this many in that time says that something is very slow.
const LEAST: u64 = 30;

#[test]
fn schedules_lose_nothing_and_end_in_agreement() {
    play(Expected::TODAY);
}

#[test]
fn the_same_while_owners_are_at_odds() {
    play(Expected::RACES);
}

fn play(expected: Expected) {
    let report = report::seeds(Asked {
        first: 1,
        many: MOST,
        time: Some(Duration::from_secs(PLAYED_S)),
        expected,
        go_on: false,
        jobs: 1,
        said_every: None,
    });
    println!("{}", report.figures());
    for (seed, outcome) in &report.failures {
        println!("{}", report::explained_seed(*seed, expected, outcome));
    }
    assert!(
        report.failures.is_empty(),
        "a promise was broken: see above"
    );
    assert!(report.schedules >= LEAST, "{} schedules", report.schedules);
}
