//! One exchange: messages in turn, each with a size and a deadline.

use std::fmt;
use std::io;
use std::time::Duration;

use futures::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use libp2p::PeerId;
use libp2p::noise::Output;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use crate::config;
use crate::tcp::Socket;

/// Why an exchange, or calling for one, came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PairError {
    /// There was no address to try.
    #[error("there is no address to call")]
    NoAddress,
    /// Nobody listens there: the invitation is no longer open.
    #[error("no invitation is open there")]
    Refused,
    /// Nothing answered in time.
    #[error("no answer in time")]
    TimedOut,
    /// Something answered, but not the pairing of a Skein of this version.
    #[error("what answers there does not invite, or is another version of Skein")]
    NotSkein,
    /// The other side hung up.
    #[error("the other side ended the conversation")]
    Closed,
    /// A message larger than the step allows, either way.
    #[error("a message was too large")]
    TooLarge,
    /// Anything else, in the system's words.
    #[error("{0}")]
    Io(String),
}

impl PairError {
    pub(super) fn io(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::TimedOut => Self::TimedOut,
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Io(error.to_string()),
        }
    }
}

/// An encrypted conversation with one other device. Dropping it hangs up.
pub struct PairConversation {
    ours: PeerId,
    theirs: PeerId,
    stream: Output<Socket>,
    place: Option<OwnedSemaphorePermit>,
}

impl fmt::Debug for PairConversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PairConversation")
    }
}

impl PairConversation {
    pub(super) fn new(ours: PeerId, theirs: PeerId, stream: Output<Socket>) -> Self {
        Self {
            ours,
            theirs,
            stream,
            place: None,
        }
    }

    /// Keeps one of the listener's places until it ends.
    pub(super) fn holding(mut self, place: OwnedSemaphorePermit) -> Self {
        self.place = Some(place);
        self
    }

    /// The PeerId this side showed on this connection, as bytes; part of the transcript.
    pub fn local_peer_id_bytes(&self) -> Vec<u8> {
        self.ours.to_bytes()
    }

    /// The PeerId the other side proved on this connection, as bytes; part of the transcript.
    pub fn remote_peer_id_bytes(&self) -> Vec<u8> {
        self.theirs.to_bytes()
    }

    /// Sends one message of at most 1 MiB within 10 s.
    pub async fn send(&mut self, message: &[u8]) -> Result<(), PairError> {
        if message.len() > config::PAIR_ADMISSION_MAX_BYTES {
            return Err(PairError::TooLarge);
        }
        let length = (message.len() as u32).to_le_bytes();
        let sending = async {
            self.stream.write_all(&length).await?;
            self.stream.write_all(message).await?;
            self.stream.flush().await
        };
        within(config::PAIR_STEP, sending).await
    }

    /// Waits up to 10 s for one message of at most `limit` bytes:
    /// [`config::PAIR_FRAME_MAX_BYTES`] before the proof, [`config::PAIR_ADMISSION_MAX_BYTES`] for
    /// the admission.
    pub async fn recv(&mut self, limit: usize) -> Result<Vec<u8>, PairError> {
        self.recv_within(limit, config::PAIR_STEP).await
    }

    /// Like [`Self::recv`], for a step on which a person takes their time. The deadline is for the
    /// whole message.
    pub async fn recv_within(
        &mut self,
        limit: usize,
        deadline: Duration,
    ) -> Result<Vec<u8>, PairError> {
        within(deadline, read_message(&mut self.stream, limit))
            .await?
            .ok_or(PairError::TooLarge)
    }

    /// Says that nothing more comes, so that the last message arrives before the hanging up.
    pub async fn close(mut self) -> Result<(), PairError> {
        within(config::PAIR_STEP, self.stream.close()).await
    }
}

/// Reads length u32 LE ‖ message; `None` where the length is above the limit.
pub(crate) async fn read_message(
    stream: &mut (impl AsyncRead + Unpin),
    limit: usize,
) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).await?;
    let length = u32::from_le_bytes(length) as usize;
    if length > limit {
        return Ok(None);
    }
    let mut message = Vec::new();
    stream.take(length as u64).read_to_end(&mut message).await?;
    if message.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(message))
}

async fn within<T>(
    deadline: Duration,
    step: impl Future<Output = io::Result<T>>,
) -> Result<T, PairError> {
    match timeout(deadline, step).await {
        Ok(done) => done.map_err(PairError::io),
        Err(_) => Err(PairError::TimedOut),
    }
}
