//! Clock, medians and load.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

/// Now by the system's clock, in nanoseconds since 1970. Both processes of a run are on one machine and read
/// the same clock, so their stamps can be subtracted; a step of the clock during a run spoils it.
pub fn now_ns() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| u64::try_from(now.as_nanos()).unwrap_or(u64::MAX))
}

/// How a set of times is spread, in microseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spread {
    /// How many there were.
    pub count: usize,
    /// The median.
    pub p50: f64,
    /// 99 of 100 took at most this.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

impl Spread {
    /// Of times in nanoseconds.
    pub fn of(mut times: Vec<u64>) -> Self {
        times.sort_unstable();
        Self {
            count: times.len(),
            p50: micros(at(&times, 0.50)),
            p99: micros(at(&times, 0.99)),
            max: micros(times.last().copied().unwrap_or(0)),
        }
    }
}

/// The nearest rank of sorted times.
fn at(sorted: &[u64], part: f64) -> u64 {
    let rank = (sorted.len() as f64 * part).ceil() as usize;
    sorted
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

fn micros(ns: u64) -> f64 {
    ns as f64 / 1_000.0
}

/// The least, the middle and the greatest of ratios, one per round.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Ratio {
    /// The least.
    pub min: f64,
    /// The median.
    pub median: f64,
    /// The greatest.
    pub max: f64,
}

impl Ratio {
    /// Of one ratio per round; zeros for none.
    pub fn of(mut ratios: Vec<f64>) -> Self {
        ratios.sort_unstable_by(f64::total_cmp);
        let pick = |at: usize| ratios.get(at).copied().unwrap_or(0.0);
        Self {
            min: pick(0),
            median: pick(ratios.len() / 2),
            max: pick(ratios.len().saturating_sub(1)),
        }
    }
}

/// The system's load averages over 1, 5 and 15 minutes, where it tells them.
pub fn load_average() -> Option<[f64; 3]> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    let mut numbers = text.split_whitespace().map_while(|word| word.parse().ok());
    Some([numbers.next()?, numbers.next()?, numbers.next()?])
}

/// Load averages for people.
pub fn load_words(load: Option<[f64; 3]>) -> String {
    load.map_or_else(
        || "unknown".into(),
        |[one, five, fifteen]| format!("{one:.2} {five:.2} {fifteen:.2}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let spread = Spread::of((1..=200).rev().map(|n| n * 1_000).collect());
        assert_eq!((spread.p50, spread.p99, spread.max), (100.0, 198.0, 200.0));
        assert_eq!(Spread::of(vec![7_000]).p99, 7.0);
        assert_eq!(Spread::of(Vec::new()).count, 0);
    }

    #[test]
    fn a_ratio_is_the_median_of_its_rounds() {
        let ratio = Ratio::of(vec![3.0, 1.0, 2.0]);
        assert_eq!((ratio.min, ratio.median, ratio.max), (1.0, 2.0, 3.0));
    }
}
