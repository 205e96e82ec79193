//! The bounded queue between the application and one stream's writer.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::config;
use crate::handle::SendRefused;
use crate::streams::frame;

/// Frames waiting for one stream's writer. Takes frames while it holds less than its bounds, so at
/// most one frame goes over them; says `Full` once and then owes a `Drained`.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: Mutex<Queue>,
    filled: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<(u8, Bytes)>,
    bytes: usize,
    owes_drained: bool,
    closed: bool,
}

/// What the writer does next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Write this frame; with `drained`, tell the application that there is room again.
    Frame {
        kind: u8,
        body: Bytes,
        drained: bool,
    },
    /// Everything sent before the close is out.
    Close,
}

impl Outbox {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Queues one frame.
    pub(crate) fn push(&self, kind: u8, body: Bytes) -> Result<(), SendRefused> {
        if body.len() >= frame::limit(kind) {
            return Err(SendRefused::TooLarge);
        }
        let mut queue = self.queue();
        if queue.closed {
            return Err(SendRefused::Closed);
        }
        if queue.bytes >= config::OUTBOX_BYTES || queue.frames.len() >= config::OUTBOX_FRAMES {
            queue.owes_drained = true;
            return Err(SendRefused::Full);
        }
        queue.bytes += body.len();
        queue.frames.push_back((kind, body));
        drop(queue);
        self.filled.notify_one();
        Ok(())
    }

    /// Takes no more; the writer finishes what is queued.
    pub(crate) fn close(&self) {
        self.queue().closed = true;
        self.filled.notify_one();
    }

    /// The next thing to write; waits for it. Only the stream's one writer calls this.
    pub(crate) async fn next(&self) -> Next {
        loop {
            if let Some(next) = self.try_next() {
                return next;
            }
            self.filled.notified().await;
        }
    }

    /// The next thing to write, if there is one now.
    pub(crate) fn try_next(&self) -> Option<Next> {
        let mut queue = self.queue();
        let Some((kind, body)) = queue.frames.pop_front() else {
            return queue.closed.then_some(Next::Close);
        };
        queue.bytes -= body.len();
        let room = queue.bytes <= config::OUTBOX_BYTES / 2
            && queue.frames.len() <= config::OUTBOX_FRAMES / 2;
        let drained = queue.owes_drained && room;
        if drained {
            queue.owes_drained = false;
        }
        Some(Next::Frame {
            kind,
            body,
            drained,
        })
    }
}
