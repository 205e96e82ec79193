//! Random bytes of a run.

use rand::RngCore;
use rand_chacha::ChaCha8Rng;

/// So many of them.
pub fn bytes<const N: usize>(rng: &mut ChaCha8Rng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}
