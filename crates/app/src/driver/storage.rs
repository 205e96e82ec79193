//! The way to the store, and what is done while the disk fails.
//!
//! The store's thread tries again by itself until what was submitted is on disk. While it
//! cannot, new edits are not taken: a window keeps them and is asked for them afterwards, a
//! command is told. Nothing is read from the network either, so nothing piles up.

use std::time::Instant;

use skein_store::{Fault, Op, OpenError, State, StoreError, StoreThread};
use skein_sync::{CommitToken, Input, StoreOp};
use tokio::sync::mpsc;

use super::clock::wall_ms;
use super::{Done, Driver, Reply};
use crate::config::{STORE_BUSY_BYTES, STORE_BUSY_OPS, STORE_PATIENCE};
use crate::error::{AppError, Code};

/// The store's thread and what became of it.
pub(super) struct Storage {
    thread: Option<StoreThread>,
    done: mpsc::UnboundedSender<Done>,
    /// Bytes of payload on their way to disk.
    bytes: usize,
    /// Why nothing can be saved now, if so.
    trouble: Option<Fault>,
    /// When commands that wait for the disk are told so.
    patience_ends: Option<Instant>,
}

impl Storage {
    pub(super) fn new(thread: StoreThread, done: mpsc::UnboundedSender<Done>) -> Self {
        Self {
            thread: Some(thread),
            done,
            bytes: 0,
            trouble: None,
            patience_ends: None,
        }
    }

    /// What may be taken in now, so that the disk follows.
    pub(super) fn room(&self) -> Room {
        let failing = self.trouble.is_some();
        let ops = self.thread.as_ref().map_or(0, StoreThread::waiting);
        let fits =
            |part: usize| ops < STORE_BUSY_OPS * part && self.bytes < STORE_BUSY_BYTES * part;
        Room {
            for_net: !failing && fits(1),
            // While the disk fails, shells are told so: that needs no room.
            for_jobs: failing || fits(2),
        }
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.patience_ends
    }

    /// The error that whoever wants something saved is told now, if any.
    pub(super) fn refusal(&self) -> Option<AppError> {
        self.trouble.as_ref().map(trouble_error)
    }
}

/// From whom more may be taken in. Windows go first: what others wrote stops at half of what they may fill.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub for_net: bool,
    pub for_jobs: bool,
}

fn trouble_error(fault: &Fault) -> AppError {
    const SAFE: &str = "what was called saved is safe";
    let (safe, advice) = match fault {
        Fault::DiskFull | Fault::Reopen(OpenError::DiskFull) => (SAFE, "make room on the disk"),
        Fault::ReadOnly(_) | Fault::Reopen(OpenError::ReadOnly(_)) => {
            (SAFE, "make the profile writable again")
        }
        Fault::Gone(_) | Fault::Reopen(OpenError::Gone(_)) => (
            "what was called saved is where the profile is now, and on devices that had received it",
            "put the profile back where it was, and saving goes on",
        ),
        Fault::Io(_) | Fault::Corrupt(_) | Fault::Panicked(_) | Fault::Reopen(_) => (
            SAFE,
            "keep the window open if there is one, copy what is not saved, and look at the disk",
        ),
    };
    AppError::new(
        Code::Storage,
        format!("{fault}: nothing can be saved now. {safe}. {advice}"),
    )
}

/// What a command is told whose change waits for the disk.
fn waits_error(fault: &Fault) -> AppError {
    let trouble = trouble_error(fault);
    AppError::new(
        trouble.code(),
        format!("{trouble}. this change is not saved; while skein runs it is tried again"),
    )
}

fn payload_bytes(op: &StoreOp) -> usize {
    match op {
        StoreOp::Append { entry, .. } => entry.payload().len(),
        StoreOp::Draft { update, text, .. } => update.len() + text.len(),
        _ => 0,
    }
}

fn not_saved(error: &StoreError) -> AppError {
    AppError::new(
        Code::Storage,
        format!("this was not saved: {error}. what was called saved before is safe. try again"),
    )
}

