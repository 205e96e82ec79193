//! Many schedules, and their figures.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::generate;
use crate::plan::{Expected, Plan};
use crate::run::{self, Outcome};
use crate::shrink::shrink;

/// Figures over many schedules.
#[derive(Debug, Default)]
pub struct Report {
    /// The seeds that were run.
    pub seeds: Range<u64>,
    /// Schedules in which at least one fault had an effect.
    pub schedules: u64,
    /// Schedules in which none had: they do not count.
    pub faultless: u64,
    /// Faults by kind.
    pub fired: BTreeMap<&'static str, u64>,
    /// Acknowledgements.
    pub acks: u64,
    /// Edits that only a disk put back had.
    pub excused: u64,
    /// Drafts.
    pub drafts: u64,
    /// The longest time to agree after healing, virtual ms.
    pub slowest_ms: u64,
    /// Broken promises, with their seeds.
    pub failures: Vec<(u64, Outcome)>,
}

/// Which seeds are run, and until when.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The first seed.
    pub first: u64,
    /// So many schedules that count are enough.
    pub many: u64,
    /// And this time.
    pub time: Option<Duration>,
    /// What is promised.
    pub expected: Expected,
    /// Go on after a broken promise.
    pub go_on: bool,
    /// Seeds at once, each on a thread of its own. More than one, and a few more schedules than asked for may be run.
    pub jobs: usize,
    /// How often the figures so far are said on standard error, and each broken promise at once: a run of hours may be
    /// ended at any time.
    pub said_every: Option<Duration>,
}

thread_local! {
    /// The seed this thread plays.
    static SEED: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The seed that the calling thread plays, for words about a panic that ends the process.
pub fn seed_here() -> Option<u64> {
    SEED.get()
}

/// A run of many seeds under way.
struct Tour {
    asked: Asked,
    began: Instant,
    said: Instant,
    next: u64,
    report: Report,
}

impl Tour {
    /// The next seed to run, while it is not enough.
    fn begin(&mut self) -> Option<u64> {
        let Asked {
            many, time, go_on, ..
        } = self.asked;
        let enough = self.report.schedules >= many
            || time.is_some_and(|time| self.began.elapsed() >= time)
            || !go_on && !self.report.failures.is_empty();
        let seed = (!enough).then_some(self.next)?;
        self.next += 1;
        Some(seed)
    }

    fn end(&mut self, seed: u64, outcome: Outcome) {
        let said_every = self.asked.said_every;
        if let Some(failure) = outcome.failure.as_ref().filter(|_| said_every.is_some()) {
            eprintln!("seed {seed}: {}: {}", failure.promise, failure.seen);
        }
        self.report.take(seed, outcome);
        self.report.seeds = self.asked.first..self.next;
        if said_every.is_some_and(|each| self.said.elapsed() >= each) {
            self.said = Instant::now();
            eprintln!("so far, after {} s:", self.began.elapsed().as_secs());
            eprint!("{}", self.report.figures());
        }
    }
}

/// Runs seeds from the first on, each twice, until it is enough.
pub fn seeds(asked: Asked) -> Report {
    let began = Instant::now();
    let tour = Mutex::new(Tour {
        asked,
        began,
        said: began,
        next: asked.first,
        report: Report::default(),
    });
    let lock = || tour.lock().expect("no schedule runs under the lock");
    let work = || {
        // Not in the head of the loop, where the lock would be held while the schedule runs.
        let begin = || lock().begin();
        while let Some(seed) = begin() {
            SEED.set(Some(seed));
            let outcome = run::seed(seed, asked.expected);
            lock().end(seed, outcome);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..asked.jobs.max(1) {
            scope.spawn(work);
        }
    });
    let mut report = std::mem::take(&mut lock().report);
    report.failures.sort_by_key(|(seed, _)| *seed);
    report
}

impl Report {
    fn take(&mut self, seed: u64, outcome: Outcome) {
        if outcome.fired.is_empty() {
            self.faultless += 1;
        } else {
            self.schedules += 1;
        }
        for (kind, many) in &outcome.fired {
            *self.fired.entry(kind).or_insert(0) += many;
        }
        self.acks += outcome.acks;
        self.excused += outcome.excused;
        self.drafts += outcome.drafts;
        self.slowest_ms = self.slowest_ms.max(outcome.agreed_ms);
        if outcome.failure.is_some() {
            self.failures.push((seed, outcome));
        }
    }

    /// Failures of a promise whose name says that something acknowledged is gone.
    fn lost(&self) -> usize {
        self.named(&[
            "what was called saved is there after every restart",
            "everybody holds what was called saved",
            "every word is seen or was taken away",
        ])
    }

    fn divergences(&self) -> usize {
        self.named(&[
            "after healing all agree in time",
            "all hold the same entries",
            "every causal order gives the same note",
            "a note says the same after a restart",
        ])
    }

    fn named(&self, promises: &[&str]) -> usize {
        let of = self.failures.iter().filter(|(_, outcome)| {
            let failure = outcome.failure.as_ref();
            failure.is_some_and(|failure| promises.contains(&failure.promise))
        });
        of.count()
    }

    /// The figures, as they are printed.
    pub fn figures(&self) -> String {
        let mut out = format!(
            "seeds {} to {}: {} schedules with faults ({} without, not counted), each run twice\n\
             {} acknowledged pushes, {} schedules with some lost, {} with divergences, {} failures in all\n\
             {} edits only on a disk that was put back or lied, {} drafts, at most {} ms virtual to agree\n",
            self.seeds.start,
            self.seeds.end.saturating_sub(1),
            self.schedules,
            self.faultless,
            self.acks,
            self.lost(),
            self.divergences(),
            self.failures.len(),
            self.excused,
            self.drafts,
            self.slowest_ms,
        );
        for (kind, many) in &self.fired {
            out.push_str(&format!("{many:>12}  {kind}\n"));
        }
        out
    }
}

/// A failure in words: the promise, the command that plays it again, and a small schedule that still breaks it.
pub fn explained(plan: &Plan, outcome: &Outcome) -> String {
    let Some(failure) = &outcome.failure else {
        return format!("seed {}: nothing broken", plan.seed);
    };
    let (small, shown) = shrink(plan, outcome);
    let mut out = format!(
        "seed {}: broken: {}\n  {}\nplay it again: cargo run --release -p skein-harness --bin simulate -- --seed {}\n\
         the world: {:?}\n{} of {} operations are enough:\n",
        plan.seed,
        failure.promise,
        failure.seen,
        plan.seed,
        plan.world,
        small.ops.len(),
        plan.ops.len(),
    );
    for timed in &small.ops {
        out.push_str(&format!("{:>8} ms  {:?}\n", timed.at_ms, timed.op));
    }
    if let Some(failure) = &shown.failure {
        out.push_str(&format!("then: {}\n", failure.seen));
    }
    out.push_str(&shown.tail);
    out
}

/// The same for a seed.
pub fn explained_seed(seed: u64, expected: Expected, outcome: &Outcome) -> String {
    explained(&generate::plan(seed, expected), outcome)
}
