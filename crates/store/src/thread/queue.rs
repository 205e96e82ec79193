//! What waits for the disk.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Done, State};
use crate::config::{GROUP_BYTES, GROUP_OPS, QUEUE_BYTES, QUEUE_OPS};
use crate::error::{Fault, StoreError};
use crate::op::Op;

/// One batch and who waits for it.
pub(super) struct Submission {
    ops: Vec<Op>,
    bytes: usize,
    pub done: Done,
}

impl Submission {
    pub fn new(ops: Vec<Op>, done: Done) -> Self {
        let bytes = ops.iter().map(Op::weight).sum();
        Self { ops, bytes, done }
    }
}

impl AsRef<[Op]> for Submission {
    fn as_ref(&self) -> &[Op] {
        &self.ops
    }
}

/// Batches in the order of submission.
pub(super) struct Queue {
    inner: Mutex<Inner>,
    changed: Condvar,
}

struct Inner {
    submissions: VecDeque<Submission>,
    /// Queued or being written, not acknowledged.
    ops: usize,
    bytes: usize,
    closing: bool,
    state: State,
    /// A read failed on the disk since the file was last opened.
    fault: Option<Fault>,
}

/// What the writer does next.
pub(super) enum Next {
    /// Commit these.
    Group(Vec<Submission>),
    /// Open the file again: a read failed.
    Reopen(Fault),
    /// Nothing came until the given time had passed.
    Time,
    /// The store is being closed and everything is written.
    End,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            inner: Mutex::new(Inner {
                submissions: VecDeque::new(),
                ops: 0,
                bytes: 0,
                closing: false,
                state: State::Ready,
                fault: None,
            }),
            changed: Condvar::new(),
        }
    }
}

impl Queue {
    /// Queues a batch, or gives back who is to hear that it was not.
    pub fn push(&self, submission: Submission) -> Result<(), (StoreError, Done)> {
        let mut inner = self.lock();
        if inner.closing {
            return Err((StoreError::Closed, submission.done));
        }
        let (ops, bytes) = (
            inner.ops + submission.ops.len(),
            inner.bytes + submission.bytes,
        );
        // A single batch above the bound goes in when nothing else waits: it could never go otherwise.
        if inner.ops > 0 && (ops > QUEUE_OPS || bytes > QUEUE_BYTES) {
            return Err((StoreError::QueueFull, submission.done));
        }
        (inner.ops, inner.bytes) = (ops, bytes);
        inner.submissions.push_back(submission);
        drop(inner);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits until there is something to commit and takes at most one group of it; whole batches only.
    pub fn next(&self, within: Option<Duration>) -> Next {
        let mut inner = self.lock();
        loop {
            if !inner.submissions.is_empty() {
                return Next::Group(inner.take());
            }
            if inner.closing {
                return Next::End;
            }
            if let Some(fault) = inner.fault.take() {
                return Next::Reopen(fault);
            }
            inner = match within {
                None => self
                    .changed
                    .wait(inner)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(time) => {
                    let (inner, waited) = self
                        .changed
                        .wait_timeout(inner, time)
                        .unwrap_or_else(PoisonError::into_inner);
                    if waited.timed_out() {
                        return Next::Time;
                    }
                    inner
                }
            };
        }
    }

    /// A read failed on the disk.
    pub fn read_failed(&self, fault: Fault) {
        self.lock().fault = Some(fault);
        self.changed.notify_one();
    }

    /// The file was opened again, whyever.
    pub fn reopened(&self) {
        self.lock().fault = None;
    }

    /// A batch is about to be acknowledged: whoever hears may submit as much again.
    pub fn settle(&self, submission: &Submission) {
        let mut inner = self.lock();
        inner.ops -= submission.ops.len();
        inner.bytes -= submission.bytes;
    }

    /// Waits; sooner over when the store is being closed.
    pub fn pause(&self, time: Duration) {
        let inner = self.lock();
        let closing = |inner: &mut Inner| !inner.closing;
        drop(
            self.changed
                .wait_timeout_while(inner, time, closing)
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    pub fn close(&self) {
        self.lock().closing = true;
        self.changed.notify_all();
    }

    /// The writer is gone by a mistake of its own: nobody may wait for ever.
    pub fn abandon(&self, fault: Fault) {
        let mut inner = self.lock();
        inner.closing = true;
        inner.state = State::Trouble(fault.clone());
        let left = std::mem::take(&mut inner.submissions);
        drop(inner);
        for submission in left {
            (submission.done)(Err(StoreError::NotSaved(fault.clone())));
        }
    }

    pub fn closing(&self) -> bool {
        self.lock().closing
    }

    pub fn waiting(&self) -> usize {
        self.lock().ops
    }

    pub fn state(&self) -> State {
        self.lock().state.clone()
    }

    /// Sets the state; says whether it is another one.
    pub fn set_state(&self, state: &State) -> bool {
        let mut inner = self.lock();
        let other = inner.state != *state;
        inner.state = state.clone();
        other
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn take(&mut self) -> Vec<Submission> {
        let (mut group, mut ops, mut bytes) = (Vec::new(), 0, 0);
        while let Some(next) = self.submissions.front() {
            ops += next.ops.len();
            bytes += next.bytes;
            if !group.is_empty() && (ops > GROUP_OPS || bytes > GROUP_BYTES) {
                break;
            }
            group.extend(self.submissions.pop_front());
        }
        group
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Queue({} waiting)", self.waiting())
    }
}
