//! Moving the device's key to the system's key store and back, beside the loop.
//!
//! The identity stays in memory all the while: nothing restarts, and the network is not touched.

#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;

use tokio::sync::mpsc;

use super::{Driver, Job, Reply, ShellEvent};
use crate::error::{AppError, Code};
use crate::profile::{CallOff, KeyPlace, MoveError, Mover, Patience};
use crate::view::KeyView;

/// What moves the key now, if anything does.
pub(super) struct KeyMoving {
    to_jobs: mpsc::WeakSender<Job>,
    running: Option<Running>,
}

struct Running {
    to: KeyPlace,
    call_off: CallOff,
    thread: JoinHandle<()>,
    /// Nobody waits where a left-over copy is erased at the start.
    reply: Option<Reply<KeyView>>,
}

impl KeyMoving {
    pub(super) fn new(to_jobs: mpsc::WeakSender<Job>) -> Self {
        Self {
            to_jobs,
            running: None,
        }
    }
}

impl Driver {
    /// Where the key lies, and whether it is being moved.
    pub(crate) fn key(&self) -> KeyView {
        let running = self.key_moving.running.as_ref();
        KeyView {
            place: self.profile.key_place(),
            moving: running
                .map(|running| running.to)
                .filter(|to| *to != self.profile.key_place()),
            copy_left: self.profile.has_key_copy(),
        }
    }

    /// Moves the key; answered when it lies at its new place. Where it lies there already, only a copy left over from
    /// an earlier move is erased.
    pub(crate) fn move_key(&mut self, to: KeyPlace, reply: Reply<KeyView>) {
        if self.key_moving.running.is_some() {
            let _ = reply.send(Err(AppError::new(
                Code::TooMuch,
                "the key is being moved already. wait for the end of that, or call it off",
            )));
        } else {
            self.begin_moving(to, Some(reply));
        }
    }

    /// Ends a move that waits for the key store or for a person. Its own answer says what came of it.
    pub(crate) fn call_off_moving(&self) {
        if let Some(running) = &self.key_moving.running {
            running.call_off.call_off();
        }
    }

    /// A move that was cut short left a copy: it is erased, once the key is known to lie where it should.
    pub(super) fn erase_key_copy(&mut self) {
        if self.profile.has_key_copy() {
            self.begin_moving(self.profile.key_place(), None);
        }
    }

    /// Calls off what moves the key and waits until it has let go of the profile.
    pub(super) fn end_moving(&mut self) {
        if let Some(running) = self.key_moving.running.take() {
            running.call_off.call_off();
            if running.thread.join().is_err() {
                tracing::error!("the thread that moved the key died");
            }
        }
    }

    fn begin_moving(&mut self, to: KeyPlace, reply: Option<Reply<KeyView>>) {
        let mut mover = self.profile.mover();
        let (patience, call_off) = Patience::until_called_off();
        let to_jobs = self.key_moving.to_jobs.clone();
        let thread = std::thread::Builder::new()
            .name("skein-key".into())
            .spawn(move || {
                let moving = AssertUnwindSafe(|| mover.bring(to, &patience));
                // Whoever waits for the answer must get one, whatever the bus's library stumbles over.
                let moved = catch_unwind(moving).unwrap_or_else(|_| Err(mover.broke_off()));
                let job: Job = Box::new(move |driver| driver.key_moved(&mover, moved));
                if let Some(jobs) = to_jobs.upgrade() {
                    // It fails only when the loop is ending: the next start reads what key.toml says.
                    let _ = jobs.blocking_send(job);
                }
            });
        match thread {
            Ok(thread) => {
                self.key_moving.running = Some(Running {
                    to,
                    call_off,
                    thread,
                    reply,
                });
                self.telling.shell(ShellEvent::Key(self.key()));
            }
            Err(error) => {
                let message = format!("the system gave no thread: {error}. nothing was changed");
                if let Some(reply) = reply {
                    let _ = reply.send(Err(AppError::new(Code::Stopping, message)));
                }
            }
        }
    }

    fn key_moved(&mut self, mover: &Mover, moved: Result<(), MoveError>) {
        self.profile.key_moved(mover);
        let running = self.key_moving.running.take();
        let view = self.key();
        self.telling.shell(ShellEvent::Key(view));
        if let Some(reply) = running.and_then(|running| running.reply) {
            // Whoever asked may have gone.
            let _ = reply.send(moved.map(|()| view).map_err(AppError::from));
        }
    }
}
