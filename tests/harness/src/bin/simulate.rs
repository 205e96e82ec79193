//! Plays schedules: `simulate --seed N [--schedules N] [--minutes M] [--jobs J] [--all | --races] [--aloud]
//! [--go-on]`.
//!
//! Without `--schedules` one seed is played and its trace can be shown; with it, seeds from N on. `--all` expects
//! everything that is promised, also what the engine cannot do yet. With `--races` owners change who may do what meanwhile.

use std::cell::RefCell;
use std::panic::PanicHookInfo;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use skein_harness::plan::Expected;
use skein_harness::{generate, report, run};

struct Asked {
    seed: u64,
    schedules: Option<u64>,
    minutes: Option<u64>,
    jobs: usize,
    expected: Expected,
    aloud: bool,
    go_on: bool,
}

fn asked() -> Result<Asked, String> {
    let mut asked = Asked {
        seed: 1,
        schedules: None,
        minutes: None,
        jobs: 1,
        expected: Expected::TODAY,
        aloud: false,
        go_on: false,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || -> Result<u64, String> {
            let next = words.next().ok_or(format!("{word} needs a number"))?;
            next.parse().map_err(|_| format!("{next} is no number"))
        };
        match word.as_str() {
            "--seed" => asked.seed = number()?,
            "--schedules" => asked.schedules = Some(number()?),
            "--minutes" => asked.minutes = Some(number()?),
            "--jobs" => asked.jobs = number()? as usize,
            "--all" => asked.expected = Expected::ALL,
            "--races" => asked.expected = Expected::RACES,
            "--aloud" => asked.aloud = true,
            "--go-on" => asked.go_on = true,
            other => return Err(format!("{other} is not understood")),
        }
    }
    Ok(asked)
}

/// How often a long run says how far it is.
const SAID_EVERY: Duration = Duration::from_secs(60);

thread_local! {
    /// The panic before this one.
    static BEFORE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Panics inside a schedule are results, and those that redb catches no news. One in a destructor ends the process:
/// then this is the last chance to say which seed it was.
fn heard(panic: &PanicHookInfo<'_>) {
    let words = panic.to_string();
    if words.contains("panic in a destructor") || words.contains("cannot unwind") {
        let seed = report::seed_here();
        let before = BEFORE.with_borrow(String::clone);
        eprintln!("seed {seed:?} ends this process: {words}\nbefore it: {before}");
    }
    BEFORE.set(words);
}

fn main() -> ExitCode {
    let asked = match asked() {
        Ok(asked) => asked,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    std::panic::set_hook(Box::new(heard));
    let began = Instant::now();
    if asked.schedules.is_none() && asked.minutes.is_none() {
        let plan = generate::plan(asked.seed, asked.expected);
        let outcome = if asked.aloud {
            run::once(&plan, true)
        } else {
            run::twice(&plan)
        };
        println!(
            "{:#?}\n{}",
            outcome.fired,
            report::explained(&plan, &outcome)
        );
        return ExitCode::from(u8::from(outcome.failure.is_some()));
    }
    let minutes = asked
        .minutes
        .map(|minutes| Duration::from_secs(60 * minutes));
    let report = report::seeds(report::Asked {
        first: asked.seed,
        many: asked.schedules.unwrap_or(u64::MAX),
        time: minutes,
        expected: asked.expected,
        go_on: asked.go_on,
        jobs: asked.jobs,
        said_every: Some(SAID_EVERY),
    });
    for (seed, outcome) in &report.failures {
        if asked.go_on {
            let failure = outcome.failure.as_ref();
            let words = failure.map(|failure| format!("{}: {}", failure.promise, failure.seen));
            println!("seed {seed}: {}", words.unwrap_or_default());
        } else {
            println!("{}", report::explained_seed(*seed, asked.expected, outcome));
        }
    }
    print!("{}", report.figures());
    println!("{:.1} s", began.elapsed().as_secs_f64());
    ExitCode::from(u8::from(!report.failures.is_empty()))
}
