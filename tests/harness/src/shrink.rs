//! From a schedule that fails to a small one that fails in the same way.

use crate::config::SHRINK_RUNS;
use crate::plan::Plan;
use crate::run::{self, Outcome};

/// Takes out operations, first many at once, then one by one, as long as the same promise stays broken.
pub fn shrink(plan: &Plan, outcome: &Outcome) -> (Plan, Outcome) {
    let mut best = (plan.clone(), outcome.clone());
    let promise = outcome.failure.as_ref().map(|failure| failure.promise);
    let mut runs = 0;
    let mut size = (best.0.ops.len() / 2).max(1);
    loop {
        let mut at = 0;
        let mut smaller = false;
        while at < best.0.ops.len() && runs < SHRINK_RUNS {
            let mut tried = best.0.clone();
            let end = (at + size).min(tried.ops.len());
            tried.ops.drain(at..end);
            runs += 1;
            let outcome = run::once(&tried, false);
            if outcome.failure.as_ref().map(|failure| failure.promise) == promise {
                best = (tried, outcome);
                smaller = true;
            } else {
                at += size;
            }
        }
        if runs >= SHRINK_RUNS || (size == 1 && !smaller) {
            return best;
        }
        size = (size / 2).max(1);
    }
}
