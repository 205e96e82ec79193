//! What is known of a signature, kept per thread, for a process in which many devices ask about the same one.
//!
//! Compiled only with the feature `recall`, which nothing but long runs of the simulator turns on: there half of the
//! time goes into checking signatures that another device, or the first of a seed's two runs, has checked before.
//! Whether a signature fits is a pure function, so a run shows the same with it and without.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::config::SIG_BYTES;

/// Verdicts kept; beyond it all are forgotten. 48 bytes each, and more than a schedule asks for.
const KEPT: usize = 65_536;

thread_local! {
    static KNOWN: RefCell<BTreeMap<[u8; 32], bool>> = const { RefCell::new(BTreeMap::new()) };
}

/// What `check` says of this key, message and signature, or said before.
pub(crate) fn fits(
    key: &[u8; 32],
    message: &[u8],
    signature: &[u8; SIG_BYTES],
    check: impl FnOnce() -> bool,
) -> bool {
    let mut asked = blake3::Hasher::new();
    asked.update(key).update(signature).update(message);
    let asked = *asked.finalize().as_bytes();
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= KEPT {
            known.clear();
        }
        *known.entry(asked).or_insert_with(check)
    })
}
