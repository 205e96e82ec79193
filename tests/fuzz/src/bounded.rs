//! How much memory reading may take, and how many inputs were read.

use std::cell::Cell;

thread_local! {
    static ACCEPTED: Cell<u64> = const { Cell::new(0) };
}

/// Memory that any parser may take beside what its input pays for, bytes: an error's text, a table
/// made once, the first growth of a vector.
const FREE: u64 = 8 * 1024;

/// Reads `len` foreign bytes. Panics when that has at any moment taken more than `factor` bytes for
/// each of them.
pub fn bounded<T>(len: usize, factor: u64, read: impl FnOnce() -> T) -> T {
    let mut value = None;
    let taken = allocation_counter::measure(|| value = Some(read()));
    let allowed = FREE + factor * len as u64;
    assert!(
        taken.bytes_max <= allowed,
        "reading {len} bytes took {} bytes of memory at once, {allowed} are allowed",
        taken.bytes_max
    );
    value.expect("measuring calls it once")
}

/// Counts an input that came past the first door.
pub fn accepted() {
    ACCEPTED.set(ACCEPTED.get() + 1);
}

/// How many inputs came past the first door on this thread.
pub fn accepted_so_far() -> u64 {
    ACCEPTED.get()
}
