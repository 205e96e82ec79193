//! Numbers that look random and are the same in every run with the same seed (SplitMix64).

use std::time::Duration;

/// Names the seed of a test that draws its moments; without it the seed is [`SEED`].
const VARIABLE: &str = "SKEIN_SEED";
/// The seed of the ordinary run.
const SEED: u64 = 1;

/// A source of numbers.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// A source that gives the same numbers for the same seed.
    pub fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    /// The source of a test's moments, with its seed said aloud: what the machine does in between
    /// is not drawn, so the same seed gives the same attempts and not the same run.
    ///
    /// # Panics
    /// When `SKEIN_SEED` is set and no number.
    pub fn said_aloud() -> Chance {
        let given = std::env::var(VARIABLE).ok();
        let seed = given.map_or(SEED, |text| text.parse().expect("SKEIN_SEED is a number"));
        println!("{VARIABLE}={seed}");
        Chance::new(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.number() % end
    }

    /// A time shorter than `longest`.
    pub fn time(&mut self, longest: Duration) -> Duration {
        longest.mul_f64(self.below(1 << 20) as f64 / f64::from(1 << 20))
    }

    /// Bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            bytes.extend_from_slice(&self.number().to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }
}