impl Driver {
    /// Carries out what the engine wants durable.
    pub(super) fn commit(&mut self, token: CommitToken, ops: Vec<StoreOp>) {
        let done = self.storage.done.clone();
        let bytes = ops.iter().map(payload_bytes).sum();
        self.storage.bytes += bytes;
        let made_ms = wall_ms();
        let ops = ops
            .into_iter()
            .map(|op| skein_rows::op(op, made_ms))
            .collect();
        let finish = move |result| {
            let done_now = Done {
                token,
                bytes,
                result,
            };
            // The loop has ended; whoever waited was told so.
            let _ = done.send(done_now);
        };
        self.submit_with(ops, Box::new(finish));
    }

    pub(super) fn store_done(&mut self, done: Done) {
        self.storage.bytes -= done.bytes;
        match done.result {
            Ok(()) => self.feed(Input::Committed { token: done.token }),
            Err(StoreError::Closed | StoreError::NotSaved(_)) => {
                tracing::error!("the store closed before everything was saved");
                self.fail(not_saved(&StoreError::Closed));
            }
            // The engine's idea of what is held and the disk's differ: going on would acknowledge
            // what is not there.
            Err(error) => {
                tracing::error!("the store refused what the engine holds: {error}");
                self.fail(AppError::new(
                    Code::Storage,
                    format!(
                        "the database refused an entry ({error}), so skein ends here. what was called saved is \
                         safe. start it again, and run `skein verify`"
                    ),
                ));
            }
        }
    }

    /// Writes operations of the driver's own that nobody waits for.
    pub(super) fn submit(&mut self, ops: Vec<Op>) {
        self.submit_with(
            ops,
            Box::new(|result| {
                if let Err(error) = result {
                    tracing::warn!("a setting was not saved: {error}");
                }
            }),
        );
    }

    /// Writes operations of the driver's own; answered when they are durable.
    pub(super) fn submit_then<T: Send + 'static>(
        &mut self,
        ops: Vec<Op>,
        reply: Reply<T>,
        value: impl FnOnce(()) -> T + Send + 'static,
    ) {
        if let Some(error) = self.storage.refusal() {
            let _ = reply.send(Err(error));
            return;
        }
        self.submit_with(
            ops,
            Box::new(move |result| {
                // Whoever asked may have gone.
                let _ = reply.send(result.map(value).map_err(|error| not_saved(&error)));
            }),
        );
    }

    fn submit_with(&mut self, ops: Vec<Op>, done: skein_store::Done) {
        match &self.storage.thread {
            Some(thread) => thread.submit(ops, done),
            None => done(Err(StoreError::Closed)),
        }
    }

    /// The store says how it is.
    pub(super) fn storage_state(&mut self, state: State) {
        match state {
            State::Trouble(fault) => {
                let error = trouble_error(&fault);
                self.telling.notice(&error.code().name(), error.to_string());
                if self.storage.trouble.replace(fault).is_none() {
                    self.storage.patience_ends = Some(Instant::now() + STORE_PATIENCE);
                }
            }
            State::Ready => {
                self.storage.patience_ends = None;
                if self.storage.trouble.take().is_some() {
                    self.telling.notice(
                        "storage_ready",
                        "the disk can be written again. saving goes on",
                    );
                    self.windows.ask_again();
                }
            }
            State::Closed => {}
        }
    }

    /// Tells commands whose change has waited long for a disk that fails. A window keeps what it wrote and
    /// shows that; a command that waits says nothing.
    pub(super) fn end_patience(&mut self, now: Instant) {
        if self.storage.patience_ends.is_none_or(|due| due > now) {
            return;
        }
        self.storage.patience_ends = None;
        if let Some(fault) = &self.storage.trouble {
            self.writers.stop_waiting(&|| waits_error(fault));
        }
    }

    /// Closes the store: everything queued is written first.
    pub(super) fn close_storage(&mut self) {
        if let Some(thread) = self.storage.thread.take() {
            thread.close();
        }
    }
}
