//! What runs on the thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::queue::{Next, Queue, Submission};
use super::{OnState, State, ignore_panic};
use crate::config::{CLOSE_ATTEMPTS, RESERVE_RETRY, RETRY_FIRST, RETRY_LONGEST};
use crate::error::{Fault, StoreError, io_fault};
use crate::reserve::Reserve;
use crate::store::Store;

pub(super) struct Writer {
    store: Store,
    reserve: Box<dyn Reserve>,
    /// Whether the reserve was given back, or could never be laid up: the disk is full.
    spent: bool,
    /// When the reserve was last tried to be laid up, since it was spent.
    tried: Option<Instant>,
    queue: Arc<Queue>,
    on_state: OnState,
}

impl Writer {
    pub fn new(
        store: Store,
        reserve: Box<dyn Reserve>,
        queue: Arc<Queue>,
        on_state: OnState,
    ) -> Self {
        Self {
            store,
            reserve,
            spent: false,
            tried: None,
            queue,
            on_state,
        }
    }

    /// Until the queue is closed and empty.
    pub fn run(mut self) -> Store {
        self.lay_up();
        loop {
            let within = self.spent.then_some(RESERVE_RETRY);
            match self.queue.next(within) {
                Next::Group(group) => self.save(group),
                Next::Reopen(fault) => self.reopen(fault),
                Next::Time => {}
                Next::End => break,
            }
            let due = self
                .tried
                .is_none_or(|tried| tried.elapsed() >= RESERVE_RETRY);
            if self.spent && due {
                self.lay_up();
            }
        }
        self.report(State::Closed);
        self.store
    }

    /// Commits a group, however often the storage fails, and tells who waits.
    fn save(&mut self, group: Vec<Submission>) {
        let results = self.commit(&group);
        for (submission, result) in group.into_iter().zip(results) {
            self.queue.settle(&submission);
            let done = submission.done;
            ignore_panic(catch_unwind(AssertUnwindSafe(|| done(result))));
        }
    }

    fn commit(&mut self, group: &[Submission]) -> Vec<Result<(), StoreError>> {
        let mut wait = None;
        let mut last_attempts = CLOSE_ATTEMPTS;
        loop {
            match self.store.commit(group) {
                Ok(results) => {
                    self.report_well();
                    return results;
                }
                Err(fault) => {
                    tracing::warn!(%fault, "a commit failed");
                    if self.queue.closing() {
                        last_attempts -= 1;
                        if last_attempts == 0 {
                            let error = StoreError::NotSaved(fault);
                            return group.iter().map(|_| Err(error.clone())).collect();
                        }
                    }
                    self.recover(fault, &mut wait);
                }
            }
        }
    }

    /// Opens the file again after a read failed.
    fn reopen(&mut self, fault: Fault) {
        let mut wait = None;
        while !self.recover(fault.clone(), &mut wait) && !self.queue.closing() {}
        self.report_well();
    }

    /// Opens the file again: at once the first time, then after growing waits. Says whether it is open;
    /// whether it can be written shows at the next commit.
    fn recover(&mut self, fault: Fault, wait: &mut Option<Duration>) -> bool {
        let full = matches!(
            fault,
            Fault::DiskFull | Fault::Reopen(crate::OpenError::DiskFull)
        );
        if full && !self.spent {
            self.spent = true;
            self.tried = None;
            self.reserve.release();
        }
        self.report(State::Trouble(if full { Fault::DiskFull } else { fault }));
        if let Some(time) = *wait {
            self.queue.pause(time);
        }
        *wait = Some(wait.map_or(RETRY_FIRST, |time| (time * 2).min(RETRY_LONGEST)));
        self.queue.reopened();
        match self.store.reopen() {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "the database could not be opened again");
                false
            }
        }
    }

    /// The file works, though the disk may be full.
    fn report_well(&mut self) {
        self.report(match self.spent {
            true => State::Trouble(Fault::DiskFull),
            false => State::Ready,
        });
    }

    /// Lays up the reserve, at the start and again after it was spent: while that fails, the disk is full.
    fn lay_up(&mut self) {
        self.tried = Some(Instant::now());
        match self.reserve.restore() {
            Ok(()) => {
                self.spent = false;
                self.report(State::Ready);
            }
            Err(error) => match io_fault(&error) {
                Fault::DiskFull => {
                    self.spent = true;
                    self.report(State::Trouble(Fault::DiskFull));
                }
                fault => tracing::warn!(%fault, "there is no reserve"),
            },
        }
    }

    fn report(&mut self, state: State) {
        if self.queue.set_state(&state) {
            let on_state = &mut self.on_state;
            ignore_panic(catch_unwind(AssertUnwindSafe(|| on_state(&state))));
        }
    }
}
