//! The application's end of a running net.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use skein_space::TransportKey;
use tokio::sync::mpsc;

use crate::command::{NetCommand, StreamId};
use crate::streams::Outbox;

/// The streams that take frames, by id. Locked for a look-up only.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outboxes(Arc<Mutex<HashMap<StreamId, Arc<Outbox>>>>);

impl Outboxes {
    pub(crate) fn lock(&self) -> MutexGuard<'_, HashMap<StreamId, Arc<Outbox>>> {
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Sends commands and frames to a running net. Cheap to clone; the net stops when the last one and
/// the event receiver are dropped.
#[derive(Clone, Debug)]
pub struct NetHandle {
    commands: mpsc::Sender<NetCommand>,
    outboxes: Outboxes,
    next_stream: Arc<AtomicU64>,
}

/// A command could not be handed over at once.
#[derive(Debug, thiserror::Error)]
pub enum CommandRefused {
    /// 256 commands are waiting; the command comes back.
    #[error("the network is busy")]
    Full(Box<NetCommand>),
    /// The net has stopped.
    #[error("the network has stopped")]
    Stopped,
}

/// The net has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the network has stopped")]
pub struct NetStopped;

/// A frame was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendRefused {
    /// The outbox is full (2 MiB or 1,024 frames); a `Drained` event follows when half is free.
    #[error("the other side reads too slowly")]
    Full,
    /// The stream is not open, or closing.
    #[error("the stream is not open")]
    Closed,
    /// The frame is larger than its type may be.
    #[error("the frame is too large")]
    TooLarge,
}

impl NetHandle {
    pub(crate) fn new(
        commands: mpsc::Sender<NetCommand>,
        outboxes: Outboxes,
        next_stream: Arc<AtomicU64>,
    ) -> Self {
        Self {
            commands,
            outboxes,
            next_stream,
        }
    }

    /// Hands a command over, waiting while 256 are in the queue. The net takes commands also while
    /// its events are not taken, so this never deadlocks with the event loop.
    pub async fn command(&self, command: NetCommand) -> Result<(), NetStopped> {
        self.commands.send(command).await.map_err(|_| NetStopped)
    }

    /// Hands a command over or says at once that it cannot.
    pub fn try_command(&self, command: NetCommand) -> Result<(), CommandRefused> {
        self.commands
            .try_send(command)
            .map_err(|refused| match refused {
                mpsc::error::TrySendError::Full(command) => CommandRefused::Full(Box::new(command)),
                mpsc::error::TrySendError::Closed(_) => CommandRefused::Stopped,
            })
    }

    /// Asks for a stream to a peer that is up. The id comes back in `StreamUp`, or in `StreamDown`
    /// when it could not be opened.
    pub fn open_stream(&self, peer: TransportKey) -> Result<StreamId, CommandRefused> {
        let stream = StreamId(self.next_stream.fetch_add(1, Ordering::Relaxed));
        self.try_command(NetCommand::OpenStream { peer, stream })?;
        Ok(stream)
    }

    /// Queues one frame on an open stream. Frames of one stream arrive in order or not at all.
    pub fn send(
        &self,
        stream: StreamId,
        kind: u8,
        body: impl Into<Bytes>,
    ) -> Result<(), SendRefused> {
        let outbox = self.outboxes.lock().get(&stream).cloned();
        outbox.ok_or(SendRefused::Closed)?.push(kind, body.into())
    }
}
