//! The writer thread: group commit, and carrying on after the storage failed.
//!
//! What is submitted is written in order. The thread commits at once what is queued, and while that is on
//! its way to the disk the next group gathers: it never waits for more. Whoever submitted hears after the
//! commit, in the order of submission. When the storage fails, [`State::Trouble`] is reported, the file is
//! opened again and everything not yet acknowledged is committed again, as often as it takes. Submitting
//! stays possible until the queue is full, so that what was on its way when the trouble began keeps its
//! order; whoever sees the state stops making more.

mod queue;
mod writer;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crate::error::{Fault, StoreError, panic_text};
use crate::op::Op;
use crate::read::Reader;
use crate::reserve::Reserve;
use crate::store::Store;
use queue::{Queue, Submission};
use writer::Writer;

/// Called once per batch: on the writer thread, or at once by [`StoreThread::submit`] when nothing was
/// queued. It must not wait for the store.
pub type Done = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// Whether edits can be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// All is well.
    Ready,
    /// The storage fails, or the disk is full: stop accepting edits and say why. What was submitted is kept
    /// in memory and tried again; acknowledgements may still arrive.
    Trouble(Fault),
    /// The store is closed.
    Closed,
}

/// The store with its thread. Dropping it closes it.
#[derive(Debug)]
pub struct StoreThread {
    queue: Arc<Queue>,
    reader: Reader,
    thread: Option<JoinHandle<Option<Store>>>,
}

impl StoreThread {
    /// Starts the thread. `on_state` is called on it whenever the state changes; it must not wait.
    pub fn start(store: Store, on_state: impl FnMut(&State) + Send + 'static) -> Self {
        let reserve = store.reserve();
        Self::start_with_reserve(store, reserve, on_state)
    }

    /// As [`Self::start`], with a reserve of the caller's: for simulated disks.
    pub fn start_with_reserve(
        store: Store,
        reserve: Box<dyn Reserve>,
        on_state: impl FnMut(&State) + Send + 'static,
    ) -> Self {
        let queue = Arc::new(Queue::default());
        let reader = store.reader();
        // Not the queue itself: the writer's store would keep it, and it the writer's callbacks.
        let weak = Arc::downgrade(&queue);
        store.on_read_fault(Box::new(move |fault| {
            if let Some(queue) = weak.upgrade() {
                queue.read_failed(fault);
            }
        }));
        let writer = Writer::new(store, reserve, queue.clone(), Box::new(on_state));
        let thread = thread::Builder::new()
            .name("skein-store".into())
            .spawn({
                let queue = queue.clone();
                move || match catch_unwind(AssertUnwindSafe(|| writer.run())) {
                    Ok(store) => Some(store),
                    Err(payload) => {
                        queue.abandon(Fault::Panicked(panic_text(&*payload)));
                        None
                    }
                }
            })
            .expect("the system refuses to start a thread");
        Self {
            queue,
            reader,
            thread: Some(thread),
        }
    }

    /// Queues operations that are written whole or not at all; `done` hears after they are on disk, or why
    /// they never will be.
    pub fn submit(&self, ops: Vec<Op>, done: Done) {
        if let Err((refused, done)) = self.queue.push(Submission::new(ops, done)) {
            done(Err(refused));
        }
    }

    /// Reads committed rows.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// Whether edits can be saved now.
    pub fn state(&self) -> State {
        self.queue.state()
    }

    /// Operations submitted and not yet acknowledged. Whoever takes in what others wrote stops reading from
    /// the network while this is high.
    pub fn waiting(&self) -> usize {
        self.queue.waiting()
    }

    /// Writes what is queued, stops the thread and gives the store back. Against a failing disk it gives up
    /// after a few attempts and answers what is left with [`StoreError::NotSaved`].
    pub fn close(mut self) -> Option<Store> {
        self.stop()
    }

    fn stop(&mut self) -> Option<Store> {
        self.queue.close();
        self.thread.take()?.join().ok()?
    }
}

impl Drop for StoreThread {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The state callback.
type OnState = Box<dyn FnMut(&State) + Send>;

/// What a caller's callback panicked with is the caller's; the writer goes on.
fn ignore_panic(result: Result<(), Box<dyn Any + Send>>) {
    if let Err(payload) = result {
        tracing::error!(
            what = panic_text(&*payload),
            "a callback of the store panicked"
        );
    }
}
