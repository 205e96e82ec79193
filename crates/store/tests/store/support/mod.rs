//! Authors who write signed entries, and disks that fail.

pub mod authors;
pub mod disk;

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use skein_store::{Done, Hooks, Reader, Store, StoreError, VerifyReport};

pub use authors::Author;
pub use disk::Disk;

/// Longest wait for anything; only a failing test ever waits so long.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// A callback and where its answer arrives.
pub fn done() -> (Done, Receiver<Result<(), StoreError>>) {
    let (sender, receiver) = channel();
    (Box::new(move |result| drop(sender.send(result))), receiver)
}

/// Verifies rows without looking into snapshots.
pub fn verify(reader: &Reader) -> VerifyReport {
    reader.verify(Hooks {
        decode: &mut |_, _, _| Ok(()),
        progress: &mut |_, _| {},
    })
}

/// Verifies pages and rows.
pub fn verify_all(store: &mut Store) -> VerifyReport {
    let hooks = Hooks {
        decode: &mut |_, _, _| Ok(()),
        progress: &mut |_, _| {},
    };
    store.verify(hooks).expect("the file opens again")
}

/// Commits one batch that must be taken.
pub fn commit(store: &mut Store, batch: Vec<skein_store::Op>) {
    assert_eq!(store.commit(&[batch]), Ok(vec![Ok(())]));
}
