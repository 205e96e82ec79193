//! Seeded changes to bytes.
//!
//! Input number `n` of a run follows from the seed, `n` and the corpus alone, so that any of them can
//! be made again without those before it.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::config::INPUT_BYTES;

/// Numbers at which code goes wrong: ends of ranges, signs, powers of two.
const INTERESTING: [u64; 20] = [
    0,
    1,
    2,
    0x7f,
    0x80,
    0xff,
    0x100,
    0x7fff,
    0x8000,
    0xffff,
    0x1_0000,
    0x10_0000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    1 << 32,
    (1 << 53) - 1,
    1 << 53,
    i64::MAX as u64,
    u64::MAX,
];

/// Changes made to one input at most; most inputs get fewer.
const CHANGES: u32 = 6;

/// Longest piece that is moved or repeated, bytes.
const PIECE: usize = 64;

/// Makes inputs from a corpus.
pub struct Mutator<'c> {
    seed: u64,
    corpus: &'c [Vec<u8>],
    /// Pieces with a meaning of their own, which chance would not find.
    words: &'static [&'static [u8]],
}

impl<'c> Mutator<'c> {
    /// A mutator for a corpus of at least one input.
    pub fn new(seed: u64, corpus: &'c [Vec<u8>], words: &'static [&'static [u8]]) -> Self {
        assert!(!corpus.is_empty(), "the corpus is empty");
        Self {
            seed,
            corpus,
            words,
        }
    }

    /// Input number `n`.
    pub fn input(&self, n: u64) -> Vec<u8> {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_le_bytes());
        seed[8..16].copy_from_slice(&n.to_le_bytes());
        let mut random = ChaCha8Rng::from_seed(seed);
        let mut bytes = self.pick(&mut random).to_vec();
        let changes = 1 + random
            .random_range(0..CHANGES)
            .min(random.random_range(0..CHANGES));
        for _ in 0..changes {
            self.change(&mut random, &mut bytes);
        }
        bytes.truncate(INPUT_BYTES);
        bytes
    }

    fn pick(&self, random: &mut ChaCha8Rng) -> &'c [u8] {
        &self.corpus[random.random_range(0..self.corpus.len())]
    }

    fn change(&self, random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
        let at = random.random_range(0..=bytes.len());
        match random.random_range(0..14) {
            0 | 1 => on_byte(bytes, at, |byte| byte ^ 1 << random.random_range(0..8)),
            2 => on_byte(bytes, at, |_| random.random()),
            3 => on_byte(bytes, at, |byte| {
                byte.wrapping_add(random.random_range(1..=8))
                    .wrapping_sub(4)
            }),
            4 => insert(
                bytes,
                at,
                &random.random::<[u8; 8]>()[..random.random_range(1..=8)],
            ),
            5 => drop(bytes.drain(piece(random, bytes.len()))),
            6 => bytes.truncate(at),
            7 => {
                let again = bytes[piece(random, bytes.len())].to_vec();
                insert(bytes, at, &again);
            }
            8 => overwrite(bytes, at, &number(random)),
            9 => insert(bytes, at, &number(random)),
            10 => resize_field(random, bytes),
            11 => {
                let other = self.pick(random);
                let from = other[piece(random, other.len())].to_vec();
                if random.random() {
                    insert(bytes, at, &from);
                } else {
                    overwrite(bytes, at, &from);
                }
            }
            12 => {
                let other = self.pick(random);
                let from = random.random_range(0..=other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            _ if !self.words.is_empty() => {
                let word = self.words[random.random_range(0..self.words.len())];
                insert(bytes, at, word);
            }
            _ => bytes.push(random.random()),
        }
    }
}

fn on_byte(bytes: &mut [u8], at: usize, change: impl FnOnce(u8) -> u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte = change(*byte);
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}

fn overwrite(bytes: &mut [u8], at: usize, piece: &[u8]) {
    let len = piece.len().min(bytes.len() - at);
    bytes[at..at + len].copy_from_slice(&piece[..len]);
}

fn piece(random: &mut ChaCha8Rng, len: usize) -> std::ops::Range<usize> {
    let start = random.random_range(0..=len);
    start..random.random_range(start..=len.min(start + PIECE))
}

/// An interesting number as a fixed field or a LEB128 number.
fn number(random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut value = INTERESTING[random.random_range(0..INTERESTING.len())];
    let whole = match random.random_range(0..3) {
        0 => value.to_le_bytes().to_vec(),
        1 => value.to_be_bytes().to_vec(),
        _ => {
            let mut out = Vec::new();
            while value >= 0x80 {
                out.push(value as u8 | 0x80);
                value >>= 7;
            }
            out.push(value as u8);
            return out;
        }
    };
    let width = [1, 2, 4, 8][random.random_range(0..4)];
    if whole[0] == 0 && whole[7] != 0 {
        whole[8 - width..].to_vec()
    } else {
        whole[..width].to_vec()
    }
}

/// Finds a number that may count bytes behind it, and makes it and them one longer or shorter.
fn resize_field(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    let from = random.random_range(0..=bytes.len());
    let found = (from..bytes.len().min(from + PIECE)).find(|at| {
        let value = usize::from(bytes[*at]);
        value > 0 && value < 128 && at + value < bytes.len()
    });
    let Some(at) = found else { return };
    let end = at + usize::from(bytes[at]);
    if random.random() {
        bytes[at] += 1;
        bytes.insert(end, random.random());
    } else {
        bytes[at] -= 1;
        bytes.remove(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_follows_from_seed_and_number_alone() {
        let corpus = [b"one corpus".to_vec(), b"another".to_vec()];
        let mutator = Mutator::new(1, &corpus, &[b"word"]);
        let inputs: Vec<Vec<u8>> = (0..2_000).map(|n| mutator.input(n)).collect();
        assert_eq!(mutator.input(1_999), inputs[1_999]);
        let mut different = inputs.clone();
        different.sort();
        different.dedup();
        assert!(
            different.len() > 1_500,
            "{} of 2,000 differ",
            different.len()
        );
        assert!(
            inputs
                .iter()
                .any(|input| input.windows(4).any(|piece| piece == b"word"))
        );
        assert_ne!(Mutator::new(2, &corpus, &[]).input(7), mutator.input(7));
    }
}
